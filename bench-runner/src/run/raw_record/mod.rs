//! The raw record of a benchmark: a plan and what was measured come in, or why it was not; the fields
//! of its file go out.

mod fields;
mod recipe;

use std::collections::BTreeMap;

use bench_engine::{Description, OutputKind, families};
use bench_records::{
    config::{RunPlan, StaticLimits},
    environment::Environment,
    identity::fingerprint::{Profile, profile_id, recipe_fingerprint},
    metric::{CORE, built_in},
    own_metrics,
    provenance::Provenance,
    raw::{Completion, Phase, Trial},
    record::{Metrics, Spread},
    time::Micros,
};

use self::fields::{Limits, Made, MeasuredFields};
pub use self::fields::{RawFields, schema};
use super::profile;
use crate::measure::{
    sampling::Samples,
    summary::{Statistics, raw_key},
};

/// Version of raw records with an identity, as FastVideo's suite counts them.
const RESULT_SCHEMA_VERSION: u32 = 2;

/// What all benchmarks of a session share.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    /// The machine.
    pub(super) environment: Environment,
    /// Commit under test, or empty.
    pub(super) commit: String,
    /// What CI says of the job.
    pub(super) provenance: Provenance,
}

/// A benchmark that was measured.
pub(super) struct Measured<'a> {
    pub(super) plan: &'a RunPlan,
    pub(super) samples: &'a Samples,
    pub(super) metrics: &'a Metrics,
    pub(super) description: &'a Description,
    /// Limits in force, with their key.
    pub(super) limits: Option<(&'a str, &'a StaticLimits)>,
    /// What `cost_per_output_usd` was computed with.
    pub(super) price_per_device_hour_usd: Option<f64>,
}

impl Surroundings {
    /// The raw record of a benchmark that was measured.
    pub(super) fn measured(&self, run: &Measured<'_>, at: Micros) -> RawFields {
        RawFields {
            device: Some(run.description.device_name.clone()),
            measured: Some(self.fields(run)),
            trials: run.samples.trials.clone(),
            ..self.head(run.plan, at)
        }
    }

    /// That of one that was not.
    pub(super) fn unmeasured(
        &self,
        plan: &RunPlan,
        completion: Completion,
        trials: &[Trial],
        at: Micros,
    ) -> RawFields {
        RawFields { completion, trials: trials.to_vec(), ..self.head(plan, at) }
    }

    fn head(&self, plan: &RunPlan, at: Micros) -> RawFields {
        RawFields {
            benchmark_id: plan.benchmark_id.clone(),
            result_schema_version: RESULT_SCHEMA_VERSION,
            workload_id: plan.workload_id.clone(),
            variant_id: plan.variant_id.clone(),
            benchmark_version: plan.benchmark_version,
            model_short_name: plan.model.model_short_name.clone(),
            pipeline: plan.model.pipeline.map(|pipeline| families::name(pipeline).to_owned()),
            timestamp: at.to_iso(),
            commit: self.commit.clone(),
            device: None,
            num_gpus: plan.num_gpus,
            num_warmup_runs: plan.run.num_warmup_runs,
            num_measurement_runs: plan.run.num_measurement_runs,
            provenance: self.provenance.clone(),
            completion: Completion::Measured,
            measured: None,
            environment: self.environment.clone(),
            trials: Vec::new(),
        }
    }

    fn fields(&self, run: &Measured<'_>) -> MeasuredFields {
        let (samples, description) = (run.samples, run.description);
        let times = samples.latencies_s(Phase::Clean);
        let recipe = recipe::of(run.plan, description);
        let hardware = profile::hardware(description, &self.environment, run.plan.num_gpus);
        let software = profile::software(description);
        let lasting = profile::lasting(&self.environment);
        MeasuredFields {
            individual_peak_memories_mb: samples
                .of(Phase::Clean)
                .filter_map(|trial| trial.peak_memory_mb)
                .collect(),
            memory_unmeasured_reason: samples.memory_reason.clone(),
            spread: Spread::of(&times),
            individual_times_s: times,
            output: samples.made.and_then(|(kind, count)| made(kind, count)),
            stopping_rule: samples.stopping_rule.clone(),
            overhead_s: samples.overhead_s,
            metrics: metrics(run.metrics),
            own_definitions: own_metrics::own_metrics(run.metrics, &description.own_metrics),
            own_metrics: not_built_in(run.metrics),
            price_per_device_hour_usd: run.price_per_device_hour_usd,
            thresholds_key: run.limits.map(|(key, _)| key.to_owned()),
            thresholds: run.limits.map_or(Limits::None {}, |(_, limits)| Limits::InForce(*limits)),
            regression_thresholds: run.plan.regression_thresholds.clone(),
            recipe_fingerprint: recipe_fingerprint(&recipe),
            recipe,
            hardware_profile_id: profile_id(Profile::Hardware, &hardware),
            hardware_profile: hardware,
            software_profile_id: profile_id(Profile::Software, &software),
            software_profile: software,
            environment_fingerprint: profile_id(Profile::Environment, &lasting),
            corrections: description.corrections.clone(),
            pipeline_notes: description.notes.clone(),
            statistics: Statistics::of(samples),
        }
    }
}

fn not_built_in(metrics: &Metrics) -> Metrics {
    let own = metrics.iter().filter(|(key, _)| built_in(key).is_none());
    own.map(|(key, value)| (key.clone(), *value)).collect()
}

fn made(kind: OutputKind, count: usize) -> Option<Made> {
    match kind {
        OutputKind::Video { fps } => Some(Made::Video { frames: count, fps }),
        OutputKind::Images => Some(Made::Images { images: count }),
        OutputKind::Uncounted => None,
    }
}

/// The core metrics under their raw keys, null where not measured; other built-in ones where they were.
fn metrics(metrics: &Metrics) -> BTreeMap<String, Option<f64>> {
    let core = CORE.iter().map(|(key, raw)| ((*raw).to_owned(), metrics.get(*key).copied()));
    let further = metrics.iter().filter(|(key, _)| built_in(key).is_some());
    let further = further.map(|(key, value)| (raw_key(key).to_owned(), Some(*value)));
    core.chain(further).collect()
}
