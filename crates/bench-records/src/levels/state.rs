//! How a series stands by its levels, beside the gate's verdict of its newest record.
//!
//! The gate asks "is this record bad?" and answers with a limit, which a noisy series passes at every
//! other run. The state asks "did something change?" and answers with what the series itself scatters.

use serde::{Deserialize, Serialize};

use super::{Certainty, Levels, Shift, Way};
use crate::{
    gate::{Finding, Judgement, Outcome},
    metric::{Metric, MetricTable},
    series::Series,
    standing::{self, Standing},
    status::{Status, is_stale},
    time::{DAY, Micros},
    verdict::Verdict,
};

/// A change counts as news for this long before the newest record of the history …
const NEWS: Micros = Micros(30 * DAY.0);
/// … and, where a series runs seldom, for this many records.
const NEWS_RECORDS: usize = 20;
/// A series that has not run for this long before the newest record of the history has ended.
const ENDED_AFTER: Micros = Micros(30 * DAY.0);

/// How a series stands by its levels, what needs somebody first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A gated metric that it had is gone.
    Lost,
    /// A change to the worse is confirmed.
    Confirmed,
    /// A change to the worse is likely; more records will tell.
    Suspected,
    /// Its newest record could not be measured or judged.
    Failed,
    /// It becomes worse slowly.
    Drifting,
    /// Its newest record is beyond its limit, and within what it scatters anyway.
    WithinNoise,
    /// It has too few records to say anything.
    New,
    /// A change to the better is confirmed or likely.
    Improved,
    /// Nothing changed.
    Pass,
    /// It has not run for a week.
    NotRunning,
    /// It has not run for a month.
    Ended,
}

impl State {
    /// Every state, in their order.
    pub const ALL: [Self; 11] = [
        Self::Lost,
        Self::Confirmed,
        Self::Suspected,
        Self::Failed,
        Self::Drifting,
        Self::WithinNoise,
        Self::New,
        Self::Improved,
        Self::Pass,
        Self::NotRunning,
        Self::Ended,
    ];

    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "metric lost",
            Self::Confirmed => "confirmed",
            Self::Suspected => "suspected",
            Self::Failed => "failed to measure",
            Self::Drifting => "drifting",
            Self::WithinNoise => "within noise",
            Self::New => "new",
            Self::Improved => "improved",
            Self::Pass => "pass",
            Self::NotRunning => "not running",
            Self::Ended => "ended",
        }
    }

    /// What it is shown and counted as; only what somebody should look at is regressed.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            _ if self.is_red() => Status::Regressed,
            Self::Improved => Status::Improved,
            Self::Pass => Status::Pass,
            Self::NotRunning | Self::Drifting | Self::Failed => Status::Stale,
            _ => Status::Unjudged,
        }
    }

    /// Whether it is a regression that somebody should look at.
    #[must_use]
    pub fn is_red(self) -> bool {
        matches!(self, Self::Lost | Self::Confirmed | Self::Suspected)
    }

    /// The state of a series in a history whose newest record is of `newest`. `levels` are those of the
    /// gated metrics.
    #[must_use]
    pub fn of(
        series: &Series,
        standing: &Standing,
        levels: &[(Metric, Levels)],
        newest: Micros,
    ) -> Self {
        let last = series.points[standing.told].time;
        Self::while_running(&standing.judgement, levels, last).since(last, newest)
    }

    /// What becomes of the state once the newest record of the history is of `newest`, and the one that the
    /// series stands by is still of `last`.
    #[must_use]
    pub fn since(self, last: Micros, newest: Micros) -> Self {
        if newest.0.saturating_sub(last.0) > ENDED_AFTER.0 {
            Self::Ended
        } else if is_stale(last, newest) {
            Self::NotRunning
        } else {
            self
        }
    }

    /// The state of a series that still runs: the record that it stands by, which is of `last`, judged, and
    /// the levels of its gated metrics.
    pub(crate) fn while_running(
        judgement: &Judgement,
        levels: &[(Metric, Levels)],
        last: Micros,
    ) -> Self {
        if judgement.findings.iter().any(|finding| finding.outcome == Outcome::Missing) {
            return Self::Lost;
        }
        let shifts = || levels.iter().flat_map(|(_, levels)| levels.news(last));
        let is_worse = |certainty| {
            shifts().any(|shift: &Shift| shift.certainty == certainty && shift.is_worse())
        };
        let beyond: Vec<Beyond> =
            judgement.findings.iter().filter_map(|finding| beyond(finding, levels)).collect();
        if is_worse(Certainty::Confirmed) {
            Self::Confirmed
        } else if is_worse(Certainty::Suspected) || beyond.contains(&Beyond::Noise) {
            Self::Suspected
        } else if matches!(judgement.verdict, Verdict::InfraError | Verdict::RecipeMismatch) {
            Self::Failed
        } else if levels.iter().any(|(metric, levels)| levels.drifts(metric) == Some(Way::Worse)) {
            Self::Drifting
        } else if beyond.contains(&Beyond::Limit) {
            Self::WithinNoise
        } else if judgement.verdict == Verdict::Calibration {
            Self::New
        } else if shifts().any(|shift| shift.way == Way::Better && shift.is_clear()) {
            Self::Improved
        } else {
            Self::Pass
        }
    }
}

