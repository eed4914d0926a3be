//! Imports results of `vllm bench`.
//!
//! In: what `latency --output-json`, `throughput --output-json` and `serve --save-result` write.
//! Out: a record each. The first two say neither model nor time: the model is the file's name, the
//! time is a default.

mod offline;
mod serve;

use bench_records::record::Record;
use serde_json::{Map, Value};

use super::{
    Imported,
    collector::Collector,
    entries::read_entries,
    error::{ImportError, Unusable},
    found::Found,
    source::Source,
};

/// Reads all results of a file.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let mut collector = Collector::default();
    for entry in read_entries(source)? {
        let record = entry.value.and_then(|result| read_result(source, &result));
        collector.keep_or_set_aside(&entry.place, record.map(Found::as_it_is));
    }
    collector.finish(source.file)
}

/// Each suite writes a field that no other one has.
fn read_result(source: &Source<'_>, result: &Value) -> Result<Record, Unusable> {
    let has = |field: &str| result.get(field).is_some();
    if has("avg_latency") {
        offline::latency(source, result)
    } else if has("request_throughput") {
        serve::serve(source, result)
    } else if has("requests_per_second") {
        offline::throughput(source, result)
    } else {
        let expected = "it, or requests_per_second or request_throughput, as vllm bench writes";
        Err(Unusable::field("avg_latency", None, expected))
    }
}

/// What no metric takes is kept, but for the long lists of single requests.
fn keep_rest(result: &Value, taken: &[&str], extra: &mut Map<String, Value>) {
    for (field, value) in result.as_object().into_iter().flatten() {
        let says_something = !value.is_null() && !value.is_array() && *value != "";
        if says_something && !taken.contains(&field.as_str()) {
            extra.insert(field.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests;
