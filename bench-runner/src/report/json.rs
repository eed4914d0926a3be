//! `findings.json`: the comparison for programs.

use bench_records::{
    coverage::Coverage,
    gate::{Judgement, PolicyName},
    identity::SeriesKey,
};
use serde::Serialize;

use crate::compare::{Comparison, Leveled, results::Note};

/// A comparison as `findings.json` and `--json` give it.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Findings {
    /// Always `bench-runner/findings/1`.
    pub format: &'static str,
    /// The policy that judged.
    pub policy: PolicyName,
    /// Its limit on metrics that nothing else limits, as a fraction.
    pub max_regression: f64,
    /// Exit code of the command.
    pub exit_code: u8,
    /// When, in ISO 8601.
    pub at: String,
    /// What was compared with.
    pub against: String,
    /// How much was judged.
    pub coverage: Coverage,
    /// Each result.
    pub results: Vec<ResultFindings>,
    /// Benchmarks that could not be measured.
    pub failed: Vec<NamedReason>,
    /// Files that could not be read.
    pub set_aside: Vec<NamedReason>,
    /// Benchmarks that were not run.
    pub skipped: Vec<NamedReason>,
}

/// One result, judged.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct ResultFindings {
    /// File that the result was read from.
    pub source: String,
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
    /// Commit under test.
    pub commit_sha: String,
    /// When it ran.
    pub timestamp: String,
    /// Key of its series.
    pub series: SeriesKey,
    /// Path of its record in the store, where it was stored.
    pub stored_as: Option<String>,
    /// What the levels of its series say of it.
    pub levels: Vec<Leveled>,
    /// How it was judged.
    #[serde(flatten)]
    pub judgement: Judgement,
}

/// A file or benchmark, and why nothing is said of it.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct NamedReason {
    /// File or benchmark.
    pub subject: String,
    /// The reason.
    pub reason: String,
}

/// What `findings.json` holds.
#[must_use]
pub fn findings(comparison: &Comparison) -> Findings {
    let results = comparison.compared.iter().map(|compared| ResultFindings {
        source: compared.source.clone(),
        model_id: compared.record.model_id.clone(),
        gpu_type: compared.record.gpu_type.clone(),
        commit_sha: compared.record.commit_sha.clone(),
        timestamp: compared.record.timestamp.clone(),
        series: compared.record.cohort().key(),
        stored_as: compared.stored_as.clone(),
        levels: compared.levels.clone(),
        judgement: compared.judgement.clone(),
    });
    Findings {
        format: "bench-runner/findings/1",
        policy: comparison.policy,
        max_regression: comparison.max_regression,
        exit_code: comparison.exit() as u8,
        at: comparison.now.to_iso(),
        against: comparison.against.clone(),
        coverage: comparison.coverage,
        results: results.collect(),
        failed: comparison.failed.iter().map(named).collect(),
        set_aside: comparison.set_aside.iter().map(named).collect(),
        skipped: comparison.skipped.iter().map(named).collect(),
    }
}

pub(super) fn named(note: &Note) -> NamedReason {
    NamedReason { subject: note.subject.clone(), reason: note.reason.clone() }
}
