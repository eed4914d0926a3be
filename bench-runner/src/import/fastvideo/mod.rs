//! Imports results of FastVideo's suite.
//!
//! In: raw records (`perf_*.json`), normalized records, or lists of either. Out: records; a
//! normalized one is kept as it is, a raw one is summarised as the suite does it.

use bench_records::{
    normalize::{JobContext, normalize},
    raw::RawRecord,
    record::Record,
    time::Micros,
};
use serde_json::{Map, Value};

use super::{
    Imported,
    collector::Collector,
    entries::read_entries,
    error::{ImportError, Unusable, shown},
    found::Found,
    source::{Source, stated},
};
use crate::words;

/// Reads all records of a file.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let mut collector = Collector::default();
    for entry in read_entries(source)? {
        let place = &entry.place;
        let notice = |unread: String| collector.notice(format!("{place}: {unread}"));
        let record = entry.value.and_then(|value| read_record(source, value, notice));
        collector.keep_or_set_aside(place, record.map(Found::as_it_is));
    }
    collector.finish(source.file)
}

fn read_record(
    source: &Source<'_>,
    value: Value,
    notice: impl FnMut(String),
) -> Result<Record, Unusable> {
    let fields = match value {
        Value::Object(fields) => fields,
        other => return Err(not_a_record(&other)),
    };
    let mut record = if is_normalized(&fields) {
        Record::from_fields(fields)?
    } else if is_raw(&fields) {
        summarise(source, fields, notice)?
    } else {
        let expected = "it, model_id and timestamp of a record, or benchmark_id of a raw record";
        return Err(Unusable::field("commit_sha", None, expected));
    };
    fill_in(source, &mut record);
    Ok(record)
}

fn not_a_record(found: &Value) -> Unusable {
    let (value, expected) = (shown(found), "an object with model_id or benchmark_id");
    Unusable::BadField { field: "record", value, expected }
}

/// Results of other tools have a model id too.
fn is_normalized(fields: &Map<String, Value>) -> bool {
    let further = ["commit_sha", "timestamp", "gpu_type"];
    fields.contains_key("model_id") && further.iter().any(|field| fields.contains_key(*field))
}

fn is_raw(fields: &Map<String, Value>) -> bool {
    ["benchmark_id", "avg_generation_time_s"].iter().any(|field| fields.contains_key(*field))
}

fn summarise(
    source: &Source<'_>,
    fields: Map<String, Value>,
    notice: impl FnMut(String),
) -> Result<Record, Unusable> {
    let stated_time = stated(fields.get("timestamp")).and_then(|text| Micros::parse(&text));
    let now = source.time(stated_time)?;
    let raw = RawRecord::from_fields(fields);
    words::unread(&raw.source).into_iter().for_each(notice);
    Ok(normalize(&raw, &JobContext { now, ..JobContext::default() }))
}

/// What the file leaves open comes from the defaults; what it states stays.
fn fill_in(source: &Source<'_>, record: &mut Record) {
    let defaults = source.defaults;
    fill_text(&mut record.commit_sha, defaults.commit.as_ref());
    fill_text(&mut record.provenance.branch, defaults.branch.as_ref());
    let known = record.gpu_type.as_deref().is_some_and(|gpu| !gpu.is_empty() && gpu != "unknown");
    if !known && let Some(gpu) = &defaults.gpu {
        record.gpu_type = Some(gpu.clone());
    }
    if record.time.is_none()
        && let Some(time) = defaults.timestamp
    {
        record.time = Some(time);
        record.timestamp = time.to_iso();
    }
}

fn fill_text(text: &mut String, default: Option<&String>) {
    if text.is_empty()
        && let Some(default) = default
    {
        text.clone_from(default);
    }
}

#[cfg(test)]
mod tests;
