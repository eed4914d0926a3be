//! The commits of a history: which there are, and what a reader means who names one.
//!
//! In: a history; a commit, tag or date in words. Out: candidates with their words, and the one that is meant.

use std::collections::BTreeMap;

use bench_records::{
    order::sorted,
    series::{Flags, Point},
    time::{DAY, Micros},
};

use crate::{
    dataset::{Dataset, is_of_main, words_of},
    format,
};

/// One that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its value in a URL.
    pub value: String,
    /// What the list calls it.
    pub label: String,
    /// Whether a comparison may begin with it: no commit that only pull requests have run.
    pub is_of_main: bool,
    /// Time of a commit's newest record; that of no record where it is no commit.
    pub time: Micros,
}

/// Whether a point may stand for its commit or series.
#[must_use]
pub fn counts(point: &Point, now: Micros) -> bool {
    !point.flags.any(Flags::EXCLUDED) && !point.time.is_future(now)
}

/// The commits of a history, the newest first.
#[must_use]
pub fn candidates(dataset: &Dataset) -> Vec<Candidate> {
    let mut ran: BTreeMap<&str, Ran> = BTreeMap::new();
    for point in dataset.rows.iter().flat_map(|row| &row.recent.points) {
        if counts(point, dataset.now) && !point.commit.is_empty() {
            ran.entry(&point.commit).or_default().take(point);
        }
    }
    let commits: Vec<(&str, Ran)> = ran.into_iter().collect();
    let commits = sorted(&commits, |a, b| b.1.newest.cmp(&a.1.newest).then(a.0.cmp(b.0)));
    let candidate = |(commit, ran): (&str, Ran)| {
        let minute = format::minute(ran.newest);
        Candidate {
            value: commit.to_owned(),
            label: words_of(&[&short(commit), &minute, &ran.origin()]),
            is_of_main: ran.is_of_main,
            time: ran.newest,
        }
    };
    commits.into_iter().map(candidate).collect()
}

/// What the records of a commit are.
#[derive(Debug, Clone, Copy, Default)]
struct Ran {
    newest: Micros,
    is_of_main: bool,
    is_of_pull_request: bool,
    pr: u32,
}

impl Ran {
    fn take(&mut self, point: &Point) {
        self.newest = point.time.max(self.newest);
        self.is_of_main |= is_of_main(point);
        self.is_of_pull_request |= point.flags.any(Flags::PULL_REQUEST);
        self.pr = self.pr.max(point.pr);
    }

    /// Where a commit is from that is not of main: `PR #4354`.
    fn origin(&self) -> String {
        match (self.is_of_main, self.is_of_pull_request, self.pr) {
            (true, ..) => String::new(),
            (false, true, 0) => "pull request".to_owned(),
            (false, true, pr) => format!("PR #{pr}"),
            (false, false, _) => "not of main".to_owned(),
        }
    }
}

/// The first ten characters of a commit.
#[must_use]
pub fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

/// The commit that words name: in full, by its beginning, its release's tag, or a date, which stands for the last
/// commit of main that was measured by then.
#[must_use]
pub fn named<'c>(
    said: &str,
    candidates: &'c [Candidate],
    releases: &BTreeMap<String, String>,
) -> Option<&'c Candidate> {
    let said = releases.get(said).map_or(said, String::as_str);
    let exact = candidates.iter().find(|known| known.value == said);
    let begins = |known: &&Candidate| said.len() >= 7 && known.value.starts_with(said);
    let end = Micros::parse(said).filter(|_| said.len() == 10).map(|day| Micros(day.0 + DAY.0));
    // the newest comes first
    let by_then = |known: &&Candidate| known.is_of_main && end.is_some_and(|end| known.time < end);
    exact.or_else(|| candidates.iter().find(begins)).or_else(|| candidates.iter().find(by_then))
}

/// Whether the newest records of a history may lack what words name: none of them has it, or what a date stands for
/// may be older than all that is there.
#[must_use]
pub fn is_older(said: &str, candidates: &[Candidate], releases: &BTreeMap<String, String>) -> bool {
    let oldest = candidates.last().map(|known| known.time).unwrap_or_default();
    named(said, candidates, releases)
        .is_none_or(|found| found.time == oldest && found.value != said)
}
