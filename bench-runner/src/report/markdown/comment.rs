//! The Markdown of a pull request's comment, which changes only when the verdict does.
//!
//! In: a comparison. Out: text without times, commits, runs and measured values, so that another run
//! with the same outcome gives the same bytes. By how much a metric changed is told in steps: noise
//! seldom crosses one, and what does is worth another look.

use std::fmt::Write as _;

use bench_records::{
    gate::{Finding, Gate, Limit, Outcome},
    metric::Gating,
    verdict::Verdict,
};

use super::{super::headline::headline, cell, code};
use crate::compare::{Compared, Comparison};

/// The first line, by which the comment is found again; GitHub does not show it.
const MARKER: &str = "<!-- bench-runner:comment -->";
/// Changes are told as more than one of these, or as more than their limit; fractions.
const STEPS: [f64; 8] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// GitHub takes 65,536 characters; nobody reads that many.
const MAX_LINES: usize = 40;

/// The comment's body.
#[must_use]
pub fn comment(comparison: &Comparison) -> String {
    let mut out = format!("{MARKER}\n## Performance: {}\n\n", headline(comparison));
    let mut told: Vec<String> = comparison.compared.iter().filter_map(line).collect();
    told.sort_unstable();
    out.push_str(&list(&told));
    let against = code(&comparison.against);
    let _ = writeln!(out, "{}, against `{against}`.", comparison.coverage);
    let mut unheard: Vec<String> = comparison.skipped.iter().map(not_run).collect();
    unheard.sort_unstable();
    out.push_str(&unread(comparison.set_aside.len()));
    if !unheard.is_empty() {
        let _ = write!(out, "\n{}", list(&unheard).trim_end());
        out.push('\n');
    }
    out.push_str("\nThe numbers are in the job's summary and in its `reports`.\n");
    out
}

fn list(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for line in lines.iter().take(MAX_LINES) {
        let _ = writeln!(out, "- {line}");
    }
    if lines.len() > MAX_LINES {
        let _ = writeln!(out, "- and {} more", lines.len() - MAX_LINES);
    }
    out + "\n"
}

/// What is said of one result; nothing of one that passes.
fn line(compared: &Compared) -> Option<String> {
    let verdict = compared.judgement.verdict;
    let subject = format!(
        "**{verdict}** `{}` on {}",
        code(&compared.record.model_id),
        cell(compared.record.gpu_type.as_deref().unwrap_or("unknown"))
    );
    let findings = compared.judgement.findings.iter();
    let words: Vec<String> = match verdict {
        Verdict::Pass => return None,
        Verdict::Calibration => vec!["nothing to compare with yet".to_owned()],
        Verdict::Improved => findings.filter(|f| is_gain(f)).map(change).collect(),
        _ => findings.filter(|finding| finding.fails()).map(failure).collect(),
    };
    let words = if words.is_empty() { "could not be judged".to_owned() } else { words.join("; ") };
    Some(format!("{subject}: {words}"))
}

fn is_gain(finding: &Finding) -> bool {
    finding.outcome == Outcome::Improved && finding.is_gated()
}

fn failure(finding: &Finding) -> String {
    let metric = cell(&finding.metric);
    match (finding.gate, finding.outcome) {
        (_, Outcome::Missing) => format!("{metric} was not measured any more"),
        (Gate::Static, _) => {
            let limit = finding.base.map_or(String::new(), |limit| format!(" of {limit}"));
            format!("{metric} is above its static limit{limit}")
        }
        (Gate::Rolling, _) => change(finding),
    }
}

/// Such as `latency is more than 20 % worse (limit 5 %)`.
fn change(finding: &Finding) -> String {
    let metric = cell(&finding.metric);
    let change = finding.worsening.unwrap_or_default();
    let word = if change < 0.0 { "better" } else { "worse" };
    let limit = finding.limit.unwrap_or(Limit::fraction(0.0, Gating::Gated)).fraction;
    let step = STEPS.into_iter().rfind(|step| *step > limit && change.abs() > *step);
    let (step, limit) = (percent(step.unwrap_or(limit)), percent(limit));
    format!("{metric} is more than {step} % {word} (limit {limit} %)")
}

/// With as many decimals as a limit has, and no rounding error of the fraction.
fn percent(fraction: f64) -> f64 {
    (fraction * 1e6).round() / 1e4
}

fn not_run(note: &crate::compare::results::Note) -> String {
    format!("not run: `{}`, {}", code(&note.subject), cell(&note.reason))
}

/// How many results there are no values of; files' names hold the time of the run, and reasons vary.
fn unread(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "\n1 result could not be read or measured.\n".to_owned(),
        count => format!("\n{count} results could not be read or measured.\n"),
    }
}
