//! The Markdown of a pull request's comment, which changes only when there is news.
//!
//! In: a comparison. Out: text without times and runs. What fails and what makes a change of level
//! certain have their numbers, the change its commits; of all else
//! another run with the same outcome gives the same bytes: by how much a metric improved is given in
//! steps, which noise seldom crosses. What could not be measured or read is named with the reason that
//! this run gave.

use std::fmt::Write as _;

use bench_records::{
    gate::{
        Finding, Gate, Limit, Outcome,
        policy::{Wording, limit_in_words},
    },
    metric::Gating,
    verdict::Verdict,
};

use super::super::cut;
use super::{
    super::headline::{cause, headline, level},
    cell, code, line as note_line,
};
use crate::compare::{Compared, Comparison, results::Note};

/// The first line, by which the comment is found again; GitHub does not show it.
const MARKER: &str = "<!-- bench-runner:comment -->";
/// Changes are told as more than one of these, or as more than their limit; fractions.
const STEPS: [f64; 8] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Nobody reads more.
const MAX_LINES: usize = 40;
/// GitHub takes 65,536 characters, and the template 60,000 bytes: two lists and what is around them.
const MAX_LIST_BYTES: usize = 25_000;
/// Metrics that are told of one benchmark.
const MAX_WORDS: usize = 10;
const MAX_NAME_CHARS: usize = 200;
const MAX_REASON_CHARS: usize = 400;

/// The comment's body.
#[must_use]
pub fn comment(comparison: &Comparison) -> String {
    let mut out = format!("{MARKER}\n## Performance: {}\n\n", headline(comparison));
    out.extend(cause(comparison).map(|cause| format!("{}\n\n", cell(&cause))));
    let (passing, failing): (Vec<&Compared>, Vec<_>) = comparison
        .compared
        .iter()
        .partition(|each| each.judgement.verdict.passes() && comparison.amiss(each).is_none());
    let line = |compared: &&Compared| line(comparison, compared);
    let mut told = sorted(failing.iter().filter_map(line));
    told.extend(sorted(
        comparison
            .failed
            .iter()
            .map(|note| note_line(Some("failed"), &shortened(note), ": could not be measured: ")),
    ));
    told.extend(sorted(
        comparison
            .set_aside
            .iter()
            .map(|note| note_line(Some("unreadable"), &shortened(note), " ")),
    ));
    told.extend(sorted(passing.iter().filter_map(line)));
    told.extend(sorted(comparison.compared.iter().flat_map(|each| steps(comparison, each))));
    out.push_str(&list(&told));
    let against = code(&cut(&comparison.against, MAX_NAME_CHARS));
    let _ = writeln!(out, "{}, against `{against}`.", comparison.coverage);
    let skipped = sorted(comparison.skipped.iter().map(not_run));
    if !skipped.is_empty() {
        let _ = write!(out, "\n{}", list(&skipped).trim_end());
        out.push('\n');
    }
    let is_of_job = [&comparison.origin.build_url, &comparison.origin.job_id];
    out.push_str(match is_of_job.iter().any(|said| !said.is_empty()) {
        true => "\nAll numbers are in the job's summary and in its `reports`.\n",
        false => "\nAll numbers are in the reports of this run.\n",
    });
    out.extend(link_to_all_runs(comparison));
    out
}

/// Where the dashboard shows all runs of the pull request, each against the level that main had then.
fn link_to_all_runs(comparison: &Comparison) -> Option<String> {
    let number = &comparison.origin.pr_number;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let dashboard = comparison.dashboard.as_ref().filter(|_| is_number)?;
    Some(format!(
        "\n[All runs of this pull request, against main]({dashboard}index.html#/pr/{number})\n"
    ))
}

fn list(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let mut told = 0;
    for line in lines.iter().take(MAX_LINES) {
        if out.len() + line.len() > MAX_LIST_BYTES {
            break;
        }
        let _ = writeln!(out, "- {line}");
        told += 1;
    }
    if lines.len() > told {
        let _ = writeln!(out, "- and {} more", lines.len() - told);
    }
    out + "\n"
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    lines
}

fn shortened(note: &Note) -> Note {
    Note {
        subject: cut(&note.subject, MAX_NAME_CHARS),
        gpu_type: note.gpu_type.as_ref().map(|gpu| cut(gpu, MAX_NAME_CHARS)),
        reason: cut(&note.reason, MAX_REASON_CHARS),
    }
}

