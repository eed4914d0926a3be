//! The raw record: every sample of one run, before it is summarised.
//!
//! In: the JSON of a `perf_*.json`, from FastVideo's suite or from `bench-runner run`. Out: a
//! [`RawRecord`].

mod completion;
mod stopping_rule;

use std::collections::BTreeMap;

pub use completion::{Completion, CompletionFields};
pub use stopping_rule::StoppingRule;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    environment::Environment,
    gpu_use::GpuUse,
    identity::Identity,
    lenient::{self, SetAside},
    metric::{CORE, METRICS},
    provenance::Provenance,
    record::{Metrics, take_metrics_named, take_text, take_typed},
};

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before measuring; kept, and in no summary.
    Warmup,
    /// Synchronised only at its end: counts for latency.
    Clean,
    /// Synchronised after each stage: counts for stage times.
    Instrumented,
}

impl Phase {
    /// Its word in records and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warmup => "warmup",
            Self::Clean => "clean",
            Self::Instrumented => "instrumented",
        }
    }
}

/// One repetition of a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trial {
    /// What it is for.
    pub phase: Phase,
    /// Prompt in to pixels on the host, in seconds.
    pub latency_s: f64,
    /// Processor seconds of the whole trial, over all threads; only where this process did the
    /// work, on the CPU.
    #[serde(default)]
    pub cpu_s: Option<f64>,
    /// Seconds in each stage, by its name; empty for a clean trial.
    #[serde(default)]
    pub stages: BTreeMap<String, f64>,
    /// Processor seconds in each stage, where `cpu_s` is known.
    #[serde(default)]
    pub stages_cpu_s: BTreeMap<String, f64>,
    /// Seconds of each denoise step, in order.
    #[serde(default)]
    pub step_times_s: Vec<f64>,
    /// Peak memory in MB.
    #[serde(default)]
    pub peak_memory_mb: Option<f64>,
    /// What else the measured program says of it, by the name of the metric.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    /// What it took of the GPU, where it ran on one that this program watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<GpuUse>,
    /// Which of the benchmark's prompts it used, from 0.
    #[serde(default)]
    pub prompt_index: usize,
    /// Why it counts for nothing, where it does not.
    #[serde(default)]
    pub discard_reason: Option<String>,
}

/// Everything that one run measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawRecord {
    /// The benchmark; `unknown` where a result does not say.
    pub benchmark_id: String,
    /// GPU name; `None` where the result says null.
    pub device: Option<String>,
    /// Number of GPUs.
    pub num_gpus: Option<u64>,
    /// What was measured, by record key.
    pub metrics: Metrics,
    /// End-to-end seconds of each measured trial.
    pub individual_times_s: Vec<f64>,
    /// Static limits of the GPU that ran, by their names in the configuration.
    pub thresholds: Map<String, Value>,
    /// Rolling limits of the benchmark, as written.
    pub regression_thresholds: Value,
    /// What was measured, a full commit id or empty.
    pub commit: String,
    /// When it ran, as written, or empty.
    pub timestamp: String,
    /// What makes it comparable.
    pub identity: Identity,
    /// Where it came from.
    pub provenance: Provenance,
    /// Every trial, on records of ours.
    pub trials: Vec<Trial>,
    /// Every field but the trials, as it was.
    pub header: Map<String, Value>,
    /// Which rule ended the run, on records of ours.
    pub stopping_rule: Option<StoppingRule>,
    /// Machine and software, on records of ours.
    pub environment: Option<Environment>,
    /// What became of the benchmark.
    pub completion: Completion,
    /// Every other field, as it was.
    pub extra: Map<String, Value>,
}

