//! From findings to the verdict of a record, with the numbers that decided it.

use super::{
    Subject,
    words::{Wording, describe_change},
};
use crate::{
    gate::{Finding, Gate, Outcome},
    verdict::Verdict,
};

/// The verdict, and why.
pub(super) fn conclude(
    subject: &Subject<'_>,
    findings: &[Finding],
    wording: &Wording<'_>,
) -> (Verdict, String) {
    let model = subject.model;
    if findings.iter().all(|finding| finding.current.is_none()) {
        return (Verdict::InfraError, format!("{model} measured nothing; see the log of its run"));
    }
    let failures: Vec<&Finding> = findings.iter().filter(|finding| finding.fails()).collect();
    if !failures.is_empty() {
        let vanished = failures.iter().all(|finding| finding.outcome == Outcome::Missing);
        let verdict = if vanished { Verdict::MissingMetric } else { Verdict::Regression };
        let described = failures.iter().map(|finding| wording.failure(finding));
        let words: Vec<String> = subject.failure.iter().cloned().chain(described).collect();
        return (verdict, words.join("; "));
    }
    if let Some(failure) = &subject.failure {
        return (Verdict::InfraError, format!("{failure}: what is left of {model} is no speed"));
    }
    if wording.baseline_count == 0 {
        return (
            Verdict::Calibration,
            "no earlier record of this series to compare with".to_owned(),
        );
    }
    let rolling = || findings.iter().filter(|finding| finding.gate == Gate::Rolling);
    if !rolling().any(Finding::is_judged) {
        return (
            Verdict::InfraError,
            format!("{model} has no metric that its baseline could judge"),
        );
    }
    conclude_passing(rolling(), wording)
}

fn conclude_passing<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    wording: &Wording<'_>,
) -> (Verdict, String) {
    let gated = findings.filter(|finding| finding.is_gated());
    let improved = gated.filter(|finding| finding.outcome == Outcome::Improved);
    let words: Vec<String> =
        improved.map(|finding| describe_change(finding, wording.table)).collect();
    if words.is_empty() {
        let count = wording.baseline_count;
        let reason = format!("every gated metric is within its limit of the median of {count}");
        return (Verdict::Pass, reason);
    }
    (Verdict::Improved, words.join("; "))
}