/// The changes of level that a result made certain.
fn steps<'c>(
    comparison: &'c Comparison,
    compared: &'c Compared,
) -> impl Iterator<Item = String> + 'c {
    let said = compared.levels.iter().filter(|said| said.step.is_some());
    said.map(|said| {
        format!(
            "**level** `{}` on {}: {}",
            code(&cut(&compared.record.model_id, MAX_NAME_CHARS)),
            cell(&cut(compared.record.gpu_type.as_deref().unwrap_or("unknown"), MAX_NAME_CHARS)),
            cell(&level(comparison, said))
        )
    })
}

/// What is said of one result; nothing of one that passes.
fn line(comparison: &Comparison, compared: &Compared) -> Option<String> {
    let verdict = compared.judgement.verdict;
    let subject = format!(
        "**{}** `{}` on {}",
        comparison.label(compared),
        code(&cut(&compared.record.model_id, MAX_NAME_CHARS)),
        cell(&cut(compared.record.gpu_type.as_deref().unwrap_or("unknown"), MAX_NAME_CHARS))
    );
    let findings = compared.judgement.findings.iter();
    let amiss = comparison.amiss(compared).map(|amiss| amiss.reason());
    let words: Vec<String> = match verdict {
        _ if amiss.is_some() => amiss.into_iter().map(str::to_owned).collect(),
        Verdict::Pass => return None,
        _ if comparison.has_no_base(compared) => compared
            .judgement
            .notices
            .iter()
            .map(|notice| cell(&cut(notice, MAX_REASON_CHARS)))
            .collect(),
        Verdict::Calibration => vec!["nothing to compare with yet".to_owned()],
        Verdict::Improved => findings.filter(|f| is_gain(f)).map(change).collect(),
        _ => {
            let failing = findings.filter(|finding| finding.fails());
            failing.map(|finding| failure(comparison, compared, finding)).collect()
        }
    };
    let further = words.len().saturating_sub(MAX_WORDS);
    let more = if further > 0 { format!("; and {further} more") } else { String::new() };
    let words = match words.len() {
        0 => cell(&cut(&compared.judgement.reason, MAX_REASON_CHARS)),
        count => words[..count - further].join("; ") + &more,
    };
    Some(format!("{subject}: {words}"))
}

fn is_gain(finding: &Finding) -> bool {
    finding.outcome == Outcome::Improved && finding.is_gated()
}

/// Such as `latency is 23.0 % worse: 10.000 s → 12.300 s (limit 5.0 %)`, or `latency 10.000 s is above
/// max_generation_time_s 9.500 s (default)`.
fn failure(comparison: &Comparison, compared: &Compared, finding: &Finding) -> String {
    let limits_key = compared.raw.as_ref().and_then(|raw| raw.measured.thresholds_key.clone());
    let wording = Wording {
        baseline_count: compared.judgement.baseline_count,
        limits_key: limits_key.as_deref(),
        table: &comparison.table,
    };
    let words = match (finding.gate, finding.outcome) {
        (_, Outcome::Missing) => {
            format!("{} was not measured any more", cut(&finding.metric, MAX_NAME_CHARS))
        }
        (Gate::Static, _) => wording.failure(finding),
        (Gate::Rolling, _) => worse(&wording, finding),
    };
    cell(&cut(&words, MAX_REASON_CHARS))
}

fn worse(wording: &Wording<'_>, finding: &Finding) -> String {
    let metric = wording.table.get_or_unjudged(&finding.metric);
    let limit = finding.limit.map(|limit| format!(" ({})", limit_in_words(&limit, &metric.unit)));
    let change = finding.worsening.map(|change| format!("{:.1} % ", change.abs() * 100.0));
    format!(
        "{} is {}worse: {}{}",
        cut(&finding.metric, MAX_NAME_CHARS),
        change.unwrap_or_default(),
        wording.from_to(finding),
        limit.unwrap_or_default(),
    )
}

/// Such as `latency is more than 20 % worse (limit 5 %)`.
fn change(finding: &Finding) -> String {
    let metric = cell(&cut(&finding.metric, MAX_NAME_CHARS));
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

fn not_run(note: &Note) -> String {
    let note = shortened(note);
    format!("not run: `{}`, {}", code(&note.subject), cell(&note.reason))
}
