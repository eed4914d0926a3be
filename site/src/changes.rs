//! Changes of a history that are one event each: series that changed at one commit range, the same way.
//!
//! In: a history. Out: its changes, from what the head says of each series; nothing is detected here.

use bench_records::{
    levels::{Change, CommitLine, Leveled, changes},
    naming::short_commit,
};

use crate::dataset::{Dataset, Row};

/// The changes of a history, what needs somebody first.
#[must_use]
pub fn changes_of(dataset: &Dataset) -> Vec<Change> {
    let changing: Vec<&Row> =
        dataset.rows.iter().map(AsRef::as_ref).filter(|row| !row.shifts.is_empty()).collect();
    let line = CommitLine::of(changing.iter().map(|row| &row.recent));
    let leveled: Vec<Leveled<'_>> =
        changing.iter().map(|row| (row.key(), row.shifts.as_slice())).collect();
    changes(&leveled, &line)
}

/// Two commits as a range: `6bd4709..9678ab9`, or the one commit of both; empty where records name none.
#[must_use]
pub fn range_in_words(before: &str, since: &str) -> String {
    match (before, since) {
        ("", "") => String::new(),
        ("", commit) => short_commit(commit).to_owned(),
        _ if before == since => short_commit(since).to_owned(),
        _ => format!("{}..{}", short_commit(before), short_commit(since)),
    }
}
