//! Histories for a page to show, made of records as a store holds them.
//!
//! In: records. Out: the files of their index.

use std::collections::BTreeMap;

use bench_records::{
    events::EVENTS_PATH,
    gate::Batch,
    identity::SeriesKey,
    index::{Head, HeadHeader, HeadSeries, series_file, series_path},
    metric::Metric,
    record::Record,
    series::{IMPORTED, Series, group_into_series},
    time::{DAY, Micros},
};
use serde_json::{Value, json};

/// Time of the newest record of a series that is not stale: noon of 9 May 2026.
pub const NEWEST: Micros = Micros(1_778_328_000_000_000);

/// Records of a history.
#[derive(Default)]
pub struct History {
    records: Vec<(Record, String)>,
    metrics: Vec<Metric>,
    set_aside: usize,
    events: Vec<Value>,
}

impl History {
    /// A history with three series: one that passes, one that regressed, one that got better.
    #[must_use]
    pub fn small() -> Self {
        Self::default()
            .series("wan-t2v", "L40S", &steady(10.0, 30, 10.1))
            .series("wan-t2v", "H100", &steady(4.0, 30, 5.0))
            .series("flux-dev", "L40S", &steady(7.0, 30, 6.0))
    }

    /// With a record a day of each latency, the last of them on the newest day.
    #[must_use]
    pub fn series(self, model: &str, gpu: &str, latencies: &[f64]) -> Self {
        self.series_until(NEWEST, model, gpu, latencies)
    }

    /// With a record a day of each latency, the last of them at this time.
    #[must_use]
    pub fn series_until(mut self, last: Micros, model: &str, gpu: &str, latencies: &[f64]) -> Self {
        for (index, latency) in latencies.iter().enumerate() {
            let days = (latencies.len() - 1 - index) as i64;
            let time = Micros(last.0 - days * DAY.0);
            self = self.record(json!({
                "model_id": model, "gpu_type": gpu, "timestamp": time.to_iso(),
                "commit_sha": format!("{:040x}", 0xc0ffee_u64 + time.0 as u64 / 1_000_000),
                "latency": latency, "throughput": 45.0 / latency, "memory": 20_000.0,
                "text_encoder_time_s": 0.1 * latency, "dit_time_s": 0.7 * latency,
                "vae_decode_time_s": 0.2 * latency, "success": true,
            }));
        }
        self
    }

    /// With a record of these fields.
    ///
    /// # Panics
    /// They are none of a record.
    #[must_use]
    pub fn record(mut self, fields: Value) -> Self {
        let Value::Object(fields) = fields else { panic!("not an object: {fields}") };
        let record = Record::from_fields(fields).expect("fields of a record");
        let path = format!("records/{}.json", self.records.len());
        self.records.push((record, path));
        self
    }

    /// With a sweep of load tests of `llama`: a series for each of these rates, a test of each a night for 30 nights. A
    /// server of this device serves `most` requests a second, and its answers come as much later as it is busier.
    #[must_use]
    pub fn sweep(mut self, gpu: &str, rates: &[f64], most: f64) -> Self {
        for (night, rate) in (0..30).flat_map(|night| rates.iter().map(move |rate| (night, rate))) {
            let time = Micros(NEWEST.0 - night * DAY.0);
            let busy = (rate / most).min(0.98);
            let around = 1.0 + 0.004 * (((night * 7) % 11) as f64 - 5.0) / 5.0;
            let ttft = 40.0 * around / (1.0 - busy);
            let served = rate.min(most) * around.min(1.0);
            self = self.record(json!({
                "model_id": format!("llama/in=1024,out=128,prompts=400,rate={rate}"),
                "gpu_type": gpu, "timestamp": time.to_iso(), "success": true,
                "commit_sha": format!("{:040x}", 0xc0ffee_u64 + time.0 as u64 / 1_000_000),
                "workload_id": "llama", "benchmark_version": "1",
                "variant_id": format!("in=1024,out=128,prompts=400,rate={rate}"),
                "recipe_fingerprint": format!("rate {rate}"), "hardware_profile_id": gpu,
                "software_profile_id": IMPORTED,
                "ttft_p50_ms": ttft, "ttft_p95_ms": 2.0 * ttft, "ttft_p99_ms": 3.0 * ttft,
                "tpot_p50_ms": 8.0 * around, "tpot_p99_ms": 11.0 * around,
                "requests_per_s": served, "output_tokens_per_s": 128.0 * served,
            }));
        }
        self
    }

    /// With three series of diffusion, and sweeps of a language model on two devices.
    #[must_use]
    pub fn served() -> Self {
        Self::small().sweep("H100", &[4.0, 8.0, 12.0, 16.0], 13.0).sweep("L40S", &[4.0, 8.0], 9.0)
    }

    /// With a metric of its own.
    #[must_use]
    pub fn metric(mut self, metric: Value) -> Self {
        self.metrics.push(serde_json::from_value(metric).expect("a metric"));
        self
    }

    /// With something that somebody said.
    #[must_use]
    pub fn event(mut self, event: Value) -> Self {
        self.events.push(event);
        self
    }

    /// With an index that says that so many files were set aside.
    #[must_use]
    pub fn set_aside(self, files: usize) -> Self {
        Self { set_aside: files, ..self }
    }

    /// The series, in the order of their keys.
    #[must_use]
    pub fn grouped(&self) -> BTreeMap<SeriesKey, Series> {
        group_into_series(self.records.iter().map(|(record, path)| (record, path.as_str())))
            .into_values()
            .map(|series| (series.key.clone(), series))
            .collect()
    }

    /// Key of the only series of a benchmark on a GPU.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn key(&self, model: &str, gpu: &str) -> String {
        let grouped = self.grouped();
        let is_it = |series: &&Series| {
            series.labels.model_id == model && series.labels.gpu_type.as_deref() == Some(gpu)
        };
        grouped.values().find(is_it).expect("a series of that name").key.to_string()
    }

    /// Key of the series of a load test.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn key_at(&self, gpu: &str, rate: f64) -> String {
        self.key(&format!("llama/in=1024,out=128,prompts=400,rate={rate}"), gpu)
    }

    /// Path and text of each file: the index, the records, and what was said of them.
    #[must_use]
    pub fn files(&self) -> Vec<(String, String)> {
        let grouped = self.grouped();
        let mut files = self.head(&grouped).to_files();
        files.extend(
            grouped.values().map(|series| (series_path(&series.key), series_file::write(series))),
        );
        files.extend(self.records.iter().map(|(record, path)| (path.clone(), record.to_json())));
        let events = self.events.iter().map(|event| event.to_string() + "\n");
        files.extend((!self.events.is_empty()).then(|| (EVENTS_PATH.to_owned(), events.collect())));
        files
    }

    fn head(&self, grouped: &BTreeMap<SeriesKey, Series>) -> Head {
        let batch = Batch { now: Micros(i64::MAX / 2), ..Batch::default() };
        let series: Vec<HeadSeries> =
            grouped.values().map(|series| HeadSeries::of(series, &batch)).collect();
        let (records, count) = (self.records.len(), series.len());
        let header = HeadHeader::new(records, self.set_aside, count, self.metrics.clone())
            .with_events(self.events.len());
        Head { header, series }
    }
}

/// So many values around a center, the same ones each time, and then a last one.
#[must_use]
pub fn steady(center: f64, count: usize, last: f64) -> Vec<f64> {
    let around = |index: usize| center * (1.0 + 0.004 * ((index * 7 % 11) as f64 - 5.0) / 5.0);
    (0..count - 1).map(around).chain([last]).collect()
}