/// What the newest record is beyond.
#[derive(Debug, PartialEq)]
enum Beyond {
    /// Its limit only.
    Limit,
    /// Its limit, and what its series scatters.
    Noise,
}

/// `None` where the gate has nothing against it. Where too few records say how much the series scatters, the
/// limit decides.
fn beyond(finding: &Finding, levels: &[(Metric, Levels)]) -> Option<Beyond> {
    if !(finding.outcome == Outcome::Regression && finding.is_gated()) {
        return None;
    }
    let of_metric = levels.iter().find(|(metric, _)| metric.key == finding.metric);
    let in_noise = of_metric.and_then(|(_, levels)| levels.is_within_noise(finding.current?, true));
    Some(if in_noise == Some(true) { Beyond::Limit } else { Beyond::Noise })
}

impl Shift {
    /// Whether a change that leads to the current level is news for a series that stands by a record of `last`:
    /// a series that stopped keeps its news until it has ended.
    #[must_use]
    pub fn is_news(&self, last: Micros) -> bool {
        self.since.0 >= last.0.saturating_sub(NEWS.0) || self.records <= NEWS_RECORDS
    }
}

impl Levels {
    /// The changes that lead to the current level, where they are news: a confirmed one, and one that is
    /// suspected after it.
    pub fn news(&self, last: Micros) -> impl Iterator<Item = &Shift> {
        let suspected = self.shifts.last().filter(|last| last.certainty == Certainty::Suspected);
        let all = self.newest_confirmed().into_iter().chain(suspected);
        all.filter(move |shift| shift.is_news(last))
    }

    /// Which way the current level drifts; `None` where it does not.
    #[must_use]
    pub fn drifts(&self, metric: &Metric) -> Option<Way> {
        let drift = self.detection.drift.filter(|drift| drift.drifting)?;
        Some(Way::of(metric, drift.total))
    }
}

/// The metrics of a series that the gate judges.
fn gated(series: &Series, table: &MetricTable) -> impl Iterator<Item = Metric> {
    let metrics = series.metrics.iter().map(|key| table.get_or_unjudged(key));
    metrics.filter(Metric::is_gated)
}

/// The metric that a series is shown by where nobody chooses: the first in the table's order that the gate
/// judges and the series has.
#[must_use]
pub fn primary(series: &Series, table: &MetricTable) -> Option<Metric> {
    gated(series, table).min_by_key(|metric| table.place(&metric.key).unwrap_or(usize::MAX))
}

/// The changes that are news, of each metric whose levels are given.
#[must_use]
pub fn news(levels: &[(Metric, Levels)], last: Micros) -> Vec<(String, Shift)> {
    let of_one = |(metric, levels): &'_ (Metric, Levels)| {
        let key = metric.key.to_string();
        let news = levels.news(last).map(move |shift| (key.clone(), shift.clone()));
        news.collect::<Vec<_>>()
    };
    levels.iter().flat_map(of_one).collect()
}

/// The levels of each gated metric that a series has.
#[must_use]
pub fn of_gated(series: &Series, batch: &crate::gate::Batch) -> Vec<(Metric, Levels)> {
    gated(series, &batch.table)
        .filter_map(|metric| {
            let mut levels = Levels::of(series, &metric, batch.now)?;
            let accepted = |since| batch.acknowledged.has(&series.key, &metric.key, since);
            levels.acknowledge(|shift| accepted(shift.since));
            Some((metric, levels))
        })
        .collect()
}

/// How a series stands by its levels; `None` where it has no record.
#[must_use]
pub fn state(series: &Series, batch: &crate::gate::Batch, newest: Micros) -> Option<State> {
    let standing = standing::Standing::of(series, batch, newest)?;
    Some(State::of(series, &standing, &of_gated(series, batch), newest))
}
