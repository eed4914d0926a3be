//! A change of level, placed in its series: which records, which commits, which way.

use serde::{Deserialize, Serialize};

use crate::{
    change::{Detection, Provisional, Step},
    metric::{Better, Metric},
    series::{Point, Series},
    stats,
    time::Micros,
};

/// How sure a change of level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Records that are added later neither move nor remove it.
    Confirmed,
    /// Too few records have followed; it may vanish.
    Suspected,
}

/// Which way a level went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The worse way.
    Worse,
    /// The better way.
    Better,
    /// Neither way of the metric is better.
    Neither,
}

impl Way {
    /// The way of a metric that changed by `difference`.
    pub(super) fn of(metric: &Metric, difference: f64) -> Self {
        match metric.better {
            Better::Neither => Self::Neither,
            Better::Lower if difference > 0.0 => Self::Worse,
            Better::Higher if difference < 0.0 => Self::Worse,
            Better::Lower | Better::Higher => Self::Better,
        }
    }
}

/// A change of level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shift {
    /// How sure it is.
    pub certainty: Certainty,
    /// Which way it went.
    pub way: Way,
    /// Time of the first record of the new level.
    pub since: Micros,
    /// Commit of the last record that is surely of the level before, or empty.
    pub commit_before: Box<str>,
    /// Commit of the first record that is surely of the new level, or empty: what changed is after
    /// `commit_before` and at this commit at the latest.
    pub commit_since: Box<str>,
    /// Records at the new level, until the next change.
    pub records: usize,
    /// Level before, in the metric's unit.
    pub before: f64,
    /// Level after, in the metric's unit.
    pub after: f64,
    /// The change as a fraction of the level before; null where that is 0.
    pub change: Option<f64>,
    /// Lower end of the change's interval; null where it is only suspected.
    pub low: Option<f64>,
    /// Upper end of the change's interval.
    pub high: Option<f64>,
    /// False alarms of this strength to expect in a search as long; null where it is only suspected.
    pub p: Option<f64>,
    /// Whether the levels have met again since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_faded: bool,
    /// Whether the series switches between two levels.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_flip: bool,
    /// Whether somebody accepted it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_acknowledged: bool,
}

impl Shift {
    /// Whether it is worth somebody's attention: worse, and clear.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.way == Way::Worse && self.is_clear()
    }

    /// Whether nobody accepted it, it lasts, is no switching to and fro, and the runs since do not scatter so much that no change
    /// at all is within its interval.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        let holds_zero =
            self.low.zip(self.high).is_some_and(|(low, high)| low <= 0.0 && high >= 0.0);
        !(self.is_acknowledged || self.is_faded || self.is_flip || holds_zero)
    }

    /// Whether two runs of one commit differ, so that not the commit but the machine changed.
    #[must_use]
    pub fn is_within_a_commit(&self) -> bool {
        !self.commit_since.is_empty() && self.commit_before == self.commit_since
    }
}

/// Every change of level of a series, whose values come from the records at these positions.
pub(super) fn all(
    series: &Series,
    metric: &Metric,
    (positions, values): (&[usize], &[f64]),
    detection: &Detection,
) -> Vec<Shift> {
    let place = Place { series, metric, positions };
    let ends = detection.steps.iter().skip(1).map(|step| step.index).chain([positions.len()]);
    let confirmed = detection.steps.iter().zip(ends).map(|(step, end)| place.confirmed(step, end));
    let begin = detection.steps.last().map_or(0, |step| step.index);
    let current = values.get(begin..).unwrap_or_default();
    let suspected = detection
        .provisional
        .iter()
        .filter_map(|step| place.suspected(step, current.split_at_checked(step.index - begin)?));
    confirmed.chain(suspected).collect()
}

struct Place<'s> {
    series: &'s Series,
    metric: &'s Metric,
    positions: &'s [usize],
}

impl Place<'_> {
    fn point(&self, index: usize) -> Option<&Point> {
        self.positions.get(index).and_then(|at| self.series.points.get(*at))
    }

    fn commit(&self, index: Option<usize>) -> Box<str> {
        index.and_then(|index| self.point(index)).map_or_else(Box::default, |at| at.commit.clone())
    }

    fn confirmed(&self, step: &Step, end: usize) -> Shift {
        Shift {
            certainty: Certainty::Confirmed,
            way: Way::of(self.metric, step.after - step.before),
            since: self.point(step.index).map(|point| point.time).unwrap_or_default(),
            commit_before: self.commit(step.earliest.checked_sub(1)),
            commit_since: self.commit(Some(step.latest)),
            records: end.saturating_sub(step.index),
            before: step.before,
            after: step.after,
            change: step.change,
            low: step.low,
            high: step.high,
            p: Some(step.p),
            is_faded: step.faded,
            is_flip: step.flip,
            is_acknowledged: false,
        }
    }

    /// With the values before and after it; `None` where one side has none.
    fn suspected(&self, step: &Provisional, (before, after): (&[f64], &[f64])) -> Option<Shift> {
        let (before, after) = (stats::median(before)?, stats::median(after)?);
        Some(Shift {
            certainty: Certainty::Suspected,
            way: Way::of(self.metric, after - before),
            since: self.point(step.index).map(|point| point.time).unwrap_or_default(),
            commit_before: self.commit(step.earliest.checked_sub(1)),
            commit_since: self.commit(Some(step.latest)),
            records: step.points,
            before,
            after,
            change: step.change,
            low: None,
            high: None,
            p: None,
            is_faded: false,
            is_flip: false,
            is_acknowledged: false,
        })
    }
}
