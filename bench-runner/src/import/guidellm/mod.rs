//! Imports reports of GuideLLM.
//!
//! In: `benchmarks.json`, of any version from 0.2 on: a list of benchmarks, one for each rate or
//! number of streams. Out: a record each. Statistics are those of successful requests.

mod metrics;
mod workload;

use bench_records::{requests::Requests, time::Micros};
use serde_json::Value;

use super::{
    Imported,
    collector::Collector,
    error::{ImportError, Unusable, shown},
    load::{self, LoadTest},
    samples::spread,
    source::{Source, measured},
};

/// Reads all benchmarks of a report.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let report = source.json(source.bytes)?;
    let found = report.get("benchmarks");
    let benchmarks = found.and_then(Value::as_array).ok_or_else(|| ImportError::OtherFormat {
        file: source.file.to_owned(),
        field: "benchmarks",
        found: found.map_or_else(|| "missing".to_owned(), shown),
        expected: "a list of benchmarks, as GuideLLM's benchmarks.json has",
    })?;
    let mut collector = Collector::default();
    for (at, benchmark) in benchmarks.iter().enumerate() {
        let test = read(source, &report, benchmark);
        load::keep(source, &mut collector, &format!("benchmark {}", at + 1), test);
    }
    collector.finish(source.file)
}

fn read(source: &Source<'_>, report: &Value, benchmark: &Value) -> Result<LoadTest, Unusable> {
    let found = benchmark.get("metrics");
    let metrics = found.filter(|metrics| metrics.get("requests_per_second").is_some());
    let metrics =
        metrics.ok_or_else(|| Unusable::field("metrics", found, "metrics of requests"))?;
    let requests = requests(benchmark);
    if requests.is_some_and(|requests| requests.completed == 0) {
        return Err(Unusable::NothingCompleted);
    }
    let record = source.record(source.time(start(benchmark))?);
    let mut test = LoadTest::new(record, workload::workload(source, report, benchmark)?);
    metrics::put(&mut test, metrics);
    test.record.spread = latencies(benchmark).and_then(|latencies| spread(&latencies));
    if let Some(duration) = benchmark.get("duration") {
        test.keep("duration", duration);
    }
    if let Some(requests) = requests {
        test.count(requests, source.defaults.most_failed.fraction());
    }
    Ok(test)
}

/// Successful and failed requests; those that the end of a run cut short are neither.
fn requests(benchmark: &Value) -> Option<Requests> {
    let places = [
        "/metrics/request_totals",
        "/request_totals",
        "/scheduler_metrics/requests_made",
        "/run_stats/requests_made",
    ];
    let totals = places.iter().find_map(|place| benchmark.pointer(place))?;
    let count = |status: &str| totals.get(status).and_then(Value::as_u64);
    Some(Requests { completed: count("successful")?, failed: count("errored").unwrap_or(0) })
}

fn start(benchmark: &Value) -> Option<Micros> {
    let places = ["/start_time", "/scheduler_metrics/start_time", "/run_stats/start_time"];
    let seconds = places.iter().find_map(|place| benchmark.pointer(place).and_then(measured))?;
    Some(seconds).filter(|seconds| *seconds > 0.0).and_then(Micros::from_seconds)
}

/// Latencies of the successful requests, in seconds.
fn latencies(benchmark: &Value) -> Option<Vec<f64>> {
    let requests = benchmark.pointer("/requests/successful")?.as_array()?;
    let latencies =
        requests.iter().map(|request| request.get("request_latency").and_then(measured));
    latencies.collect::<Option<Vec<f64>>>().filter(|latencies| !latencies.is_empty())
}

#[cfg(test)]
mod tests;
