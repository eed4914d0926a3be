//! What a raw record says only of a benchmark that was measured.

#[cfg(feature = "schema")]
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg(feature = "schema")]
use super::metrics::MetricsFields;
use super::{
    metrics, reading::read_leniently, statistics::Statistics, stopping_rule::StoppingRule,
};
#[cfg(feature = "schema")]
use crate::config::{MetricLimits, StaticLimits};
use crate::{
    metric::Metric,
    record::{Metrics, Spread},
};

read_leniently! {
    /// What only a benchmark has that was measured.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Measurement {
        /// Seconds of each clean trial.
        pub individual_times_s: Vec<f64>,
        /// Peak memory of each clean trial, where it is known, in MB of 1024².
        pub individual_peak_memories_mb: Vec<f64>,
        /// Why memory is not known.
        pub memory_unmeasured_reason: Option<String>,
        /// Of the clean trials.
        pub spread: Option<Spread>,
        /// What one trial makes.
        pub output: Option<Made>,
        /// What ended the run: `count`, `stable`, `time_limit` or `interrupted`.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub stopping_rule: Option<StoppingRule>,
        /// Seconds of the trials and what lies between them, less the trials.
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        pub overhead_s: Option<f64>,
        /// By record key; in the file the built-in ones are fields of their own.
        #[serde(flatten, serialize_with = "metrics::write")]
        #[cfg_attr(feature = "schema", schemars(with = "MetricsFields"))]
        pub metrics: Metrics,
        /// What those metrics are.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub metric_definitions: Vec<Metric>,
        /// What `cost_per_output_usd` was computed with.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub price_per_device_hour_usd: Option<f64>,
        /// Key of the static limits in force.
        pub thresholds_key: Option<String>,
        /// Static limits in force; empty where there are none.
        #[cfg_attr(feature = "schema", schemars(with = "Limits"))]
        pub thresholds: Map<String, Value>,
        /// Rolling limits, as configured.
        #[serde(skip_serializing_if = "Value::is_null")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<BTreeMap<String, MetricLimits>>"))]
        pub regression_thresholds: Value,
        /// SHA-256 of the recipe's canonical JSON.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub recipe_fingerprint: Option<String>,
        /// What was asked for.
        pub recipe: Map<String, Value>,
        /// `hw-` and digits of the profile's fingerprint.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub hardware_profile_id: Option<String>,
        /// The devices that were used.
        pub hardware_profile: Value,
        /// `sw-` and digits of the profile's fingerprint.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub software_profile_id: Option<String>,
        /// Engine, CUDA, precision and attention backend that ran.
        pub software_profile: Value,
        /// `env-` and digits of the fingerprint of what lasts of the environment.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub environment_fingerprint: Option<String>,
        /// What was changed of the checkpoint while it was read, such as an old configuration; absent where
        /// nothing was.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub corrections: Vec<String>,
        /// What else made the numbers, as the pipeline says.
        pub pipeline_notes: Map<String, Value>,
        /// What the samples come to.
        #[cfg_attr(feature = "schema", schemars(with = "Statistics"))]
        pub statistics: Option<Statistics>,
    }
}

impl Measurement {
    /// Whether nothing was measured.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What one trial makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Made {
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
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(untagged, deny_unknown_fields)]
#[expect(dead_code, reason = "describes the schema of an object that is read as it is")]
enum Limits {
    /// Those in force.
    InForce(Box<StaticLimits>),
    /// None.
    None {},
}
