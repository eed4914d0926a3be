//! Importing: measurements that other tools wrote become records.
//!
//! In: the bytes of one file, the tool that wrote it, and what to assume where the format is
//! silent. Out: records, the metrics that their dataset adds, and what was set aside with the
//! reason. Nothing here touches a disk or a clock: the same bytes give equal records.

mod aiperf;
mod args;
mod benches;
mod bounds;
mod collector;
mod detect;
mod direction;
mod entries;
mod error;
mod fastvideo;
mod format;
mod found;
mod github_action;
mod guidellm;
mod hyperfine;
pub mod known;
mod load;
mod merged;
pub mod metric_name;
mod most_failed;
pub mod non_finite;
mod output;
mod own_metric;
pub mod place;
mod pytorch;
mod repeats;
mod samples;
mod sglang;
mod source;
mod tables;
mod unit;
mod vllm;
mod workload;

use std::collections::BTreeSet;

use bench_records::{metric::Metric, time::Micros};

pub use benches::ExtraRule;
pub use detect::detect;
pub use direction::BetterRule;
pub use error::ImportError;
pub use format::Format;
pub use found::{Found, Origin, key_of};
pub use load::Runs;
pub use most_failed::MostFailed;
use non_finite::{TooLarge, too_large};
use output::OutputOf;
pub use repeats::Repeats;
use source::Source;
pub use vllm::SUITE_POINT;
#[cfg(feature = "load")]
pub use vllm::{load_metrics, load_variant};
pub use workload::Workload;

/// What to assume where a file does not say, and what sets its measurements apart.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// Commit that was measured.
    pub commit: Option<String>,
    /// When it was measured.
    pub timestamp: Option<Micros>,
    /// GPU that it ran on, or CPU.
    pub gpu: Option<String>,
    /// Branch that was measured.
    pub branch: Option<String>,
    /// Project that was measured, whatever a file says.
    pub project: Option<String>,
    /// Suite that was measured, whatever a file says.
    pub suite: Option<String>,
    /// What distinguishes these measurements from others of the same names.
    pub variant: Option<String>,
    /// Which way values are better, whatever a file says.
    pub better: Vec<BetterRule>,
    /// What the lines of `extra` are, where their names do not say.
    pub extra: Vec<ExtraRule>,
    /// What several values of one name in one run are.
    pub repeats: Repeats,
    /// Model that was measured.
    pub model: Option<String>,
    /// How many requests of a load test may fail.
    pub most_failed: MostFailed,
}

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// One a run of a benchmark, in the file's order.
    pub records: Vec<Found>,
    /// Metrics of the records that are not in the built-in table.
    pub metrics: Vec<Metric>,
    /// What could not be read.
    pub set_aside: Vec<SetAsideItem>,
    /// Parts of the format that are no measurements of their own, such as a run that warms up.
    pub left_out: usize,
    /// What was assumed or summarised, in sentences.
    pub notices: Vec<String>,
    /// Names of the lines of `extra`, where an option may name one.
    pub extra_lines: BTreeSet<String>,
    /// Whether something was measured, though none of it is taken.
    pub has_indistinct: bool,
}

/// A part of a file that became no record, or no value of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAsideItem {
    /// Where it stands in the file, such as `line 3` or `suite/run 2/bench`.
    pub place: String,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

/// Reads `bytes`, the content of `file`, with that of the file [`Format::beside`] it.
///
/// # Errors
/// [`ImportError`] where the file as a whole cannot be read or holds nothing to import.
pub fn import_with(
    format: Format,
    file: &str,
    bytes: &[u8],
    beside: Option<&[u8]>,
    defaults: &Defaults,
) -> Result<Imported, ImportError> {
    if matches!(format, Format::Vllm | Format::GuideLlm) {
        tables::refuse(file, bytes)?;
    }
    let source = Source { file, bytes, beside, defaults };
    let output = |of: OutputOf| output::import(&source, of);
    let imported = match format {
        Format::GithubActionBenchmark => github_action::import(&source),
        Format::FastVideo => fastvideo::import(&source),
        Format::PyTorch => pytorch::import(&source),
        Format::Vllm => vllm::import(&source),
        Format::SgLang => sglang::import(&source),
        Format::AiPerf => aiperf::import(&source),
        Format::GuideLlm => guidellm::import(&source),
        Format::Hyperfine => hyperfine::import(&source),
        Format::CustomBigger => output(OutputOf::CustomBigger),
        Format::CustomSmaller => output(OutputOf::CustomSmaller),
        Format::Criterion => output(OutputOf::Criterion),
        Format::Go => output(OutputOf::Go),
        Format::GoogleBenchmark => output(OutputOf::GoogleBenchmark),
        Format::Pytest => output(OutputOf::Pytest),
        Format::Jmh => output(OutputOf::Jmh),
        Format::BenchmarkJs => output(OutputOf::BenchmarkJs),
        Format::Catch2 => output(OutputOf::Catch2),
        Format::BenchmarkDotNet => output(OutputOf::BenchmarkDotNet),
        Format::Julia => output(OutputOf::Julia),
    };
    imported.map(|imported| imported.without_too_large(bytes).within_bounds())
}

impl Imported {
    /// The same, which names each number of the file that is too large to be one.
    fn without_too_large(mut self, bytes: &[u8]) -> Self {
        // a number that is all of a measurement is named with that
        let mut named: Vec<String> =
            self.set_aside.iter().map(|item| item.reason.clone()).collect();
        for TooLarge { line, field, number } in too_large(bytes) {
            let digits = number.get(..40).unwrap_or(&number);
            if let Some(at) = named.iter().position(|reason| reason.contains(digits)) {
                named.swap_remove(at);
                continue;
            }
            let reason = format!("field {field} is {number}, expected a finite number");
            self.set_aside.push(SetAsideItem { place: format!("line {line}"), reason });
        }
        self
    }
}

/// Reads `bytes`, the content of `file`, with nothing beside it.
#[cfg(test)]
pub fn import(
    format: Format,
    file: &str,
    bytes: &[u8],
    defaults: &Defaults,
) -> Result<Imported, ImportError> {
    import_with(format, file, bytes, None, defaults)
}

#[cfg(test)]
mod tests;
