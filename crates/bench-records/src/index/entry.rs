//! A series as a list of series has it: what it is called and how it stands, without its points.
//!
//! In: a line of the head. Out: a [`HeadEntry`], and the order in which series need somebody.

use std::cmp::Ordering;

use super::{HeadLevels, HeadSeries, columns::Columns, columns::rounded, series_path};
use crate::{
    config::RegressionThresholds,
    gate::Judgement,
    identity::SeriesKey,
    levels::State,
    series::Labels,
    status::{Status, is_stale},
    time::Micros,
    verdict::Verdict,
};

/// The worst of all; what vanished, or was zero, is no fraction.
const MOST_SEVERE: f64 = 1e9;
/// Significant digits of a severity.
const DIGITS: i32 = 4;

/// A series without its points.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadEntry {
    /// Short hash of the cohort.
    pub key: SeriesKey,
    /// What the series is called and compared on.
    pub labels: Labels,
    /// Keys of its metrics.
    pub metrics: Vec<String>,
    /// Number of its records.
    pub count: usize,
    /// Time of its newest record that is not in the future.
    pub last: Micros,
    /// Time of the record that it stands by.
    pub told: Option<Micros>,
    /// Verdict of that record.
    pub verdict: Verdict,
    /// How bad that record is.
    pub severity: Option<f64>,
    /// Its levels.
    pub levels: Option<HeadLevels>,
}

/// How bad a record is, as the head has it; none where nothing was compared.
pub(super) fn severity(judgement: &Judgement) -> Option<f64> {
    let severity = judgement.severity();
    (severity > f64::NEG_INFINITY).then(|| rounded(severity, DIGITS).min(MOST_SEVERE))
}

impl HeadEntry {
    /// The entry of a line.
    #[must_use]
    pub fn of(line: &HeadSeries) -> Self {
        Self {
            key: line.key.clone(),
            labels: line.labels.clone(),
            metrics: line.points.metrics.keys().cloned().collect(),
            count: line.count,
            last: line.last,
            told: line.told,
            verdict: line.verdict,
            severity: line.severity,
            levels: line.levels.clone(),
        }
    }

    /// A line of the head without points.
    #[must_use]
    pub fn into_line(self) -> HeadSeries {
        let metrics = self.metrics.into_iter().map(|metric| (metric, Vec::new()));
        let points = Columns {
            time_unit_us: 1,
            metrics: crate::order::map_of(metrics),
            ..Columns::default()
        };
        HeadSeries {
            file: series_path(&self.key),
            key: self.key,
            labels: self.labels,
            limits: RegressionThresholds::default(),
            count: self.count,
            first: self.last,
            last: self.last,
            points,
            told: self.told,
            verdict: self.verdict,
            severity: self.severity,
            findings: Vec::new(),
            levels: self.levels,
        }
    }

    /// How it stands in a history whose newest record is of `newest`.
    fn rank(&self, newest: Micros) -> (Option<State>, Status, f64) {
        let told = self.told.unwrap_or(self.last);
        let state = self.levels.as_ref().map(|levels| levels.state.since(told, newest));
        let status = Status::of(self.verdict, is_stale(told, newest));
        (state, status, self.severity.unwrap_or(f64::NEG_INFINITY))
    }
}

/// Order of two series by how they stand, the worse one first: by state, of which nobody knows whether it is bad
/// where there is none, then by the gate's status, then by how bad their records are.
#[must_use]
pub fn worst_first(a: (Option<State>, Status, f64), b: (Option<State>, Status, f64)) -> Ordering {
    let by_state = |state: Option<State>| (state.is_none(), state);
    let states = by_state(a.0).cmp(&by_state(b.0));
    states.then_with(|| a.1.cmp(&b.1)).then_with(|| b.2.total_cmp(&a.2))
}

/// Places of entries, the worst first.
#[must_use]
pub(super) fn in_order(entries: &[&HeadEntry]) -> Vec<usize> {
    let newest = entries.iter().map(|entry| entry.last).max().unwrap_or_default();
    let ranks: Vec<_> = entries.iter().map(|entry| entry.rank(newest)).collect();
    let places: Vec<usize> = (0..entries.len()).collect();
    crate::order::sorted(&places, |a, b| worst_first(ranks[*a], ranks[*b]))
}
