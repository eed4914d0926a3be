//! Results and records to compare: one benchmark on one GPU, one run a day.

use bench_records::naming::{fastvideo_path, sanitize};
use serde_json::{Value, json};

use crate::support::workspace::{Finished, Workspace};

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Noon of a day of May 2025.
pub fn at(day: u32) -> String {
    format!("2025-05-{day:02}T12:00:00+00:00")
}

/// A raw result with the six core metrics; its latency is 10 s.
pub fn result(benchmark: &str, day: u32) -> Value {
    json!({
        "benchmark_id": benchmark,
        "device": "NVIDIA L40S",
        "avg_generation_time_s": 10.0,
        "throughput_fps": 2.0,
        "max_peak_memory_mb": 1000.0,
        "text_encoder_time_s": 1.0,
        "dit_time_s": 6.0,
        "vae_decode_time_s": 2.0,
        "commit": COMMIT,
        "timestamp": at(day),
    })
}

/// The normalized record of [`result`].
pub fn record(benchmark: &str, day: u32) -> Value {
    json!({
        "model_id": benchmark,
        "timestamp": at(day),
        "commit_sha": COMMIT,
        "gpu_type": "NVIDIA L40S",
        "latency": 10.0,
        "throughput": 2.0,
        "memory": 1000.0,
        "text_encoder_time_s": 1.0,
        "dit_time_s": 6.0,
        "vae_decode_time_s": 2.0,
        "success": true,
    })
}

/// `value` with `fields` set.
pub fn with(mut value: Value, fields: &Value) -> Value {
    for (key, field) in fields.as_object().unwrap() {
        value[key] = field.clone();
    }
    value
}

/// A result whose latency is `latency` s.
pub fn timed(benchmark: &str, day: u32, latency: f64) -> Value {
    with(result(benchmark, day), &json!({"avg_generation_time_s": latency}))
}

impl Workspace {
    /// Leaves these results, and no others, in `results`.
    pub fn put_results(&self, results: &[Value]) {
        let _ = std::fs::remove_dir_all(self.path("results"));
        for (index, result) in results.iter().enumerate() {
            let id = sanitize(result["benchmark_id"].as_str().unwrap_or("unknown"));
            let name: String = id.chars().take(100).collect();
            self.write_json(&format!("results/perf_{index}_{name}.json"), result);
        }
    }

    /// Adds records to `history`, as FastVideo's tools lay them out.
    pub fn put_records(&self, records: &[Value]) {
        for record in records {
            let text = |key: &str| record[key].as_str().unwrap_or_default();
            let path = fastvideo_path(text("model_id"), text("timestamp"), text("commit_sha"));
            self.write_json(&format!("history/{path}"), record);
        }
    }

    /// `compare` on these results alone.
    pub fn compare(&self, results: &[Value]) -> Finished {
        self.compare_with(results, &[])
    }

    pub fn compare_with(&self, results: &[Value], args: &[&str]) -> Finished {
        self.put_results(results);
        self.run(&[&["compare"], args].concat())
    }

    /// The only Markdown report.
    pub fn report(&self) -> String {
        let names = self.files("reports").into_iter();
        let named: Vec<String> =
            names.filter(|name| name.starts_with("perf_") && name.ends_with(".md")).collect();
        assert_eq!(named.len(), 1, "{named:?}");
        self.read(&format!("reports/{}", named[0]))
    }

    /// What the last comparison found.
    pub fn findings(&self) -> Value {
        serde_json::from_str(&self.read("reports/findings.json")).unwrap()
    }

    /// The only result of the last comparison.
    pub fn judged(&self) -> Value {
        let findings = self.findings();
        assert_eq!(findings["results"].as_array().unwrap().len(), 1, "{findings}");
        findings["results"][0].clone()
    }

    /// Record files of the history, in the order of their paths.
    pub fn records(&self) -> Vec<String> {
        let files = self.files("history").into_iter();
        files.filter(|name| name.ends_with(".json")).collect()
    }
}

/// The finding of a metric in a judged result.
pub fn finding<'v>(judged: &'v Value, gate: &str, metric: &str) -> &'v Value {
    let findings = judged["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["gate"] == gate && f["metric"] == metric);
    found.unwrap_or_else(|| panic!("no {gate} finding of {metric} in {judged}"))
}
