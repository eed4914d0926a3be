//! The workload of a GuideLLM benchmark: how requests were scheduled, and what they asked.
//!
//! In: the report's and the benchmark's configuration, of any version. Out: the model and the
//! parameters. The rates of a sweep follow from what its first benchmarks measured, and so from the
//! run: there the position in the sweep counts, and the rate is none of the workload.

use serde_json::Value;

use super::super::{
    error::Unusable,
    load::{Parameters, flatten, says_which_run},
    source::{Source, stated},
    workload::Workload,
};

const MODELS: [&str; 4] =
    ["/config/backend/model", "/benchmarker/backend/model", "/worker/backend_model", "/args/model"];

const REPORT_MODELS: [&str; 2] = ["/config/spec/backend/model", "/args/model"];

const STRATEGIES: [&str; 3] = ["/config/strategy", "/scheduler/strategy", "/args/strategy"];

const PROFILES: [&str; 3] = ["/config/profile", "/benchmarker/profile", "/args/profile"];

const CONSTRAINTS: [&str; 2] = ["/config/constraints", "/scheduler/constraints"];

/// What was asked, in the report or in the benchmark.
const DATA: [&str; 3] = ["/config/spec/data", "/args/data", "/request_loader/data"];

const BACKENDS: [&str; 3] = ["/config/spec/backend", "/args/backend_kwargs", "/config/backend"];

/// Names that say where, how often or how a run is drawn, and nothing of the workload.
const LEFT_OUT: [&str; 19] = [
    "id_",
    "worker_count",
    "random_seed",
    "target",
    "api_key",
    "headers",
    "model",
    "verify",
    "timeout",
    "type_",
    "kind",
    "info",
    "created_at",
    "max_error_rate",
    "strategies",
    "measured_rates",
    "completed_strategies",
    "http2",
    "follow_redirects",
];

/// The workload of a benchmark.
pub fn workload(
    source: &Source<'_>,
    report: &Value,
    benchmark: &Value,
) -> Result<Workload, Unusable> {
    let model = first(benchmark, &MODELS).or_else(|| first(report, &REPORT_MODELS));
    let model = model.or_else(|| source.defaults.model.clone());
    let expected = "a model; pass --model";
    let name = model.ok_or(Unusable::Missing { field: "config.backend.model", expected })?;
    let mut parameters = Parameters::default();
    add_schedule(&mut parameters, benchmark);
    add_data(&mut parameters, report, benchmark);
    let backend = first_of(report, benchmark, &BACKENDS);
    add_all(&mut parameters, "backend", backend);
    let parameters = parameters.into_pairs().collect();
    Ok(Workload { format: "guidellm", project: None, suite: None, name, parameters })
}

fn add_schedule(parameters: &mut Parameters, benchmark: &Value) {
    let strategy = STRATEGIES.iter().find_map(|place| benchmark.pointer(place));
    let kind = |found: Option<&Value>| {
        found.and_then(|found| stated(found.get("type_")).or_else(|| stated(found.get("kind"))))
    };
    let profile = PROFILES.iter().find_map(|place| benchmark.pointer(place));
    if let Some(kind) = kind(strategy) {
        parameters.state_text("strategy", &kind);
    }
    let is_sweep = kind(profile).as_deref() == Some("sweep");
    let index = ["/config/run_index", "/args/strategy_index"];
    if let (true, Some(index)) = (is_sweep, first(benchmark, &index)) {
        parameters.state_text("sweep", &index);
    }
    for (path, value) in strategy.map(|found| flatten(found, &is_left_out)).unwrap_or_default() {
        let is_drawn = is_sweep && path == "rate";
        if !is_drawn {
            parameters.state(if path == "streams" { "concurrency" } else { &path }, value);
        }
    }
    let constraints = CONSTRAINTS.iter().find_map(|place| benchmark.pointer(place));
    add_all(parameters, "", constraints);
}

fn add_data(parameters: &mut Parameters, report: &Value, benchmark: &Value) {
    let Some(data) = first_of(report, benchmark, &DATA) else { return };
    for (path, value) in flatten(data, &|name| LEFT_OUT.contains(&name) && name != "kind") {
        match value.as_str().map(pairs) {
            Some(pairs) if !pairs.is_empty() => {
                pairs.iter().for_each(|(name, value)| parameters.state_text(short(name), value));
            }
            _ => parameters.state(short(last(&path).unwrap_or("dataset")), value),
        }
    }
}

fn add_all(parameters: &mut Parameters, prefix: &str, found: Option<&Value>) {
    for (path, value) in found.map(|found| flatten(found, &is_left_out)).unwrap_or_default() {
        if path.is_empty() || path.split('.').any(says_which_run) {
            continue;
        }
        let name = match (prefix, path.as_str()) {
            ("", "max_requests.max_num") => "max_requests".to_owned(),
            ("", "max_duration.max_duration" | "max_seconds.max_duration") => {
                "max_seconds".to_owned()
            }
            ("", _) => path,
            _ => format!("{prefix}.{path}"),
        };
        parameters.state(&name, value);
    }
}

/// `prompt_tokens=256,output_tokens=128`, as the command line takes it; empty for other text.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let pairs: Option<Vec<_>> = text.split(',').map(|pair| pair.trim().split_once('=')).collect();
    pairs.unwrap_or_default()
}

fn short(name: &str) -> &str {
    match name {
        "prompt_tokens" => "in",
        "output_tokens" => "out",
        "kind" | "source" | "path" => "dataset",
        other => other,
    }
}

fn last(path: &str) -> Option<&str> {
    path.rsplit('.').next().filter(|name| !name.is_empty() && name.parse::<usize>().is_err())
}

fn is_left_out(name: &str) -> bool {
    LEFT_OUT.contains(&name)
}

fn first(value: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|place| stated(value.pointer(place)))
}

fn first_of<'v>(report: &'v Value, benchmark: &'v Value, places: &[&str]) -> Option<&'v Value> {
    let found = |value: &'v Value| places.iter().find_map(|place| value.pointer(place));
    found(report).or_else(|| found(benchmark)).filter(|found| !found.is_null())
}
