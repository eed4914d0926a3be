//! The report for a terminal: a line a benchmark, the reason under it.

use std::fmt::Write as _;

use crate::compare::{Admission, Compared, Comparison};

/// The report as plain text.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    let mut out = String::new();
    for compared in &comparison.compared {
        out.push_str(&block(compared));
    }
    for note in &comparison.set_aside {
        let _ =
            writeln!(out, "{:<16} {} {}", "unreadable", plain(&note.subject), plain(&note.reason));
    }
    for note in &comparison.skipped {
        let _ =
            writeln!(out, "{:<16} {}: {}", "skipped", plain(&note.subject), plain(&note.reason));
    }
    out.push_str(&nothing(comparison));
    let _ = write!(out, "{}", comparison.coverage);
    out.push_str(&stored(comparison));
    out
}

/// What is said where no result could be compared.
fn nothing(comparison: &Comparison) -> String {
    if !comparison.compared.is_empty() || !comparison.set_aside.is_empty() {
        return String::new();
    }
    if !comparison.skipped.is_empty() {
        return "every benchmark was skipped: nothing was judged\n".to_owned();
    }
    let searched = plain(&comparison.searched.join(", "));
    format!(
        "no results in {searched}; run `bench-runner run`, or name their folder with --results\n"
    )
}

/// `; 2 added to history, 1 was there`.
fn stored(comparison: &Comparison) -> String {
    let stored = comparison.compared.iter().filter(|compared| compared.stored_as.is_some());
    let (known, new): (Vec<_>, Vec<_>) =
        stored.partition(|compared| matches!(compared.admission, Admission::Known(_)));
    let there = match known.len() {
        0 if new.is_empty() => return String::new(),
        0 => String::new(),
        1 => ", 1 was there".to_owned(),
        count => format!(", {count} were there"),
    };
    format!("; {} added to {}{there}", new.len(), comparison.against)
}

/// Such as `1 record` or `3 records`: a number with what it counts.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// `text` without what would steer a terminal or break a line or an XML file.
#[must_use]
pub fn plain(text: &str) -> String {
    let is_unsafe = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect()
}

fn block(compared: &Compared) -> String {
    let judgement = &compared.judgement;
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    let records = counted(judgement.baseline_count, "record");
    let mut out = format!(
        "{:<16} {} on {}, against {records}\n",
        judgement.verdict.as_str(),
        plain(&compared.record.model_id),
        plain(gpu)
    );
    for reason in judgement.reason.split("; ").chain(judgement.notices.iter().map(String::as_str)) {
        let _ = writeln!(out, "{:<16} {}", "", plain(reason));
    }
    out
}
