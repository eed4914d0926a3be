//! The raw record of a benchmark: what was measured, or why it was not, as JSON.

use bench_records::{
    config::{LoadFormat, RunPlan, StaticLimits},
    environment::Environment,
    identity::{
        fingerprint::{Profile, profile_id, recipe_fingerprint},
        recipe::{RecipeParts, Resolved, recipe},
    },
    metric::CORE,
    provenance::Provenance,
    raw::{Phase, Trial},
    record::Metrics,
    stats,
    time::Micros,
};
use serde_json::{Map, Value, json};

use super::profile;
use crate::{
    measure::{
        sampling::Samples,
        summary::{Statistics, raw_key},
    },
    pipelines::{self, Description, OutputKind},
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
}

impl Surroundings {
    /// The raw record of a benchmark that was measured.
    pub(super) fn measured(&self, run: &Measured<'_>, at: Micros) -> Map<String, Value> {
        let mut fields = self.head(run.plan, at);
        fields.insert("device".to_owned(), run.description.device_name.clone().into());
        add(&mut fields, samples(run.samples));
        add(&mut fields, metrics(run.metrics));
        add(&mut fields, limits(run));
        add(&mut fields, self.identity(run));
        add(&mut fields, json!({"statistics": Statistics::of(run.samples)}));
        add(&mut fields, json!({"environment": self.environment, "trials": run.samples.trials}));
        fields
    }

    /// That of one that was not; `key` says whether it was `skipped` or `failed`.
    pub(super) fn unmeasured(
        &self,
        plan: &RunPlan,
        (key, reason): (&str, &str),
        trials: &[Trial],
        at: Micros,
    ) -> Map<String, Value> {
        let mut fields = self.head(plan, at);
        fields.insert(key.to_owned(), reason.into());
        add(
            &mut fields,
            json!({"device": null, "environment": self.environment, "trials": trials}),
        );
        fields
    }

    fn head(&self, plan: &RunPlan, at: Micros) -> Map<String, Value> {
        let mut fields = Map::new();
        add(
            &mut fields,
            json!({
                "benchmark_id": plan.benchmark_id,
                "result_schema_version": RESULT_SCHEMA_VERSION,
                "workload_id": plan.workload_id,
                "variant_id": plan.variant_id,
                "benchmark_version": plan.benchmark_version,
                "model_short_name": plan.model.model_short_name,
                "pipeline": plan.model.pipeline.map(pipelines::name),
                "timestamp": at.to_iso(),
                "commit": self.commit,
                "device": null,
                "num_gpus": plan.num_gpus,
                "num_warmup_runs": plan.run.num_warmup_runs,
                "num_measurement_runs": plan.run.num_measurement_runs,
            }),
        );
        self.provenance.put_into(&mut fields);
        fields
    }

    fn identity(&self, run: &Measured<'_>) -> Value {
        let (plan, description) = (run.plan, run.description);
        let mut recipe = recipe(&RecipeParts {
            benchmark_id: &plan.benchmark_id,
            workload_id: &plan.workload_id,
            variant_id: &plan.variant_id,
            benchmark_version: plan.benchmark_version,
            model_path: &plan.model.model_path,
            revision: plan.model.revision.as_deref(),
            init_kwargs: &plan.init_kwargs,
            generation_kwargs: &plan.generation_kwargs,
            prompts: &plan.prompts,
            resolved: Resolved {
                requested_backend: plan.requested_backend(),
                resolved_backend: description.attention_backend.as_deref(),
                resolved_revision: description.resolved_revision.as_deref(),
            },
        });
        if let Some(Value::Object(model)) = recipe.get_mut("model") {
            model.extend(own_model_fields(plan));
        }
        let hardware = profile::hardware(description, &self.environment, plan.num_gpus);
        let software = profile::software(description);
        let environment = profile::lasting(&self.environment);
        json!({
            "recipe_fingerprint": recipe_fingerprint(&recipe),
            "recipe": recipe,
            "hardware_profile_id": profile_id(Profile::Hardware, &hardware),
            "hardware_profile": hardware,
            "software_profile_id": profile_id(Profile::Software, &software),
            "software_profile": software,
            "environment_fingerprint": profile_id(Profile::Environment, &environment),
            "pipeline_notes": description.notes,
        })
    }
}

/// What decides the work and is not in FastVideo's recipes; absent where the configuration does not
/// say it, so that a configuration of that suite has the fingerprint that it has there.
fn own_model_fields(plan: &RunPlan) -> Map<String, Value> {
    let model = &plan.model;
    let made_up = (model.load_format != LoadFormat::Auto).then_some(model.load_format);
    let fields = [
        ("pipeline", model.pipeline.map(|pipeline| json!(pipeline))),
        ("load_format", made_up.map(|format| json!(format))),
        ("architecture", model.architecture.as_ref().map(|architecture| json!(architecture))),
        ("command", model.command.as_ref().map(|command| json!(command))),
    ];
    fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn samples(samples: &Samples) -> Value {
    let peaks: Vec<f64> = samples.of(Phase::Clean).filter_map(|t| t.peak_memory_mb).collect();
    let times = samples.latencies_s(Phase::Clean);
    json!({
        "individual_times_s": times,
        "individual_peak_memories_mb": peaks,
        "memory_unmeasured_reason": samples.memory_reason,
        "spread": spread(&times),
        "output": samples.made.map(|(kind, count)| output(kind, count)),
        "stopping_rule": samples.stopping_rule.as_str(),
        "overhead_s": samples.overhead_s,
    })
}

fn spread(times_s: &[f64]) -> Option<Value> {
    Some(json!({
        "count": times_s.len(),
        "median": stats::median(times_s)?,
        "mad": stats::mad(times_s)?,
        "min": stats::min(times_s)?,
        "max": stats::max(times_s)?,
    }))
}

fn output(kind: OutputKind, count: usize) -> Value {
    match kind {
        OutputKind::Video { fps } => json!({"kind": "video", "frames": count, "fps": fps}),
        OutputKind::Images => json!({"kind": "images", "images": count}),
    }
}

/// The core metrics under their raw keys, null where not measured; others where they were.
fn metrics(metrics: &Metrics) -> Value {
    let core = CORE.iter().map(|(key, raw)| ((*raw).to_owned(), json!(metrics.get(*key))));
    let further = metrics.iter().map(|(key, value)| (raw_key(key).to_owned(), json!(value)));
    Value::Object(core.chain(further).collect())
}

fn limits(run: &Measured<'_>) -> Value {
    let mut fields = json!({
        "thresholds_key": run.limits.map(|(key, _)| key),
        "thresholds": run.limits.map_or(json!({}), |(_, limits)| json!(limits)),
    });
    if let Some(rolling) = &run.plan.regression_thresholds {
        fields["regression_thresholds"] = json!(rolling);
    }
    fields
}

fn add(fields: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        fields.extend(more);
    }
}
