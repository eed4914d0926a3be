//! What other tools measured, as results to be judged.
//!
//! In: the records of their files, and whether the store has them. Out: the newest of each series as a
//! result, what ran before as its history, and what is not judged in words.

use std::collections::BTreeMap;

use bench_records::{identity::SeriesKey, record::Record};

use super::results::{Input, Results};
use crate::import::place::Place;

/// A record of a file.
pub struct Member {
    /// The file.
    pub file: String,
    /// The record, and whether the store has it.
    pub place: Place,
}

/// The results that these records come to. Of a history only the newest commit is judged: what was
/// not measured for it is old.
#[must_use]
pub fn results(members: Vec<Member>) -> (Results, Option<String>) {
    let commit = newest_commit(&members);
    let mut by_series: BTreeMap<SeriesKey, Vec<Member>> = BTreeMap::new();
    for member in members {
        by_series.entry(member.record().cohort().key()).or_default().push(member);
    }
    let mut results = Results { commit, ..Results::default() };
    let mut old = 0;
    for mut series in by_series.into_values() {
        series.sort_by(|a, b| a.order().cmp(&b.order()));
        let is_new = |member: &Member| member.record().commit_sha == results.commit;
        let judged = match series.last() {
            Some(newest) if is_new(newest) || results.commit.is_empty() => series.pop(),
            _ => None,
        };
        old += usize::from(judged.is_none());
        results.earlier.extend(series.into_iter().filter_map(|member| match member.place {
            Place::New(record) => Some(*record),
            Place::There(_) => None,
        }));
        results.results.extend(judged.map(Member::into_input));
    }
    results.results.sort_by(|(a, _), (b, _)| a.cmp(b));
    let short = bench_records::naming::short_commit(&results.commit);
    let words = match old {
        0 => None,
        1 => {
            Some(format!("1 series has no record of {short}, the newest commit, and is not judged"))
        }
        old => Some(format!(
            "{old} series have no record of {short}, the newest commit, and are not judged"
        )),
    };
    (results, words)
}

/// The commit of the newest record, where every record names one; else empty: then the newest record of
/// each series is what there is.
fn newest_commit(members: &[Member]) -> String {
    let newest = members.iter().max_by(|a, b| a.order().cmp(&b.order()));
    let is_named = members.iter().all(|member| !member.record().commit_sha.is_empty());
    newest.filter(|_| is_named).map(|m| m.record().commit_sha.clone()).unwrap_or_default()
}

impl Member {
    fn record(&self) -> &Record {
        match &self.place {
            Place::New(record) | Place::There(record) => record,
        }
    }

    fn order(&self) -> (Option<bench_records::time::Micros>, &str) {
        let record = self.record();
        (record.time, record.id.as_deref().unwrap_or_default())
    }

    fn into_input(self) -> (String, Input) {
        let (record, is_known) = match self.place {
            Place::New(record) => (record, false),
            Place::There(record) => (record, true),
        };
        (self.file, Input::Imported { record, is_known })
    }
}
