//! The raw record of a benchmark: a plan and what was measured come in, or why it was not; the record
//! of its file goes out.

mod recipe;

use bench_engine::{Description, OutputKind, families};
use bench_records::{
    config::{RunPlan, StaticLimits},
    environment::Environment,
    identity::fingerprint::{Profile, profile_id, recipe_fingerprint},
    own_metrics,
    provenance::Provenance,
    raw::{Completion, Made, Measurement, Phase, RawRecord, Trial},
    record::{Metrics, Spread},
    time::Micros,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::profile;
use crate::measure::{sampling::Samples, summary};

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
    /// Where it ran.
    pub(super) place: Where,
}

/// Where a benchmark ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// On this machine.
    Here,
    /// On that of a server that ran already.
    #[cfg_attr(
        not(feature = "load"),
        expect(dead_code, reason = "only load tests are of other servers")
    )]
    Elsewhere,
}

impl Surroundings {
    /// The raw record of a benchmark that was measured.
    pub(super) fn measured(&self, run: &Measured<'_>, at: Micros) -> RawRecord {
        RawRecord {
            device: Some(run.description.device_name.clone()),
            measured: self.measurement(run),
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
    ) -> RawRecord {
        RawRecord { completion, trials: trials.to_vec(), ..self.head(plan, at) }
    }

    fn head(&self, plan: &RunPlan, at: Micros) -> RawRecord {
        RawRecord {
            benchmark_id: plan.benchmark_id.clone(),
            result_schema_version: Some(RESULT_SCHEMA_VERSION),
            workload_id: Some(plan.workload_id.clone()),
            variant_id: Some(plan.variant_id.clone()),
            benchmark_version: Some(plan.benchmark_version),
            model_short_name: Some(plan.model.model_short_name.clone()),
            pipeline: plan.model.pipeline.map(|pipeline| families::name(pipeline).to_owned()),
            timestamp: at.to_iso(),
            commit: self.commit.clone(),
            num_gpus: Some(plan.num_gpus),
            num_warmup_runs: Some(plan.run.num_warmup_runs),
            num_measurement_runs: Some(plan.run.num_measurement_runs),
            provenance: self.provenance.clone(),
            environment: Some(self.environment.clone()),
            ..RawRecord::default()
        }
    }

    fn measurement(&self, run: &Measured<'_>) -> Measurement {
        let (samples, description) = (run.samples, run.description);
        let times = samples.latencies_s(Phase::Clean);
        let recipe = recipe::of(run.plan, description);
        let hardware = match run.place {
            Where::Here => profile::hardware(description, &self.environment, run.plan.num_gpus),
            Where::Elsewhere => profile::elsewhere(description, run.plan.num_gpus),
        };
        let software = profile::software(description);
        let lasting = profile::lasting(&self.environment);
        Measurement {
            individual_peak_memories_mb: samples
                .of(Phase::Clean)
                .filter_map(|trial| trial.peak_memory_mb)
                .collect(),
            memory_unmeasured_reason: samples.memory_reason.clone(),
            spread: Spread::of(&times),
            individual_times_s: times,
            output: samples.made.and_then(|(kind, count)| made(kind, count)),
            stopping_rule: Some(samples.stopping_rule.clone()),
            overhead_s: Some(samples.overhead_s),
            metrics: run.metrics.clone(),
            metric_definitions: own_metrics::own_metrics(run.metrics, &description.own_metrics),
            price_per_device_hour_usd: run.price_per_device_hour_usd,
            thresholds_key: run.limits.map(|(key, _)| key.to_owned()),
            thresholds: match run.limits.map(|(_, limits)| as_written(limits)) {
                Some(Value::Object(limits)) => limits,
                _ => Map::new(),
            },
            regression_thresholds: as_written(&run.plan.regression_thresholds),
            recipe_fingerprint: Some(recipe_fingerprint(&recipe)),
            recipe,
            hardware_profile_id: Some(profile_id(Profile::Hardware, &hardware)),
            hardware_profile: hardware,
            software_profile_id: Some(profile_id(Profile::Software, &software)),
            software_profile: software,
            environment_fingerprint: Some(profile_id(Profile::Environment, &lasting)),
            corrections: description.corrections.clone(),
            pipeline_notes: description.notes.clone(),
            statistics: Some(summary::statistics(samples)),
        }
    }
}

fn as_written(limits: &impl Serialize) -> Value {
    serde_json::to_value(limits).expect("limits are plain values under names")
}

fn made(kind: OutputKind, count: usize) -> Option<Made> {
    match kind {
        OutputKind::Video { fps } => Some(Made::Video { frames: count, fps }),
        OutputKind::Images => Some(Made::Images { images: count }),
        OutputKind::Texts | OutputKind::Uncounted => None,
    }
}
