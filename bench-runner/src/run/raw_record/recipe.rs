//! What was asked for, for the fingerprint by which records are compared.

use bench_records::{
    config::{LoadFormat, RunPlan},
    identity::recipe::{RecipeParts, Resolved, recipe},
    paths::fields_without_folders,
};
use serde_json::{Map, Value, json};

use bench_engine::Description;

/// FastVideo's recipe, with what decides the work beside it. A model, a program or a file is the same
/// in whatever folder of a machine it lies.
pub(super) fn of(plan: &RunPlan, description: &Description) -> Map<String, Value> {
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
    fields_without_folders(recipe)
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
