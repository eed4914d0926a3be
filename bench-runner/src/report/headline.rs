//! What every report shares: the one line at its head, the order of results, and the cause where there
//! is no result.

use bench_records::{naming::short_commit, verdict::Verdict};

use super::plain;
use crate::{
    compare::{Basis, Compared, Comparison, Leveled, Tally, listed, results::Note},
    exit::Exit,
    words::counted,
};

/// Such as `2 of 3 benchmarks failed` or `no regression`.
#[must_use]
pub fn headline(comparison: &Comparison) -> String {
    let tally = Tally::of(comparison);
    match comparison.besides {
        // under policies that do not look at static limits, the run that was just measured did
        Exit::GateFailed if !tally.is_bad() => "a static limit was broken".to_owned(),
        _ => tally.in_words(),
    }
}

/// The results, what fails first; as their files are in order among their like.
#[must_use]
pub fn worst_first(comparison: &Comparison) -> Vec<&Compared> {
    let rank = |each: Verdict| Verdict::ALL.iter().position(|verdict| *verdict == each);
    let mut all: Vec<&Compared> = comparison.compared.iter().collect();
    all.sort_by_key(|compared| rank(compared.judgement.verdict));
    all
}

/// Since when a result fails, and the command that shows its series; `None` of one that passes.
#[must_use]
pub fn last_good(comparison: &Comparison, compared: &Compared) -> Option<String> {
    let good = compared.last_good.as_ref().filter(|_| !compared.judgement.verdict.passes())?;
    let commit = match good.commit.as_str() {
        "" => String::new(),
        commit => format!("{} of ", short_commit(commit)),
    };
    let said = format!("last good: {commit}{} UTC", good.time.to_minute());
    if comparison.basis == Basis::Given {
        return Some(said);
    }
    // a command that somebody copies holds nothing that a shell takes for more
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let worst = compared.judgement.worst().filter(|finding| finding.fails());
    let metric = worst.filter(|finding| is_word(&finding.metric));
    let metric = metric.map_or(String::new(), |finding| format!(" --metric {}", finding.metric));
    let key = compared.record.cohort().key();
    Some(format!("{said}; see `bench-runner history {key}{metric}`"))
}

/// Such as `wan on NVIDIA L40S`, or the benchmark alone where its GPU is not known.
#[must_use]
pub fn name(note: &Note) -> String {
    match &note.gpu_type {
        Some(gpu) => format!("{} on {gpu}", note.subject),
        None => note.subject.clone(),
    }
}

/// Why there is no result, and what to do; `None` where there is one, or a failure that says it.
#[must_use]
pub fn cause(comparison: &Comparison) -> Option<String> {
    let tally = Tally::of(comparison);
    if tally.results + tally.unmeasured + tally.unread > 0 {
        return None;
    }
    if tally.skipped > 0 {
        return Some("every benchmark was skipped: nothing was judged".to_owned());
    }
    let searched: Vec<&str> =
        comparison.searched.iter().map(String::as_str).filter(|each| !each.is_empty()).collect();
    if searched.is_empty() {
        return Some("no benchmark has a result".to_owned());
    }
    let searched = plain(&searched.join(", "));
    Some(format!(
        "no results in {searched}; run `bench-runner run`, or name their folder with --results"
    ))
}

/// What given results have besides, of which there is no result now.
#[must_use]
pub fn unused_base(comparison: &Comparison) -> Option<String> {
    let unused = &comparison.unused_base;
    let is_told = !unused.is_empty() && !comparison.compared.is_empty();
    is_told.then(|| {
        format!("{} also has {}, not among these results", comparison.against, listed(unused, ", "))
    })
}

/// What the gate found and `--fail-on step` lets pass, which a report in red would leave open.
#[must_use]
pub fn passed_by_step(comparison: &Comparison) -> Option<String> {
    let passed = |compared: &&Compared| comparison.is_passed_by_step(compared);
    match comparison.compared.iter().filter(passed).count() {
        0 => None,
        count => Some(format!(
            "{} beyond the limit of the rolling median: --fail-on step lets this pass, since no \
             level is confirmed to be worse",
            counted(count, "result")
        )),
    }
}

/// What the levels of a series say of a metric, with its label.
pub(super) fn level(comparison: &Comparison, said: &Leveled) -> String {
    let metric = comparison.table.get_or_unjudged(&said.metric);
    format!("level of {}: {}", metric.label, said.words)
}
