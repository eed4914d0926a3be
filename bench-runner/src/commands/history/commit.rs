//! Whether a commit was measured: what a schedule asks before it measures one again.

use bench_records::{
    naming::{is_same_commit, short_commit},
    series::{Flags, Series},
};
use serde::Serialize;

use super::title::UNKNOWN;

use crate::{commands::print_json, exit::Exit, words::counted};

/// The records of one commit, pull requests' left out.
#[derive(Debug, Serialize)]
pub(super) struct Measured<'a> {
    commit: &'a str,
    is_measured: bool,
    records: Vec<Found<'a>>,
}

#[derive(Debug, Serialize)]
struct Found<'a> {
    series: &'a str,
    benchmark: &'a str,
    gpu: &'a str,
    /// Where its commits are, as its records say.
    repository: Option<&'a str>,
    /// When, in UTC.
    time: String,
    record: &'a str,
}

impl<'a> Measured<'a> {
    /// Looks the commit up in these series.
    pub(super) fn of(commit: &'a str, all: &'a [Series]) -> Self {
        let records: Vec<_> = all.iter().flat_map(|series| found(commit, series)).collect();
        Self { commit, is_measured: !records.is_empty(), records }
    }

    /// Prints the answer, and gives it as an exit code.
    pub(super) fn tell(&self, is_json: bool, store: &str) -> Exit {
        if is_json {
            print_json(self);
        } else {
            println!("{}", self.sentence(store));
        }
        if self.is_measured { Exit::Passed } else { Exit::GateFailed }
    }

    fn sentence(&self, store: &str) -> String {
        let commit = short_commit(self.commit);
        if !self.is_measured {
            return format!("{commit} is not measured: {store} has no such record of it");
        }
        let mut benchmarks: Vec<&str> = self.records.iter().map(|found| found.benchmark).collect();
        benchmarks.sort_unstable();
        benchmarks.dedup();
        let records = counted(self.records.len(), "such record");
        let names = benchmarks.join(", ");
        format!("{commit} is measured: {store} has {records} of it, of {names}")
    }
}

fn found<'a>(commit: &str, series: &'a Series) -> impl Iterator<Item = Found<'a>> {
    let wanted = series.points.iter().filter(move |point| {
        !point.flags.any(Flags::PULL_REQUEST) && is_same_commit(&point.commit, commit)
    });
    wanted.map(|point| Found {
        series: &series.key.0,
        benchmark: &series.labels.model_id,
        gpu: series.labels.gpu_type.as_deref().unwrap_or(UNKNOWN),
        repository: series.labels.repository.as_deref(),
        time: point.time.to_iso(),
        record: if point.id.is_empty() { &point.path } else { &point.id },
    })
}
