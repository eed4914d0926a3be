//! Results of `vllm bench latency` and `vllm bench throughput`, in seconds.

use std::path::Path;

use bench_records::record::Record;
use serde_json::Value;

use super::{
    super::{
        error::Unusable,
        samples::{read_samples, spread},
        source::{Source, measured},
    },
    keep_rest,
};

/// The record of a latency result.
pub fn latency(source: &Source<'_>, result: &Value) -> Result<Record, Unusable> {
    let mut record = named_after_file(source)?;
    insert_required(&mut record, "latency", result, "avg_latency")?;
    insert(&mut record, "latency_std_s", result.get("std_latency"));
    for (percentile, key) in
        [("50", "latency_p50_s"), ("90", "latency_p90_s"), ("99", "latency_p99_s")]
    {
        let found = result.get("percentiles").and_then(|all| all.get(percentile));
        insert(&mut record, key, found);
    }
    record.spread = result.get("latencies").and_then(read_samples).and_then(|s| spread(&s));
    keep_rest(result, &["avg_latency", "std_latency"], &mut record.extra);
    Ok(record)
}

/// The record of a throughput result.
pub fn throughput(source: &Source<'_>, result: &Value) -> Result<Record, Unusable> {
    let mut record = named_after_file(source)?;
    insert_required(&mut record, "requests_per_s", result, "requests_per_second")?;
    insert(&mut record, "tokens_per_s", result.get("tokens_per_second"));
    keep_rest(result, &["requests_per_second", "tokens_per_second"], &mut record.extra);
    Ok(record)
}

fn named_after_file(source: &Source<'_>) -> Result<Record, Unusable> {
    let time = source.time(None)?;
    let stem = Path::new(source.file).file_stem();
    let model_id = stem.map(|stem| stem.to_string_lossy().into_owned());
    let model_id = model_id.unwrap_or_else(|| "unknown".to_owned());
    Ok(Record { model_id, ..source.record(time) })
}

fn insert_required(
    record: &mut Record,
    key: &str,
    result: &Value,
    field: &'static str,
) -> Result<(), Unusable> {
    let found = result.get(field);
    let value =
        found.and_then(measured).ok_or_else(|| Unusable::field(field, found, "a finite number"))?;
    record.metrics.insert(key.to_owned(), value);
    Ok(())
}

fn insert(record: &mut Record, key: &str, found: Option<&Value>) {
    if let Some(value) = found.and_then(measured) {
        record.metrics.insert(key.to_owned(), value);
    }
}
