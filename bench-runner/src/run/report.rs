//! What became of the benchmarks of a run, and how to leave after it.

use std::path::PathBuf;

use bench_records::{raw::StoppingRule, record::Metrics};
use serde::Serialize;

use crate::{exit::Exit, measure::interrupt};

/// What became of a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Ran {
    /// It was measured.
    Measured {
        /// Name of the device.
        device: String,
        /// Metrics by record key.
        metrics: Metrics,
        /// Which rule ended it.
        stopping_rule: StoppingRule,
        /// Clean trials that were made.
        trials: usize,
        /// How much longer instrumented trials take, as a fraction.
        instrumented_slowdown: Option<f64>,
        /// Wall time between the trials.
        overhead_s: f64,
        /// Static limits that it broke.
        exceeded: Vec<String>,
        /// What went wrong after it was measured.
        problems: Vec<String>,
    },
    /// This machine or build cannot run it.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It was to be measured and could not.
    Failed {
        /// Why.
        reason: String,
    },
    /// The run was interrupted before it began.
    NotBegun,
}

/// What is said of a benchmark that an interruption kept from running.
pub const NOT_BEGUN: &str = "not measured: the run was interrupted before its turn";

/// A benchmark with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The benchmark, and after a slash which of its load tests.
    pub benchmark_id: String,
    /// Its raw record, where that could be written.
    pub result: Option<PathBuf>,
    /// What became of it.
    #[serde(flatten)]
    pub ran: Ran,
}

impl Report {
    /// Of a benchmark that was not begun, which leaves no result.
    #[must_use]
    pub fn not_begun(benchmark_id: &str) -> Self {
        Self { benchmark_id: benchmark_id.to_owned(), result: None, ran: Ran::NotBegun }
    }
}

/// How to leave after a run: a static limit broken, something not measured, or all well.
#[must_use]
pub fn exit(reports: &[Report]) -> Exit {
    let of = |report: &Report| match &report.ran {
        Ran::Measured { exceeded, .. } if !exceeded.is_empty() => Exit::GateFailed,
        Ran::Measured { problems, .. } if !problems.is_empty() => Exit::Unable,
        Ran::Measured { .. } | Ran::Skipped { .. } => Exit::Passed,
        Ran::Failed { .. } | Ran::NotBegun => Exit::Unable,
    };
    let interrupted = if interrupt::is_requested() { Exit::Unable } else { Exit::Passed };
    reports.iter().map(of).fold(interrupted, Exit::or)
}
