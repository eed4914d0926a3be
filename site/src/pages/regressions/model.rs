//! Which findings there are, since when, and in which order they are listed.
//!
//! In: a history and what the page is narrowed to. Out: entries.

use std::{cmp::Ordering, sync::Arc};

use bench_records::{
    gate::{Batch, Finding, policy::SeriesJudge},
    order::sorted,
    standing::Since,
    time::Micros,
};

use super::filter::{Column, Filter, Scope};
use crate::dataset::{Dataset, Row};

/// A finding of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The series.
    pub row: Arc<Row>,
    /// What was found.
    pub finding: Finding,
    /// Place of the record among the recent points.
    pub index: usize,
    /// The unbroken run of such findings that this one ends.
    pub since: Since,
}

/// The findings that `filter` admits, in its order.
#[must_use]
pub fn entries(dataset: &Dataset, filter: &Filter) -> Vec<Entry> {
    let batch = dataset.batch();
    let rows = dataset.rows.iter();
    let rows = rows.filter(|row| filter.words.iter().all(|word| row.search_text.contains(word)));
    let entries: Vec<Entry> = rows.flat_map(|row| entries_of(row, filter, &batch)).collect();
    let mut entries = sorted(&entries, |a, b| compare(a, b, filter.sort));
    if filter.is_reversed {
        entries.reverse();
    }
    entries
}

fn entries_of(row: &Arc<Row>, filter: &Filter, batch: &Batch) -> Vec<Entry> {
    let Some(newest) = row.recent.points.len().checked_sub(1) else { return Vec::new() };
    let judge = SeriesJudge::new(&row.recent, batch);
    let records =
        if filter.scope == Scope::Newest { row.stands_by..=row.stands_by } else { 0..=newest };
    let mut entries = Vec::new();
    for index in records.rev() {
        // how the newest came out the index knows from values in full
        let findings = match index == row.stands_by {
            true => row.judgement.findings.clone(),
            false => judge.findings(index),
        };
        for finding in findings.into_iter().filter(|f| filter.admits(f)) {
            let since = Since::of(&judge, index, &finding);
            entries.push(Entry { row: row.clone(), finding, index, since });
        }
    }
    entries
}

fn compare(a: &Entry, b: &Entry, column: Column) -> Ordering {
    let size = |entry: &Entry| entry.finding.severity().unwrap_or(f64::INFINITY);
    // what changed before what may be noise; of what has no state nobody knows
    let state = |entry: &Entry| (entry.row.state.is_none(), entry.row.state);
    let failing_first = || b.finding.fails().cmp(&a.finding.fails());
    let by_change = || {
        let by_state = state(a).cmp(&state(b));
        by_state.then_with(failing_first).then_with(|| size(b).total_cmp(&size(a)))
    };
    match column {
        Column::Change => by_change(),
        Column::Series => a.row.name().cmp(&b.row.name()).then_with(by_change),
        Column::Metric => a.finding.metric.cmp(&b.finding.metric).then_with(by_change),
        Column::Since => b.since_time().cmp(&a.since_time()).then_with(by_change),
    }
}

impl Entry {
    /// When it began.
    #[must_use]
    pub fn since_time(&self) -> Micros {
        self.row.recent.points[self.since.first].time
    }

    /// Whether it may have begun before the oldest record that is at hand.
    #[must_use]
    pub fn may_be_older(&self) -> bool {
        self.since.before.is_none() && self.row.count > self.row.recent.points.len()
    }

