//! A made-up history: records of many series, each steady but for noise.
//!
//! In: how many series and points. Out: records as bench-runner writes them, and a raw result that
//! belongs to the first series and passes.

use bench_records::{record::Record, time::Micros};
use serde_json::{Map, Value, json};

use super::numbers::Numbers;

/// GPUs that each benchmark ran on.
const GPUS: [&str; 4] = ["NVIDIA L40S", "NVIDIA H100", "NVIDIA B200", "NVIDIA RTX 5090"];

/// 2026-01-01T00:00:00Z.
const START: Micros = Micros(1_767_225_600_000_000);

/// Eight hours: a nightly run and two more.
const INTERVAL: i64 = 8 * 3_600_000_000;

/// Size of a history.
#[derive(Clone, Copy)]
pub struct Size {
    /// Number of series, over all benchmarks and GPUs.
    pub series: usize,
    /// Records of each series.
    pub points: usize,
}

impl Size {
    /// Number of records.
    pub fn records(self) -> usize {
        self.series * self.points
    }

    /// Every record, series by series.
    pub fn all(self) -> impl Iterator<Item = Record> {
        (0..self.series).flat_map(move |series| (0..self.points).map(move |at| record(series, at)))
    }
}

fn record(series: usize, at: usize) -> Record {
    let mut numbers = Numbers((series as u64) << 32 | at as u64);
    let time = Micros(START.0 + at as i64 * INTERVAL + series as i64 * 1_000_000);
    let latency_s = numbers.around(20.0 + series as f64 / 50.0);
    let mut fields = identity(series);
    fields.insert("spread".to_owned(), spread(latency_s, &mut numbers));
    fields.extend(object(json!({
        "model_id": benchmark_id(series),
        "timestamp": time.to_iso(),
        "commit_sha": numbers.hex(40),
        "gpu_type": GPUS[series % GPUS.len()],
        "latency": latency_s,
        "throughput": 45.0 / latency_s,
        "memory": numbers.around(10_840.0),
        "text_encoder_time_s": numbers.around(2.1),
        "dit_time_s": numbers.around(12.4),
        "vae_decode_time_s": numbers.around(3.2),
        "success": true,
        "run_source": "scheduled_main",
        "baseline_eligible": true,
        "branch": "main",
        "test_scope": "full",
        "build_url": format!("https://ci.example/builds/{at}"),
        "build_id": numbers.hex(32),
        "job_id": numbers.hex(32),
        "environment_fingerprint": format!("env-{}", numbers.hex(16)),
        "num_gpus": 1,
        "verdict": "pass",
        "verdict_reason": "nothing is worse by more than its limit",
        "id": numbers.ulid(time.0 as u64 / 1000),
        "schema_version": 3,
    })));
    Record::from_fields(fields).expect("it has a model id")
}

/// A raw result of the first series.
pub fn result() -> Value {
    let mut fields = identity(0);
    fields.extend(object(json!({
        "benchmark_id": benchmark_id(0),
        "device": GPUS[0],
        "num_gpus": 1,
        "avg_generation_time_s": 20.0,
        "individual_times_s": [20.0, 20.1, 19.9],
        "throughput_fps": 2.25,
        "max_peak_memory_mb": 10_840.0,
        "text_encoder_time_s": 2.1,
        "dit_time_s": 12.4,
        "vae_decode_time_s": 3.2,
        "thresholds": {"max_generation_time_s": 34.0, "max_peak_memory_mb": 12_000.0},
        "commit": Numbers(0).hex(40),
        "timestamp": "2026-10-01T22:00:00+00:00",
    })));
    Value::Object(fields)
}

/// As of five samples with this median.
fn spread(median: f64, numbers: &mut Numbers) -> Value {
    let mut off = || median * 0.002 * numbers.unit();
    let (mad, below, above) = (off(), off(), off());
    let (min, max) = (median - mad - below, median + mad + above);
    json!({"count": 5, "median": median, "mad": mad, "min": min, "max": max})
}

/// What the records of a series are compared on.
fn identity(series: usize) -> Map<String, Value> {
    let mut numbers = Numbers(!(series as u64));
    object(json!({
        "workload_id": format!("wan-t2v-{}", series / GPUS.len()),
        "variant_id": "1.3b",
        "benchmark_version": 3,
        "recipe_fingerprint": numbers.hex(64),
        "hardware_profile_id": format!("hw-{}", numbers.hex(16)),
        "software_profile_id": format!("sw-{}", numbers.hex(16)),
    }))
}

fn benchmark_id(series: usize) -> String {
    format!("wan-t2v-{:03}", series / GPUS.len())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::raw::RawRecord;

    #[test]
    fn a_history_is_the_same_each_time_and_has_as_many_series_as_asked_for() {
        let size = Size { series: 8, points: 3 };
        let keys: std::collections::BTreeSet<_> = size.all().map(|r| r.cohort().key()).collect();
        assert_eq!((size.all().count(), keys.len()), (24, 8));
        assert!(size.all().eq(size.all()));
    }

    #[test]
    fn the_spread_of_a_record_is_that_of_samples_around_its_latency() {
        let spread = record(3, 1).spread.expect("runs with several trials have one");
        assert_eq!(Some(spread.median), record(3, 1).metric("latency"));
        assert!(spread.min < spread.median && spread.median < spread.max);
    }

    #[test]
    fn the_result_belongs_to_the_first_series() {
        let raw = RawRecord::from_fields(object(result()));
        assert_eq!(raw.source.identity, record(0, 0).identity);
        assert_eq!(raw.source.identity.missing(), Vec::<&str>::new());
    }
}
