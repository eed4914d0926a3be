//! `.pytorch.json`: a result as records of PyTorch's dashboard.
//!
//! In: a result of vLLM's. Out: a record a metric, as vLLM writes them: the twelve latencies of a serving
//! test, all samples of a latency test, both rates of a throughput test, a file for each startup time.
//! Everything else of the result is in the metric's `extra_info`.

use serde_json::{Map, Value, json};

use super::{
    super::{Parameters, SuiteKind, file::Test},
    About,
};

const STATISTICS: [&str; 4] = ["mean", "median", "std", "p99"];
const TIMES: [&str; 3] = ["ttft", "tpot", "itl"];

/// Endings of files, and the records of each.
#[must_use]
pub(super) fn records(test: &Test, result: &Value, about: &About<'_>) -> Vec<(String, Value)> {
    let Some(fields) = result.as_object() else { return Vec::new() };
    let single = |records: Vec<Value>| {
        let files =
            (!records.is_empty()).then(|| ("pytorch.json".to_owned(), Value::Array(records)));
        files.into_iter().collect()
    };
    match test.kind {
        SuiteKind::Serving => {
            let names = TIMES
                .iter()
                .flat_map(|time| STATISTICS.iter().map(move |s| format!("{s}_{time}_ms")));
            let metrics: Vec<_> =
                names.filter_map(|name| Some((number(fields, &name)?, name))).collect();
            let rest = without(fields, |field| metrics.iter().any(|(_, name)| name == field));
            single(
                metrics
                    .into_iter()
                    .map(|(value, name)| record(test, &name, &value, &rest, about))
                    .collect(),
            )
        }
        SuiteKind::Latency => {
            let samples = fields.get("latencies").filter(|samples| samples.is_array()).cloned();
            let samples = samples.or_else(|| number(fields, "avg_latency"));
            let rest = without(fields, |field| field == "latencies");
            single(
                samples
                    .iter()
                    .map(|samples| record(test, "latency", samples, &rest, about))
                    .collect(),
            )
        }
        SuiteKind::Throughput => {
            let names = ["requests_per_second", "tokens_per_second"];
            let rest = without(fields, |field| names.contains(&field));
            let metrics = names.into_iter().filter_map(|name| Some((name, number(fields, name)?)));
            single(metrics.map(|(name, value)| record(test, name, &value, &rest, about)).collect())
        }
        SuiteKind::Startup => startup(test, fields, about),
    }
}

/// vLLM writes a file for each time of a start.
fn startup(test: &Test, fields: &Map<String, Value>, about: &About<'_>) -> Vec<(String, Value)> {
    let times = fields.keys().filter_map(|field| {
        let key = field.strip_prefix("avg_")?.strip_suffix("_time")?;
        let value = number(fields, field)?;
        let own = [format!("{key}_times"), format!("{key}_percentiles")];
        let rest = fields.iter().filter(|(field, _)| own.contains(field));
        let rest = rest.map(|(field, value)| (field.clone(), value.clone())).collect();
        Some((format!("{key}.pytorch.json"), json!([record(test, field, &value, &rest, about)])))
    });
    times.collect()
}

fn record(
    test: &Test,
    name: &str,
    values: &Value,
    rest: &Map<String, Value>,
    about: &About<'_>,
) -> Value {
    let values = if values.is_array() { values.clone() } else { json!([values]) };
    let said = |name: &str| test.engine.text(name).unwrap_or_default();
    let mut arguments =
        if test.kind == SuiteKind::Serving { plain(&test.client) } else { plain(&test.engine) };
    for field in ["request_rate", "max_concurrency", "num_prompts"] {
        if let Some(value) = rest.get(field) {
            arguments.insert(field.to_owned(), value.clone());
        }
    }
    if let Some(tensors) = test.engine.text("tensor_parallel_size") {
        arguments.insert("tensor_parallel_size".to_owned(), tensors.into());
    }
    json!({
        "benchmark": {
            "name": format!("{} benchmark", title(about.engine)),
            "extra_info": {
                "args": arguments,
                "compilation_config.mode": said("compilation_config.mode"),
                "optimization_level": said("optimization_level"),
                "use_compile": !test.engine.has("enforce_eager"),
            },
        },
        "model": {"name": test.model().unwrap_or_default()},
        "metric": {"name": name, "benchmark_values": values, "extra_info": rest},
    })
}

/// The name of an engine on the dashboard.
fn title(engine: &str) -> &str {
    match engine {
        "vllm" => "vLLM",
        "sglang" => "SGLang",
        "self" => "bench-runner",
        other => other,
    }
}

/// Parameters by their plain names.
fn plain(parameters: &Parameters) -> Map<String, Value> {
    let named = parameters.iter().map(|(name, text)| {
        let value = match text.as_str() {
            "" => true.into(),
            text => text.parse::<serde_json::Number>().map_or_else(|_| text.into(), Value::Number),
        };
        (name.replace('-', "_"), value)
    });
    named.collect()
}

fn number(fields: &Map<String, Value>, name: &str) -> Option<Value> {
    fields.get(name).filter(|value| value.is_number()).cloned()
}

fn without(fields: &Map<String, Value>, is_metric: impl Fn(&str) -> bool) -> Map<String, Value> {
    // lists of single requests would make a record of megabytes each
    let is_kept = |(field, value): &(&String, &Value)| !is_metric(field) && !value.is_array();
    fields.iter().filter(is_kept).map(|(field, value)| (field.clone(), value.clone())).collect()
}