impl RawRecord {
    /// Reads a raw record from the bytes of its file.
    ///
    /// # Errors
    /// [`SetAside`] where the file is no JSON object.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SetAside> {
        Ok(Self::from_fields(lenient::read_object(bytes)?))
    }

    /// Reads a raw record from its fields; what cannot be read counts as not measured.
    #[must_use]
    pub fn from_fields(mut fields: Map<String, Value>) -> Self {
        let trials = take_typed(&mut fields, "trials").unwrap_or_default();
        fields.shift_remove("trials");
        let header = fields.clone();
        let identity = Identity::of_result(&fields);
        let provenance = Provenance::take_from(&mut fields);
        let metrics = take_metrics(&mut fields);
        let completion = Completion::take_from(&mut fields, !metrics.is_empty());
        let stopping_rule = take_text(&mut fields, "stopping_rule");
        Self {
            benchmark_id: take_text(&mut fields, "benchmark_id").unwrap_or("unknown".to_owned()),
            device: take_device(&mut fields),
            num_gpus: take_typed(&mut fields, "num_gpus"),
            metrics,
            individual_times_s: take_numbers(&mut fields, "individual_times_s"),
            thresholds: take_object(&mut fields, "thresholds"),
            regression_thresholds: fields.shift_remove("regression_thresholds").unwrap_or_default(),
            commit: take_text(&mut fields, "commit").unwrap_or_default(),
            timestamp: take_text(&mut fields, "timestamp").unwrap_or_default(),
            identity,
            provenance,
            trials,
            header,
            stopping_rule: stopping_rule.as_deref().map(StoppingRule::from),
            environment: take_typed(&mut fields, "environment"),
            completion,
            extra: fields,
        }
    }

    /// Entry of the configuration's `thresholds` that its static limits are from.
    #[must_use]
    pub fn thresholds_key(&self) -> Option<String> {
        self.extra.get("thresholds_key").and_then(lenient::text)
    }

    /// The text of the run's file beside its record: a line with [`RawRecord::header`], then a line
    /// a [`Trial`].
    #[must_use]
    pub fn to_ndjson(&self) -> String {
        let mut lines = vec![Value::Object(self.header.clone()).to_string()];
        let trials = self.trials.iter().map(serde_json::to_string);
        lines.extend(trials.map(|line| line.expect("a trial holds plain values")));
        lines.join("\n") + "\n"
    }

    /// Reads what [`RawRecord::to_ndjson`] wrote; a trial that cannot be read is left out.
    ///
    /// # Errors
    /// [`SetAside`] where the first line is no JSON object.
    pub fn from_ndjson(text: &str) -> Result<Self, SetAside> {
        let mut lines = text.lines();
        let header = lenient::read_object(lines.next().unwrap_or_default().as_bytes())?;
        let trials = lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ok(Self { trials, ..Self::from_fields(header) })
    }
}

fn take_device(fields: &mut Map<String, Value>) -> Option<String> {
    match fields.shift_remove("device") {
        Some(value) => lenient::text(&value),
        None => Some("unknown".to_owned()),
    }
}

/// The core metrics stand under their raw keys, further ones under their record keys.
fn take_metrics(fields: &mut Map<String, Value>) -> Metrics {
    let further = METRICS.iter().skip(CORE.len()).map(|metric| metric.key.as_ref());
    take_metrics_named(fields, CORE.into_iter().chain(further.map(|key| (key, key))))
}

fn take_numbers(fields: &mut Map<String, Value>, key: &str) -> Vec<f64> {
    match fields.shift_remove(key) {
        Some(Value::Array(items)) => items.iter().filter_map(lenient::number).collect(),
        _ => Vec::new(),
    }
}

fn take_object(fields: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match fields.shift_remove(key) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_written_line_by_line_is_read_back_whole() {
        let trial = r#"{"phase":"clean","latency_s":1.5,"stages":{"denoise":1.0}}"#;
        let text = format!(r#"{{"benchmark_id":"wan","own":{{"b":1,"a":2}},"trials":[{trial}]}}"#);
        let raw = RawRecord::from_slice(text.as_bytes()).expect("an object");
        let lines = raw.to_ndjson();
        assert_eq!(lines.lines().count(), 2);
        assert!(lines.starts_with(r#"{"benchmark_id":"wan","own":{"b":1,"a":2}}"#), "{lines}");
        assert_eq!(RawRecord::from_ndjson(&lines), Ok(raw));
    }

    #[test]
    fn a_line_that_is_no_trial_costs_only_itself() {
        let trial = r#"{"phase":"clean","latency_s":1.5}"#;
        let raw = RawRecord::from_ndjson(&format!("{{}}\n{{}}\n{trial}\n{trial}")).expect("sound");
        assert_eq!(raw.trials.len(), 2);
        assert!(RawRecord::from_ndjson("").is_err());
    }
}
