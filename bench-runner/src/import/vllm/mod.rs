//! Imports results of `vllm bench`.
//!
//! In: what `latency`, `throughput` and `startup` write with `--output-json`, `serve` with
//! `--save-result`, and `sweep` for each run and as its summary. Out: a record each. What a result
//! does not say of its workload, the `.commands` beside it and the name of its file may.

mod capacity;
mod commands;
mod offline;
#[cfg(feature = "load")]
mod own;
mod serve;
mod settings;
mod startup;
mod workload;

use serde_json::{Map, Value};

use super::{
    Imported,
    collector::Collector,
    entries::read_entries,
    error::{ImportError, Unusable, shown},
    load::{self, LoadTest},
    sglang,
    source::{Source, stated},
};
pub use commands::SUITE_POINT;
#[cfg(feature = "load")]
pub use own::{load_metrics, load_variant};
pub use settings::state_settings;
use workload::Context;

/// Reads all results of a file.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let mut collector = Collector::default();
    let context = Context::of(source);
    for entry in read_entries(source)? {
        let test = entry.value.and_then(|result| read_result(&context, &result));
        let test = test.map(|test| marked(test, context.commands.suite_point.as_ref()));
        load::keep(source, &mut collector, &entry.place, test);
    }
    collector.finish(source.file)
}

/// The test, with which measurement of a suite it is.
fn marked(mut test: LoadTest, suite_point: Option<&String>) -> LoadTest {
    if let Some(point) = suite_point {
        test.keep(SUITE_POINT, &point.as_str().into());
    }
    test
}

/// Each suite writes a field that no other one has.
fn read_result(context: &Context<'_>, result: &Value) -> Result<LoadTest, Unusable> {
    let expected = "it, or requests_per_second or request_throughput, as vllm bench writes";
    let result = result.as_object().ok_or(Unusable::Missing { field: "avg_latency", expected })?;
    check_is_measured(result)?;
    let has = |field: &str| result.contains_key(field);
    if sglang::is_result(result) {
        sglang::read_result(context.source, result)
    } else if has("avg_latency") {
        offline::latency(context, result)
    } else if load::capacity_in(result).is_some() {
        capacity::capacity(context, result)
    } else if has("request_throughput") {
        serve::serve(context, result)
    } else if has("requests_per_second") {
        offline::throughput(context, result)
    } else if has(startup::COLD_START) || has("avg_warm_startup_time") {
        startup::startup(context, result)
    } else if has("benchmark") && has("metric") {
        Err(of_pytorch(context.source.file))
    } else {
        Err(Unusable::field("avg_latency", result.get("avg_latency"), expected))
    }
}

/// vLLM writes each result for PyTorch's dashboard too, beside the file of its own.
fn of_pytorch(file: &str) -> Unusable {
    if file.ends_with(".pytorch.json") {
        return Unusable::Repeats { what: "the result of the same name without .pytorch" };
    }
    Unusable::OtherTool { tool: "PyTorch's dashboard reads", from: "pytorch" }
}

/// A sweep writes a file for a run that failed, and one for its warm-up.
fn check_is_measured(result: &Map<String, Value>) -> Result<(), Unusable> {
    if let (Some(kind), Some(error)) = (stated(result.get("error_type")), result.get("error")) {
        return Err(Unusable::RunFailed { error: format!("{kind}: {}", shown(error)) });
    }
    if result.get("run_number").and_then(Value::as_i64).is_some_and(|number| number < 0) {
        return Err(Unusable::WarmUp);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