    /// Commits between which it began: the newest record before it, and its first.
    #[must_use]
    pub fn range(&self) -> (String, String) {
        let (before, first) = self.since.range(&self.row.recent);
        (before.to_owned(), first.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pages::regressions::words::sheet, query::Query, testing::dataset_of};

    fn listed(hash: &str, values: &[f64]) -> Vec<(usize, usize)> {
        let dataset = dataset_of(&[("latency", values)]);
        let entries = entries(&dataset, &Filter::of(&Query::parse(hash)));
        entries.iter().map(|entry| (entry.index, entry.since.first)).collect()
    }

    const STEP: [f64; 7] = [10.0, 10.0, 10.0, 10.0, 10.0, 12.0, 12.0];

    #[test]
    fn a_finding_is_traced_to_the_first_record_of_its_run() {
        assert_eq!(listed("#/regressions", &STEP), [(6, 5)]);
    }

    #[test]
    fn what_pull_requests_and_branches_measured_neither_begins_nor_breaks_a_finding() {
        use bench_records::series::Flags;
        let mut reading = crate::testing::reading_of(&[("latency", &STEP)]);
        let line = &mut reading.head.series[0];
        let columns = &mut line.points;
        // a fast pull request between the two slow records of main
        columns.time.insert(6, columns.time[5] / 2);
        columns.time[7] -= columns.time[6];
        columns.commit.insert(6, "f".repeat(40).into());
        columns.flags.insert(6, Flags::PULL_REQUEST);
        columns.verdict.insert(6, None);
        columns.metrics.get_mut("latency").expect("a column").insert(6, Some(10.0));
        let entries = entries(&crate::testing::shown(reading), &Filter::default());
        let entry = entries.first().expect("main is slow");
        assert_eq!((entry.index, entry.since.first, entry.since.records), (7, 5, 2));
        assert_eq!(entry.range(), (format!("{:040x}", 4), format!("{:040x}", 5)));
    }

    #[test]
    fn what_changed_comes_before_a_larger_finding_that_is_noise() {
        let wiggle = |at: usize, part: f64| 10.0 * (1.0 + part * ((at * 7 % 5) as f64 - 2.0));
        let quiet: Vec<f64> = (0..40).map(|at| wiggle(at, 0.001)).chain([11.0]).collect();
        let noisy: Vec<f64> = (0..40).map(|at| wiggle(at, 0.06)).chain([13.0]).collect();
        let dataset = dataset_of(&[("latency", &noisy), ("latency", &quiet)]);
        let entries = entries(&dataset, &Filter::default());
        let names: Vec<&str> = entries.iter().map(|entry| entry.row.benchmark()).collect();
        assert_eq!(names, ["wan-1", "wan-0"]);
    }

    #[test]
    fn recent_records_are_all_listed_when_asked_for() {
        assert_eq!(listed("#/regressions?scope=recent&sort=since", &STEP).len(), 2);
        let absorbed = [&STEP[..], &[12.0, 12.0]].concat();
        assert_eq!(listed("#/regressions", &absorbed), []);
        assert_eq!(listed("#/regressions?scope=recent", &absorbed).len(), 3);
    }

    #[test]
    fn improvements_are_a_list_of_their_own() {
        let better = [10.0, 10.0, 10.0, 8.0];
        assert_eq!(listed("#/regressions", &better), []);
        assert_eq!(listed("#/regressions?kind=improved", &better), [(3, 3)]);
    }

    #[test]
    fn rounding_lists_no_finding_that_the_overview_does_not_count() {
        // worse by 5.000005 % in full, by exactly 5 % as the index has it; and the other way round
        let base = 10.000_001;
        assert_eq!(listed("#/regressions", &[base, base, base * 1.050_000_1]), [(2, 2)]);
        let dataset = dataset_of(&[("latency", &[base, base, base * 1.060_000_1])]);
        let entries = entries(&dataset, &Filter::default());
        assert_eq!(entries[0].finding.current, Some(base * 1.060_000_1), "in full");
    }

    #[test]
    fn a_commit_range_begins_at_the_last_record_without_the_finding() {
        let dataset = dataset_of(&[("latency", &STEP)]);
        let entries = entries(&dataset, &Filter::default());
        assert_eq!(entries[0].range(), (format!("{:040x}", 4), format!("{:040x}", 5)));
        let sheet =
            sheet(&dataset, &entries, |entry, _| format!("{} is wanted", entry.finding.metric));
        assert_eq!(sheet.rows[0].len(), sheet.columns.len());
        assert_eq!(sheet.rows[0][10], "0.2");
        assert_eq!(sheet.rows[0][16], "latency is wanted");
    }
}
