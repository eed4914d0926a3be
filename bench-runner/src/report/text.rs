//! The report for a terminal: a line a benchmark, the reason under it.

use std::fmt::Write as _;

use super::{
    headline::{cause, last_good, level, passed_by_step, unused_base, worst_first},
    plain,
};
use crate::compare::{Admission, Compared, Comparison};
use crate::words::counted;

/// The report as plain text, what fails first.
#[must_use]
pub fn text(comparison: &Comparison) -> String {
    let block = |compared: &&Compared| block(comparison, compared);
    let (passing, failing): (Vec<&Compared>, Vec<_>) =
        worst_first(comparison).into_iter().partition(|each| each.judgement.verdict.passes());
    let mut out: String = failing.iter().map(block).collect();
    for note in &comparison.failed {
        let on = note.gpu_type.as_ref().map_or(String::new(), |gpu| format!(" on {gpu}"));
        let said = format!("{} could not be measured{on}: {}", note.subject, note.reason);
        let _ = writeln!(out, "{:<16} {}", "failed", plain(&said));
    }
    for note in &comparison.set_aside {
        let said = format!("{} {}", note.subject, note.reason);
        let _ = writeln!(out, "{:<16} {}", "unreadable", plain(&said));
    }
    out.extend(passing.iter().map(block));
    for note in &comparison.skipped {
        let _ =
            writeln!(out, "{:<16} {}: {}", "skipped", plain(&note.subject), plain(&note.reason));
    }
    let lines = [cause, unused_base, passed_by_step].into_iter().filter_map(|say| say(comparison));
    for line in lines {
        let _ = writeln!(out, "{}", plain(&line));
    }
    let _ = write!(out, "{}", comparison.coverage);
    out.push_str(&stored(comparison));
    out
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
    let earlier = match comparison.earlier_stored {
        0 => String::new(),
        1 => " and 1 that ran before".to_owned(),
        more => format!(" and {more} that ran before"),
    };
    format!("; {}{earlier} added to {}{there}", new.len(), plain(&comparison.against))
}

fn block(comparison: &Comparison, compared: &Compared) -> String {
    let judgement = &compared.judgement;
    let gpu = compared.record.gpu_type.as_deref().unwrap_or("unknown");
    let records = counted(judgement.baseline_count, "record");
    let mut out = format!(
        "{:<16} {} on {}, against {records}\n",
        comparison.label(compared),
        plain(&compared.record.model_id),
        plain(gpu)
    );
    let last_good = last_good(comparison, compared);
    let reasons = judgement.reason.split("; ").chain(last_good.as_deref());
    for reason in reasons {
        let _ = writeln!(out, "{:<16} {}", "", plain(reason));
    }
    for said in &compared.levels {
        let _ = writeln!(out, "{:<16} {}", "", plain(&level(comparison, said)));
    }
    for notice in &judgement.notices {
        let _ = writeln!(out, "{:<16} {}", "", plain(notice));
    }
    out
}
