//! Benchmark configurations: in comes the text of a `benchmarks/*.json`, out go a checked
//! [`BenchmarkConfig`] with its [`Warning`]s, or the [`ConfigError`] that says what to change.
//!
//! The types here are what the author of a file wrote, in the file's order and with its names.

mod blocks;
mod check;
mod explain;
mod fields;
mod given;
mod kwargs;
mod lenient;
mod limits;
mod load;
mod model;
mod nearest;
mod ordered;
mod parse;
mod plan;
mod problems;
#[cfg(test)]
mod properties;
mod regression;
#[cfg(feature = "schema")]
mod schema;
mod static_limits;
mod suite;
#[cfg(test)]
mod tests;
pub mod text;
pub mod unique;
mod workload;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use given::faults_of_given;
pub use limits::{DEFAULT_KEY, StaticThresholds, select_by_gpu};
pub use load::{
    LoadBlock, LoadDataset, LoadEndpoint, LoadPoint, LoadRate, LoadSearch, LoadServer, LoadTarget,
    PromptMark,
};
pub use model::{Command, CommandMode, LoadFormat, Model, Pipeline};
pub use ordered::Ordered;
pub use parse::{MAX_BYTES, parse};
pub use plan::{DEFAULT_SEED, DEFAULT_VARIANT, DEFAULT_VERSION, RunPlan};
pub use problems::{ConfigError, Fault, Warning};
pub use regression::{DEFAULTS, LimitsInForce, MetricLimits, RegressionThresholds};
#[cfg(feature = "schema")]
pub use schema::config_schema;
pub use static_limits::{Bound, STATIC_LIMITS, StaticLimit, StaticLimits};
pub use suite::validate_suite;
pub use workload::{ImageShape, Shape, Workload};

/// The newest `config_schema_version` that [`parse`] reads; files without one are version 1.
pub const CONFIG_SCHEMA_VERSION: u32 = 2;

/// One benchmark: a model, what to generate with it, how often, and the limits it must keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "Benchmark configuration"))]
#[serde(deny_unknown_fields)]
pub struct BenchmarkConfig {
    /// Address of this schema, for editors. Not part of the recipe.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Unique name of the benchmark: letters, digits, `.`, `_` and `-`, because result files carry it.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$"))
    )]
    #[cfg_attr(feature = "schema", schemars(length(max = 128)))]
    pub benchmark_id: String,
    /// Version of this file format: 1 (also when absent) or 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 2)))]
    pub config_schema_version: Option<u32>,
    /// What is generated, common to all variants that may be compared with each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload_id: Option<String>,
    /// Which variant of the workload this is: size, parallelism, precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<String>,
    /// Raised by hand when old and new records must not be compared any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmark_version: Option<u32>,
    /// One sentence for people; shown in reports and on the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The model and how it is loaded.
    pub model: Model,
    /// What the pipeline is built with: parallelism, precision, offloading. Keys that are not
    /// known are kept in the recipe, with a warning.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::init_kwargs"))]
    pub init_kwargs: Map<String, Value>,
    /// What each generation is asked for: size, frames, steps, seed. Keys that are not known are
    /// kept in the recipe, with a warning.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::generation_kwargs"))]
    pub generation_kwargs: Map<String, Value>,
    /// The prompts, cycled by trial. At least one, except for the pipelines `command` and `fake`, and
    /// for language models where `generation_kwargs.input_tokens` says how long made-up ones are, and load
    /// tests, which have a dataset.
    #[serde(default)]
    pub test_prompts: Vec<String>,
    /// A load test in place of trials: a server, rates, and what it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadBlock>,
    /// How often to run, and on what.
    pub run_config: RunConfig,
    /// Static limits by GPU: the first key, in the file's order, that is a part of the GPU's name
    /// applies, else `default`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::thresholds"))]
    pub thresholds: StaticThresholds,
    /// Limits of the rolling gate by metric. A change is a regression when it exceeds both the
    /// fraction and the absolute floor. What is left out takes the metric's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "schema::regression_thresholds"))]
    pub regression_thresholds: Option<RegressionThresholds>,
}

impl BenchmarkConfig {
    /// The negative prompt under either of its names; `None` when absent or null.
    pub fn negative_prompt(&self) -> Option<&str> {
        kwargs::NEGATIVE_PROMPT_NAMES
            .iter()
            .find_map(|name| self.generation_kwargs.get(*name)?.as_str())
    }

    /// The number of GPUs that the pipeline is built for; `None` when the file does not say.
    pub fn num_gpus(&self) -> Option<u64> {
        self.init_kwargs.get("num_gpus")?.as_u64()
    }
}

/// How often a benchmark runs, and on what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Trials before the measured ones, at the same shape; kept, but not summarized.
    pub num_warmup_runs: u32,
    /// Measured trials, at least 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub num_measurement_runs: u32,
    /// GPUs that must be present; 0 for a benchmark that a CPU can run.
    pub required_gpus: u32,
    /// Runs only where one of these is a part of the GPU's name. Empty: anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gpu_types: Vec<String>,
}
