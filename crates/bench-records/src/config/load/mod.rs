//! The `load` block: a load test as a benchmark. What the author of a file wrote, under the names of
//! `vllm bench serve`; each rate, or number of users, is a measurement of its own.

mod check;
mod point;
mod target;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) use check::check;
pub use point::{LoadPoint, LoadRate};
pub use target::{LoadServer, LoadTarget};

/// A server under load: where it is, what it is asked, how often, and what is made of the answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadBlock {
    /// The server; `bench-runner serve` with the model of this file when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<LoadTarget>,
    /// What is asked for; by the pipeline of the model, otherwise `chat`, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<LoadEndpoint>,
    /// The model as the server names it; may be absent where the server has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_model_name: Option<String>,
    /// Requests per second, or `"inf"` for all at once; each is measured by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(schema_with = "point::rates_schema"))]
    pub request_rates: Vec<LoadRate>,
    /// Most requests at a time, or users who each wait for an answer where no finite rate is given; each is
    /// measured by itself, at each rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 1))))]
    pub max_concurrencies: Vec<u32>,
    /// Requests of each measurement; 100 when absent, or those of `duration` or of the trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub num_prompts: Option<u32>,
    /// Seconds after which a measurement sends no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub duration: Option<f64>,
    /// How gaps scatter: 1 (also when absent) is Poisson, less is in bursts, more is more even.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub burstiness: Option<f64>,
    /// Seed of schedules and prompts; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Requests that are sent before each measurement, and not measured; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_warmups: Option<u32>,
    /// Where prompts come from; `random` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset_name: Option<LoadDataset>,
    /// File of the dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset_path: Option<String>,
    /// How many times as fast as recorded a trace is sent; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub trace_speed: Option<f64>,
    /// Length of random prompts: words, or tokens with `tokenizer`; 1024 when absent, 16 for images and
    /// videos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub random_input_len: Option<u32>,
    /// Most tokens of the answer to a random prompt; 128 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub random_output_len: Option<u32>,
    /// How far random lengths are off at most, as a fraction; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub random_range_ratio: Option<f64>,
    /// Most tokens of the answer to a prompt of a file; what the file says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub output_len: Option<u32>,
    /// `tokenizer.json` of the model: makes lengths exact, and counts where the server does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<String>,
    /// Whether the model goes on after its end token, up to the most tokens; `false` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_eos: Option<bool>,
    /// What each prompt begins with, so that no cache has it; `run` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_mark: Option<PromptMark>,
    /// Fields that are added to each request, or replace one; null removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_body: Option<Map<String, Value>>,
    /// Seconds that a request may take; 600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub request_timeout: Option<f64>,
    /// Limits in ms that a good request keeps, such as `ttft:500`; they make the metric `goodput`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goodput: Vec<String>,
    /// Percentiles of each latency; 50, 90 and 99 when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metric_percentiles: Vec<f64>,
    /// A search for the highest rate that keeps limits; its capacity is a measurement of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<LoadSearch>,
}

/// The search for the highest rate that keeps limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadSearch {
    /// The limits, such as `ttft_p99_ms<=500,success>=0.99`.
    pub objective: String,
    /// First rate that is tried, in requests per second: better too low than too high; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub start_rate: Option<f64>,
    /// Requests of a probe; 2000 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub requests: Option<u32>,
    /// Least seconds of a probe; 60 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub seconds: Option<f64>,
    /// Most probes; 12 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub probes: Option<u32>,
}

impl fmt::Display for LoadSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slo={}", self.objective)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LoadEndpoint {
    /// `chat/completions`, streamed.
    Chat,
    /// `completions`, streamed.
    Completions,
    /// `images/generations`.
    Images,
    /// `videos`, until they are completed.
    Videos,
}

/// Where prompts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LoadDataset {
    /// Random words.
    Random,
    /// First turns of a ShareGPT file.
    Sharegpt,
    /// A prompt per line.
    Custom,
    /// A trace of Mooncake.
    Mooncake,
    /// A trace of Azure.
    Azure,
    /// A trace of BurstGPT.
    Burstgpt,
}

impl LoadDataset {
    /// Whether it brings the times of its requests along.
    #[must_use]
    pub const fn is_trace(self) -> bool {
        matches!(self, Self::Mooncake | Self::Azure | Self::Burstgpt)
    }
}

/// What each prompt begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PromptMark {
    /// A mark that no other request of any run has.
    Run,
    /// A mark of seed and request: the prompts of two runs are the same.
    Seed,
    /// Nothing: repeated prompts may come from the server's cache.
    None,
}

impl LoadBlock {
    /// Whether the model of the file is served, rather than another server loaded.
    #[must_use]
    pub fn serves_itself(&self) -> bool {
        let target = self.target.as_ref();
        target.is_none_or(|target| target.command.is_none() && target.url.is_none())
    }

    /// Whether a server is loaded that somebody else has started.
    #[must_use]
    pub fn is_of_running_server(&self) -> bool {
        self.target.as_ref().is_some_and(|target| target.url.is_some())
    }

    /// The measurements, without the search: each rate with each number of users.
    #[must_use]
    pub fn points(&self) -> Vec<LoadPoint> {
        let is_trace = self.dataset_name.is_some_and(LoadDataset::is_trace);
        if self.request_rates.is_empty() && self.max_concurrencies.is_empty() && !is_trace {
            return Vec::new();
        }
        let rates: Vec<Option<LoadRate>> = some_or_none(&self.request_rates);
        let users: Vec<Option<u32>> = some_or_none(&self.max_concurrencies);
        let pairs = rates.iter().flat_map(|rate| users.iter().map(move |users| (*rate, *users)));
        pairs
            .map(|(request_rate, max_concurrency)| LoadPoint { request_rate, max_concurrency })
            .collect()
    }

    /// How many measurements it makes, the search included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.points().len() + usize::from(self.search.is_some())
    }

    /// Each of them in words.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let points = self.points().iter().map(ToString::to_string).collect::<Vec<_>>().into_iter();
        let search = self.search.as_ref();
        points.chain(search.map(ToString::to_string)).collect()
    }
}

/// Each of them, or nothing once.
fn some_or_none<T: Copy>(values: &[T]) -> Vec<Option<T>> {
    match values {
        [] => vec![None],
        some => some.iter().copied().map(Some).collect(),
    }
}

#[cfg(test)]
mod tests;
