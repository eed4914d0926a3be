//! The raw record: every sample of one run, before it is summarised.
//!
//! In: what `bench-runner run` measured, or the JSON of a `perf_*.json`, from it or from FastVideo's
//! suite. Out: a [`RawRecord`], which is the one type that is written and read.

mod completion;
mod measurement;
mod metrics;
mod reading;
#[cfg(feature = "schema")]
mod schema;
mod source;
mod statistics;
mod stopping_rule;
#[cfg(test)]
mod tests;
mod trial;

pub use completion::Completion;
pub use measurement::{Made, Measurement};
pub use metrics::raw_key;
#[cfg(feature = "schema")]
pub use schema::schema;
pub use source::Source;
pub use statistics::Statistics;
pub use stopping_rule::StoppingRule;
pub use trial::{Phase, Trial};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    environment::Environment,
    lenient::{self, SetAside},
    provenance::Provenance,
};
use reading::{Reading, Taken, read_leniently};

read_leniently! {
    /// One run of a benchmark, or why there was none: a file `perf_<benchmark_id>_<time>.json`.
    ///
    /// One that was measured has all fields of its metrics, samples and identity; one that was not has
    /// `skipped` or `failed` instead, and the trials that were made until then.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RawFields"))]
    pub struct RawRecord {
        /// The benchmark.
        pub benchmark_id: String = "unknown".to_owned(),
        /// Version of raw records with an identity, as FastVideo's suite counts them.
        #[cfg_attr(feature = "schema", schemars(with = "u32"))]
        pub result_schema_version: Option<u32>,
        /// What is measured, for comparisons.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub workload_id: Option<String>,
        /// Which variant of that.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub variant_id: Option<String>,
        /// Counted up when a benchmark changes so that it is no longer comparable.
        #[cfg_attr(feature = "schema", schemars(with = "u32"))]
        pub benchmark_version: Option<u32>,
        /// Name in reports.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub model_short_name: Option<String>,
        /// What runs the model; null where nothing that is here says it.
        pub pipeline: Option<String>,
        /// When the benchmark began, in UTC.
        pub timestamp: String,
        /// Full commit id under test, or empty.
        pub commit: String,
        /// Name of the device; null where nothing was measured.
        pub device: Option<String> = Some("unknown".to_owned()),
        /// Devices that the benchmark uses.
        #[cfg_attr(feature = "schema", schemars(with = "u64"))]
        pub num_gpus: Option<u64>,
        /// Warm-up trials as configured.
        #[cfg_attr(feature = "schema", schemars(with = "u32"))]
        pub num_warmup_runs: Option<u32>,
        /// Measured trials of each kind as configured.
        #[cfg_attr(feature = "schema", schemars(with = "u32"))]
        pub num_measurement_runs: Option<u32>,
        /// What CI says of the job.
        #[serde(flatten)]
        pub provenance: Provenance,
        /// What became of it.
        #[serde(flatten)]
        #[cfg_attr(feature = "schema", schemars(with = "completion::CompletionFields<'static>"))]
        pub completion: Completion,
        /// What was measured.
        #[serde(flatten, skip_serializing_if = "Measurement::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<Measurement>"))]
        pub measured: Measurement,
        /// The machine.
        #[cfg_attr(feature = "schema", schemars(with = "Environment"))]
        pub environment: Option<Environment>,
        /// All trials, in order.
        pub trials: Vec<Trial>,
        /// What else its file says, where it was read from one.
        #[serde(skip)]
        pub source: Source,
    }
}

impl RawRecord {
    /// Reads a raw record from the bytes of its file.
    ///
    /// # Errors
    /// [`SetAside`] where the file is no JSON object.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, SetAside> {
        Ok(Self::from_fields(lenient::read_object(bytes)?))
    }

    /// Reads a raw record from its fields. A value that cannot be read counts as not stated, and
    /// [`Source::set_aside`] names its field.
    #[must_use]
    pub fn from_fields(fields: Map<String, Value>) -> Self {
        Self::take(&mut Reading::of(fields), "")
    }

    /// The text of the run's file beside its record: a line with [`Source::header`], then a line a
    /// [`Trial`].
    #[must_use]
    pub fn to_ndjson(&self) -> String {
        let mut lines = vec![Value::Object(self.source.header.clone()).to_string()];
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
