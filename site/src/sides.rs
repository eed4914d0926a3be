//! What a comparison holds against what: main, a commit or a branch.
//!
//! In: words of the address. Out: a [`Side`], and the records of a series that stand for it.

use std::collections::BTreeMap;

use bench_records::{
    order::distinct,
    series::{Point, Series},
    stats,
    time::Micros,
};

use crate::{
    commits::{self, Candidate, counts},
    dataset::Dataset,
};

/// Begins the name of a branch in an address.
const BRANCH: &str = "branch:";

/// One side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// The newest commit of main that a series has.
    Newest,
    /// A commit.
    Commit(String),
    /// The newest commit of a branch that a series has.
    Branch(String),
}

impl Side {
    /// The side that words of an address name; `None` where no record is of it.
    #[must_use]
    pub fn named(
        said: &str,
        known: &[Candidate],
        releases: &BTreeMap<String, String>,
    ) -> Option<Self> {
        if let Some(branch) = said.strip_prefix(BRANCH) {
            return Some(Self::Branch(branch.to_owned()));
        }
        commits::named(said, known, releases).map(|found| Self::Commit(found.value.clone()))
    }

    /// Places of the records of a series that stand for it: all of one commit. A record that names no commit
    /// stands alone.
    #[must_use]
    pub fn records(&self, series: &Series, now: Micros) -> Vec<usize> {
        let is_there = |point: &Point| counts(point, now);
        let newest = |is_it: &dyn Fn(&Point) -> bool| {
            let newest = series.points.iter().rposition(|point| is_there(point) && is_it(point));
            let Some(newest) = newest else { return Vec::new() };
            let commit = &series.points[newest].commit;
            if commit.is_empty() {
                return vec![newest];
            }
            let is_of_it =
                |point: &Point| is_there(point) && is_it(point) && point.commit == *commit;
            places(series, &is_of_it)
        };
        match self {
            Self::Newest => newest(&|point| point.is_of_main()),
            Self::Branch(name) => newest(&|point| series.labels.branches.of(point) == name),
            Self::Commit(commit) => {
                places(series, &|point| is_there(point) && *point.commit == **commit)
            }
        }
    }
}

fn places(series: &Series, is_it: &dyn Fn(&Point) -> bool) -> Vec<usize> {
    let all = series.points.iter().enumerate();
    all.filter(|(_, point)| is_it(point)).map(|(at, _)| at).collect()
}

/// Median of a metric over records of a series, and their number; `None` where none measured it.
#[must_use]
pub fn median(series: &Series, places: &[usize], metric: &str) -> Option<(f64, usize)> {
    let points = places.iter().filter_map(|at| series.points.get(*at));
    let values: Vec<f64> = points.filter_map(|point| series.value(point, metric)).collect();
    Some((stats::median(&values)?, values.len()))
}

/// The branches of a history beside main, as values of an address and as words.
#[must_use]
pub fn branches(dataset: &Dataset) -> Vec<(String, String)> {
    let all = dataset.rows.iter().flat_map(|row| {
        let beside = row.recent.points.iter().filter(|point| !point.is_of_main());
        beside.map(|point| row.recent.labels.branches.of(point))
    });
    let named = distinct(all).into_iter().filter(|name| !name.is_empty());
    named.map(|name| (format!("{BRANCH}{name}"), format!("branch {name}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{batch, series_of};
    use bench_records::series::Flags;

    #[test]
    fn all_records_of_a_commit_stand_for_it_and_none_of_a_pull_request_for_main() {
        let mut series = series_of("ttft_p50_ms", &[1.0, 2.0, 4.0, 9.0]);
        series.points[2].commit = series.points[1].commit.clone();
        series.points[3].flags = Flags::PULL_REQUEST;
        let now = batch().now;
        assert_eq!(Side::Newest.records(&series, now), [1, 2]);
        assert_eq!(median(&series, &[1, 2], "ttft_p50_ms"), Some((3.0, 2)));
        let request = Side::Commit(series.points[3].commit.to_string());
        assert_eq!(request.records(&series, now), [3]);
        assert_eq!(Side::Branch("topic".to_owned()).records(&series, now), [0; 0]);
    }

    #[test]
    fn a_record_without_a_commit_stands_alone() {
        let mut series = series_of("ttft_p50_ms", &[1.0, 2.0]);
        series.points.iter_mut().for_each(|point| point.commit = "".into());
        assert_eq!(Side::Newest.records(&series, batch().now), [1]);
    }

    #[test]
    fn a_branch_is_named_with_its_prefix() {
        let side = Side::named("branch:topic", &[], &BTreeMap::new());
        assert_eq!(side, Some(Side::Branch("topic".to_owned())));
        assert_eq!(Side::named("c0ffee00", &[], &BTreeMap::new()), None);
    }
}
