//! The fields of a raw record, as `run` writes it and its schema describes it.

use std::collections::BTreeMap;

use bench_records::{
    config::{MetricLimits, RegressionThresholds, StaticLimits},
    environment::Environment,
    metric::{METRICS, Metric},
    provenance::Provenance,
    raw::{Completion, CompletionFields, StoppingRule, Trial},
    record::Spread,
};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::measure::summary::{Statistics, raw_key};

/// One run of a benchmark, or why there was none: a file `perf_<benchmark_id>_<time>.json`.
///
/// One that was measured has all fields of its metrics, samples and identity; one that was not has
/// `skipped` or `failed` instead, and the trials that were made until then.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RawFields {
    /// The benchmark.
    pub(super) benchmark_id: String,
    /// Version of raw records with an identity, as FastVideo's suite counts them.
    pub(super) result_schema_version: u32,
    /// What is measured, for comparisons.
    pub(super) workload_id: String,
    /// Which variant of that.
    pub(super) variant_id: String,
    /// Counted up when a benchmark changes so that it is no longer comparable.
    pub(super) benchmark_version: u32,
    /// Name in reports.
    pub(super) model_short_name: String,
    /// What runs the model; null where nothing that is here says it.
    pub(super) pipeline: Option<String>,
    /// When the benchmark began, in UTC.
    pub(super) timestamp: String,
    /// Full commit id under test, or empty.
    pub(super) commit: String,
    /// Name of the device; null where nothing was measured.
    pub(super) device: Option<String>,
    /// Devices that the benchmark uses.
    pub(super) num_gpus: u64,
    /// Warm-up trials as configured.
    pub(super) num_warmup_runs: u32,
    /// Measured trials of each kind as configured.
    pub(super) num_measurement_runs: u32,
    /// What CI says of the job.
    #[serde(flatten)]
    pub(super) provenance: Provenance,
    /// What became of it.
    #[serde(flatten)]
    #[schemars(with = "CompletionFields<'static>")]
    pub(super) completion: Completion,
    /// What was measured.
    #[serde(flatten)]
    pub(super) measured: Option<MeasuredFields>,
    /// The machine.
    pub(super) environment: Environment,
    /// All trials, in order.
    pub(super) trials: Vec<Trial>,
}

/// What only a benchmark has that was measured.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MeasuredFields {
    /// Seconds of each clean trial.
    pub(super) individual_times_s: Vec<f64>,
    /// Peak memory of each clean trial, where it is known, in MB of 1024².
    pub(super) individual_peak_memories_mb: Vec<f64>,
    /// Why memory is not known.
    pub(super) memory_unmeasured_reason: Option<String>,
    /// Of the clean trials.
    pub(super) spread: Option<Spread>,
    /// What one trial makes.
    pub(super) output: Option<Made>,
    /// What ended the run: `count`, `stable`, `time_limit` or `interrupted`.
    #[schemars(with = "String")]
    pub(super) stopping_rule: StoppingRule,
    /// Seconds of the trials and what lies between them, less the trials.
    pub(super) overhead_s: f64,
    /// By raw key; the six core metrics are null where they were not measured, others absent.
    #[serde(flatten)]
    pub(super) metrics: BTreeMap<String, Option<f64>>,
    /// Metrics that are not built in, by record key.
    #[serde(rename = "metrics", skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) own_metrics: BTreeMap<String, f64>,
    /// What those metrics are.
    #[serde(rename = "metric_definitions", skip_serializing_if = "Vec::is_empty")]
    pub(super) own_definitions: Vec<Metric>,
    /// What `cost_per_output_usd` was computed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price_per_device_hour_usd: Option<f64>,
    /// Key of the static limits in force.
    pub(super) thresholds_key: Option<String>,
    /// Static limits in force; empty where there are none.
    pub(super) thresholds: Limits,
    /// Rolling limits, as configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<BTreeMap<String, MetricLimits>>")]
    pub(super) regression_thresholds: Option<RegressionThresholds>,
    /// SHA-256 of the recipe's canonical JSON.
    pub(super) recipe_fingerprint: String,
    /// What was asked for.
    pub(super) recipe: Map<String, Value>,
    /// `hw-` and digits of the profile's fingerprint.
    pub(super) hardware_profile_id: String,
    /// The devices that were used.
    pub(super) hardware_profile: Value,
    /// `sw-` and digits of the profile's fingerprint.
    pub(super) software_profile_id: String,
    /// Engine, CUDA, precision and attention backend that ran.
    pub(super) software_profile: Value,
    /// `env-` and digits of the fingerprint of what lasts of the environment.
    pub(super) environment_fingerprint: String,
    /// What was changed of the checkpoint while it was read, such as an old configuration; absent where
    /// nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) corrections: Vec<String>,
    /// What else made the numbers, as the pipeline says.
    pub(super) pipeline_notes: Map<String, Value>,
    /// What the samples come to.
    pub(super) statistics: Statistics,
}

/// What one trial makes.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Made {
    /// A video.
    Video {
        /// How many.
        frames: usize,
        /// Frames a second when it is played.
        fps: u32,
    },
    /// Pictures of their own.
    Images {
        /// How many.
        images: usize,
    },
}

/// Limits, or an empty object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(deny_unknown_fields)]
pub(super) enum Limits {
    /// Those in force.
    InForce(StaticLimits),
    /// None.
    None {},
}

/// Schema of the file; each metric is a property under its raw key.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schema_for!(RawFields).to_value();
    let metrics = METRICS.iter().map(|metric| {
        let unit = if metric.unit.is_empty() { "" } else { ", in " };
        let about = format!("{}{unit}{}", metric.label, metric.unit);
        (raw_key(&metric.key).to_owned(), json!({"description": about, "type": ["number", "null"]}))
    });
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.extend(metrics);
    }
    schema
}
