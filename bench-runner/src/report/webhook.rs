//! `webhook.json`: the outcome for chats and automations, small and flat.

use bench_records::{coverage::Coverage, verdict::Verdict};
use serde::Serialize;

use super::{
    headline::{headline, level, worst_first},
    json::{NamedReason, named},
};
use crate::{
    compare::{Compared, Comparison},
    exit::Exit,
};

/// What is posted to a webhook.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Webhook {
    /// Always `bench-runner/webhook/1`.
    pub format: &'static str,
    /// Whether the gate passed.
    pub passed: bool,
    /// Exit code of the command.
    pub exit_code: u8,
    /// The outcome in one line.
    pub headline: String,
    /// When, in ISO 8601.
    pub at: String,
    /// Commit under test, or empty.
    pub commit_sha: String,
    /// Branch under test, or empty.
    pub branch: String,
    /// Pull request, without `#`, or empty.
    pub pr_number: String,
    /// Address of the CI build, or empty.
    pub build_url: String,
    /// What was compared with.
    pub against: String,
    /// How much was judged.
    pub coverage: Coverage,
    /// Each result, with the reason in words; what fails comes first.
    pub results: Vec<WebhookResult>,
    /// Benchmarks that could not be measured.
    pub failed: Vec<NamedReason>,
    /// Files that could not be read.
    pub set_aside: Vec<NamedReason>,
    /// Benchmarks that were not run.
    pub skipped: Vec<NamedReason>,
}

/// One result.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct WebhookResult {
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
    /// How it came out.
    pub verdict: Verdict,
    /// The same in words, with the numbers that decided it.
    pub reason: String,
    /// What the levels of its series say of it, a sentence a metric: a change of level, or that it may be noise.
    pub levels: Vec<String>,
}

/// The reason, with what the base has where it cannot judge the result.
fn reason(comparison: &Comparison, compared: &Compared) -> String {
    let judgement = &compared.judgement;
    let notices = judgement.notices.iter().filter(|_| comparison.has_no_base(compared));
    [&judgement.reason]
        .into_iter()
        .chain(notices)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ")
}

/// What `webhook.json` holds.
#[must_use]
pub fn webhook(comparison: &Comparison) -> Webhook {
    let results = worst_first(comparison).into_iter().map(|compared| WebhookResult {
        model_id: compared.record.model_id.clone(),
        gpu_type: compared.record.gpu_type.clone(),
        verdict: compared.judgement.verdict,
        reason: reason(comparison, compared),
        levels: compared.levels.iter().map(|said| level(comparison, said)).collect(),
    });
    let origin = &comparison.origin;
    Webhook {
        format: "bench-runner/webhook/1",
        passed: comparison.exit() == Exit::Passed,
        exit_code: comparison.exit() as u8,
        headline: headline(comparison),
        at: comparison.now.to_iso(),
        commit_sha: super::commit(comparison),
        branch: origin.branch.clone(),
        pr_number: origin.pr_number.clone(),
        build_url: origin.build_url.clone(),
        against: comparison.against.clone(),
        coverage: comparison.coverage,
        results: results.collect(),
        failed: comparison.failed.iter().map(named).collect(),
        set_aside: comparison.set_aside.iter().map(named).collect(),
        skipped: comparison.skipped.iter().map(named).collect(),
    }
}
