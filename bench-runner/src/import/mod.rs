//! Importing: measurements that other tools wrote become records.
//!
//! In: the bytes of one file, the tool that wrote it, and what to assume where the format is
//! silent. Out: records, the metrics that their dataset adds, and what was set aside with the
//! reason. Nothing here touches a disk or a clock: the same bytes give equal records.

mod args;
mod collector;
mod entries;
mod error;
mod fastvideo;
mod github_action;
mod hyperfine;
mod metric_name;
mod own_metric;
mod pytorch;
mod samples;
mod source;
mod unit;
mod vllm;

use bench_records::{metric::Metric, record::Record, time::Micros};

pub use error::ImportError;
use source::Source;

/// The tool that wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// `data.js` of benchmark-action/github-action-benchmark, or the JSON in it.
    #[value(name = "github-action-benchmark")]
    GithubActionBenchmark,
    /// Raw or normalized records of FastVideo's suite.
    #[value(name = "fastvideo")]
    FastVideo,
    /// Records of PyTorch's benchmark database, schema v3.
    #[value(name = "pytorch")]
    PyTorch,
    /// Results of `vllm bench latency`, `throughput` or `serve`.
    #[value(name = "vllm")]
    Vllm,
    /// `hyperfine --export-json`.
    #[value(name = "hyperfine")]
    Hyperfine,
}

/// What to assume where a file does not say; what a file says is never replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    /// Commit that was measured.
    pub commit: Option<String>,
    /// When it was measured.
    pub timestamp: Option<Micros>,
    /// GPU that it ran on, or CPU.
    pub gpu: Option<String>,
    /// Branch that was measured.
    pub branch: Option<String>,
}

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// One record a run of a benchmark, in the file's order.
    pub records: Vec<Record>,
    /// Metrics of the records that are not in the built-in table.
    pub metrics: Vec<Metric>,
    /// What could not be read.
    pub set_aside: Vec<SetAsideItem>,
}

/// A part of a file that became no record, or no value of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideItem {
    /// Where it stands in the file, such as `line 3` or `suite/run 2/bench`.
    pub place: String,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

/// Reads `bytes`, the content of `file`.
///
/// # Errors
/// [`ImportError`] where the file as a whole cannot be read or holds nothing to import.
pub fn import(
    format: Format,
    file: &str,
    bytes: &[u8],
    defaults: &Defaults,
) -> Result<Imported, ImportError> {
    let source = Source { file, bytes, defaults };
    match format {
        Format::GithubActionBenchmark => github_action::import(&source),
        Format::FastVideo => fastvideo::import(&source),
        Format::PyTorch => pytorch::import(&source),
        Format::Vllm => vllm::import(&source),
        Format::Hyperfine => hyperfine::import(&source),
    }
}

#[cfg(test)]
mod tests;
