//! The workload of an AIPerf run: everything that its configuration says of what was sent.
//!
//! In: `input_config`, of this or an earlier version. Out: the model and the parameters. Where files
//! go, what else is observed, and seeds are left out.

use serde_json::{Map, Value};

use super::super::{
    error::Unusable,
    load::{Parameters, flatten, says_which_run},
    source::{Source, stated},
    workload::Workload,
};

/// Branches of the configuration that do not change what is sent.
const LEFT_OUT: [&str; 26] = [
    "artifacts",
    "output",
    "gpu_telemetry",
    "server_metrics",
    "network_latency",
    "otel",
    "mlflow",
    "wandb",
    "runtime",
    "service",
    "logging",
    "cli_command",
    "random_seed",
    "verbose",
    "plot",
    "urls",
    "api_key",
    "headers",
    "models",
    "model_names",
    "telemetry",
    "ui",
    "exclude_from_results",
    "accuracy",
    "extra_verbose",
    "url",
];

/// Ends of paths, and the short name of what stands there.
const SHORT: [(&str, &str); 14] = [
    ("isl.mean", "in"),
    ("input_tokens.mean", "in"),
    ("osl.mean", "out"),
    ("output_tokens.mean", "out"),
    ("isl.stddev", "in_std"),
    ("input_tokens.stddev", "in_std"),
    ("osl.stddev", "out_std"),
    ("output_tokens.stddev", "out_std"),
    ("requests", "prompts"),
    ("request_count", "prompts"),
    ("concurrency", "concurrency"),
    ("request_rate", "rate"),
    ("rate", "rate"),
    ("streaming", "streaming"),
];

/// The workload of a summary.
pub fn workload(source: &Source<'_>, summary: &Map<String, Value>) -> Result<Workload, Unusable> {
    let config = summary.get("input_config");
    let model = config.and_then(model).or_else(|| source.defaults.model.clone());
    let expected = "a model; pass --model";
    let name = model.ok_or(Unusable::Missing { field: "input_config.models", expected })?;
    let mut parameters = Parameters::default();
    for (path, value) in config.map(settings).unwrap_or_default() {
        let text = stated(Some(value));
        let says_model = path == "tokenizer.name" && text.as_ref() == Some(&name);
        let is_unnamed = path == "datasets.name" && text.as_deref() == Some("main");
        if !says_model && !is_unnamed && !path.split('.').any(says_which_run) {
            parameters.state(&short(&path), value);
        }
    }
    let parameters = parameters.into_pairs().collect();
    Ok(Workload { format: "aiperf", project: None, suite: None, name, parameters })
}

/// The GPU that the telemetry names.
pub fn gpu(summary: &Map<String, Value>) -> Option<String> {
    let endpoints = summary.get("telemetry_data")?.get("endpoints")?.as_object()?;
    let gpus = endpoints.values().filter_map(|endpoint| endpoint.get("gpus")?.as_object());
    gpus.flat_map(Map::values).find_map(|gpu| stated(gpu.get("gpu_name")))
}

fn model(config: &Value) -> Option<String> {
    let places = ["/models/items", "/endpoint/model_names", "/model_names"];
    let models = places.iter().find_map(|place| config.pointer(place)?.as_array())?;
    let names: Vec<String> = models
        .iter()
        .filter_map(|model| stated(model.get("name")).or_else(|| stated(Some(model))))
        .collect();
    (!names.is_empty()).then(|| names.join("+"))
}

/// Values by their paths. The phase that counts has no name before them; others, such as a warm-up,
/// do.
fn settings(config: &Value) -> Vec<(String, &Value)> {
    let left_out = |name: &str| LEFT_OUT.contains(&name) || name == "phases";
    let mut settings = flatten(config, &left_out);
    let phases = config.get("phases").and_then(Value::as_array).into_iter().flatten();
    for phase in phases {
        let name = stated(phase.get("name")).unwrap_or_default();
        let is_named = |name: &str| LEFT_OUT.contains(&name) || matches!(name, "name" | "kind");
        let prefix = if name == "profiling" { String::new() } else { format!("{name}.") };
        let values = flatten(phase, &is_named).into_iter();
        settings.extend(values.map(|(path, value)| (format!("{prefix}{}", kind(&path)), value)));
    }
    settings
}

/// The kind of a phase is how its requests arrive.
fn kind(path: &str) -> String {
    if path == "type" { "arrival".to_owned() } else { path.to_owned() }
}

fn short(path: &str) -> String {
    match path {
        "datasets.type" => return "dataset".to_owned(),
        "endpoint.type" => return "endpoint".to_owned(),
        "tokenizer.name" => return "tokenizer".to_owned(),
        _ => {}
    }
    let is_warmup = path.starts_with("warmup");
    let ends = |end: &str| path == end || path.ends_with(&format!(".{end}"));
    let found = SHORT.iter().find(|(end, _)| !is_warmup && ends(end));
    let plain = path.strip_prefix("datasets.").unwrap_or(path);
    found.map_or_else(|| plain.to_owned(), |(_, short)| (*short).to_owned())
}
