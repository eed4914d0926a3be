//! Imports summaries of AIPerf and GenAI-Perf.
//!
//! In: `profile_export_aiperf.json` of a run, or the CSV beside it, which says neither model nor load
//! nor time. Out: a record. The request latency, TTFT and ITL are the tool's own definitions.

mod csv;
mod metrics;
mod workload;

use bench_records::{requests::Requests, time::Micros};
use serde_json::{Map, Value};

use super::{
    Imported,
    collector::Collector,
    error::{ImportError, Unusable, shown},
    load::{self, LoadTest},
    source::{Source, measured, stated},
};

/// Reads the summary that a file holds.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let mut collector = Collector::default();
    let is_csv = source.file.to_lowercase().ends_with(".csv");
    let test =
        if is_csv { csv_test(source) } else { json_test(source, &source.json(source.bytes)?) };
    load::keep(source, &mut collector, "the summary", test);
    collector.finish(source.file)
}

fn csv_test(source: &Source<'_>) -> Result<LoadTest, Unusable> {
    if source.beside.is_some() {
        return Err(Unusable::Repeats { what: "the JSON beside it" });
    }
    read(source, &csv::summary(source.bytes)?)
}

fn json_test(source: &Source<'_>, summary: &Value) -> Result<LoadTest, Unusable> {
    let fields = summary.as_object().ok_or(Unusable::Missing {
        field: "request_throughput",
        expected: "it, as profile_export_aiperf.json has",
    })?;
    let partial = |what: &'static str| Err(Unusable::Partial { what });
    if fields.contains_key("timeslices") {
        return partial("slices of a run");
    }
    if fields.get("request_latency").is_some_and(|found| found.get("ci_low").is_some()) {
        return partial("an aggregate of several runs");
    }
    if fields.contains_key("metrics") && !fields.contains_key("request_throughput") {
        return partial("single requests");
    }
    read(source, fields)
}

/// The load test of a summary: each metric an object with its unit and statistics.
fn read(source: &Source<'_>, summary: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let throughput = summary.get("request_throughput");
    if throughput.and_then(|found| found.get("avg")).and_then(measured).is_none() {
        return Err(Unusable::field("request_throughput", throughput, "a rate of requests"));
    }
    let requests = requests(summary);
    if requests.completed == 0 {
        return Err(Unusable::NothingCompleted);
    }
    let started = stated(summary.get("start_time")).and_then(|text| Micros::parse(&text));
    let mut record = source.record(source.time(started)?);
    record.gpu_type = workload::gpu(summary).or(record.gpu_type);
    let mut test = LoadTest::new(record, workload::workload(source, summary)?);
    let taken = metrics::put(&mut test, summary);
    keep_rest(&mut test, summary, &taken);
    test.count(requests, source.defaults.most_failed.fraction());
    note_incomplete(&mut test, summary);
    Ok(test)
}

/// Successful and failed requests; AIPerf leaves failures out where there were none.
fn requests(summary: &Map<String, Value>) -> Requests {
    let count = |metric: &str| {
        let value = summary.get(metric).and_then(|found| found.get("avg")).and_then(measured);
        value.filter(|count| *count >= 0.0).map(|count| count as u64)
    };
    let listed = || {
        let errors = summary.get("error_summary").and_then(Value::as_array)?;
        Some(errors.iter().filter_map(|error| error.get("count").and_then(Value::as_u64)).sum())
    };
    let failed = count("error_request_count").or_else(listed).unwrap_or(0);
    Requests { completed: count("request_count").unwrap_or(u64::from(failed == 0)), failed }
}

/// A run that was cancelled, or that a watchdog ended, measured a part of its load.
fn note_incomplete(test: &mut LoadTest, summary: &Map<String, Value>) {
    let flag = |field: &str| summary.get(field).and_then(Value::as_bool);
    if flag("was_cancelled") == Some(true) {
        test.fail("the run was cancelled".to_owned());
    } else if flag("is_complete") == Some(false) {
        let why =
            stated(summary.get("incomplete_reason")).unwrap_or_else(|| "no reason".to_owned());
        test.fail(format!("the run did not finish ({why})"));
    }
}

/// What no metric takes: other statistics, and the errors by kind.
fn keep_rest(test: &mut LoadTest, summary: &Map<String, Value>, taken: &[&str]) {
    let configured = ["input_config", "run_info", "telemetry_data", "start_time", "schema_version"];
    for (field, value) in summary {
        if !configured.contains(&field.as_str()) && !taken.contains(&field.as_str()) {
            test.keep(field, value);
        }
    }
    if let Some(errors) =
        summary.get("error_summary").filter(|errors| **errors != Value::Array(Vec::new()))
    {
        test.keep("errors", &shown(errors).into());
    }
}

#[cfg(test)]
mod tests;
