//! A value against the level that main had before it.
//!
//! In: a series up to a record, a metric, a value. Out: the level, what one run of the series shows, and how the
//! value stands.

use bench_records::{
    levels::{Certainty, Levels, Shift, Way, range_in_words},
    metric::{Better, Metric},
    series::Series,
    time::Micros,
};

use crate::dataset::Row;

/// How a value stands against the level of main.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Against {
    /// Worse by more than the series scatters.
    Worse,
    /// Better by more.
    Better,
    /// Different by more, and neither way is better.
    Differs,
    /// Too few runs of main say how much the series scatters.
    Unknown,
    /// Within what single runs of the series scatter.
    WithinNoise,
}

impl Against {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Differs => "differs",
            Self::Unknown => "too few runs of main to tell",
            Self::WithinNoise => "within noise",
        }
    }
}

impl Against {
    /// How a value stands that differs from `base`, where it is known whether by more than noise.
    #[must_use]
    pub fn of(metric: &Metric, value: f64, base: f64, is_noise: Option<bool>) -> Self {
        match (is_noise, metric.better, value > base) {
            (None, ..) => Self::Unknown,
            (Some(true), ..) => Self::WithinNoise,
            (_, Better::Lower, true) | (_, Better::Higher, false) => Self::Worse,
            (_, Better::Lower, false) | (_, Better::Higher, true) => Self::Better,
            (_, Better::Neither, _) => Self::Differs,
        }
    }

    /// Whether it differs by more than chance.
    #[must_use]
    pub fn tells(self) -> bool {
        matches!(self, Self::Worse | Self::Better | Self::Differs)
    }

    /// Class that colours a change.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Differs | Self::Unknown | Self::WithinNoise => "quiet",
        }
    }
}

impl From<Way> for Against {
    fn from(way: Way) -> Self {
        match way {
            Way::Worse => Self::Worse,
            Way::Better => Self::Better,
            Way::Neither => Self::Differs,
        }
    }
}

/// What a value is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// The level of main before it.
    pub level: Option<f64>,
    /// The least change that one run of the series shows.
    pub one_run: Option<f64>,
    /// How the value stands.
    pub against: Against,
}

impl Held {
    /// Holds a value against the level that `before` ends with.
    #[must_use]
    pub fn of(before: &Series, metric: &Metric, value: f64, now: Micros) -> Self {
        Self::by(Levels::of(before, metric, now).as_ref(), metric, value)
    }

    /// Holds a value against the newest of these levels.
    #[must_use]
    pub fn by(levels: Option<&Levels>, metric: &Metric, value: f64) -> Self {
        let level = levels.and_then(|levels| levels.level(false));
        let is_noise = levels.and_then(|levels| levels.is_within_noise(value, false));
        let against =
            level.map_or(Against::Unknown, |level| Against::of(metric, value, level, is_noise));
        Self { level, one_run: levels.and_then(Levels::one_run), against }
    }

    /// The change from the level, as a fraction.
    #[must_use]
    pub fn change(&self, value: f64) -> Option<f64> {
        self.level.filter(|level| *level != 0.0).map(|level| (value - level) / level.abs())
    }
}

/// A change of level that is news of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// The level before it.
    pub base: f64,
    /// Which way it went.
    pub against: Against,
    /// Such as `confirmed, 6bd4709..9678ab9`.
    pub words: String,
}

/// The newest change of a metric's level that is news and that nobody accepted: what the newest record is then
/// held against is the level before it. The index has the changes of metrics that are gated; those of others are found
/// among the records that are there.
#[must_use]
pub fn news_of(row: &Row, metric: &Metric, now: Micros) -> Option<News> {
    let shift = match metric.is_gated() && row.state.is_some() {
        true => {
            let is_it = |(key, shift): &&(String, Shift)| *key == metric.key && shift.is_clear();
            row.shifts.iter().rev().find(is_it)?.1.clone()
        }
        false => {
            let last = row.recent.points.get(row.stands_by)?.time;
            let levels = Levels::of(&row.recent, metric, now)?;
            levels.news(last).filter(|shift| shift.is_clear()).last()?.clone()
        }
    };
    let sure = match shift.certainty {
        Certainty::Confirmed => "confirmed",
        Certainty::Suspected => "suspected",
    };
    let range = range_in_words(&shift).map(|range| format!(", {range}")).unwrap_or_default();
    Some(News { base: shift.before, against: shift.way.into(), words: format!("{sure}{range}") })
}

/// A series as it was before the record at a position.
#[must_use]
pub fn main_before(series: &Series, first: usize) -> Series {
    Series {
        key: series.key.clone(),
        labels: series.labels.clone(),
        limits: series.limits.clone(),
        metrics: series.metrics.clone(),
        points: series.points[..first.min(series.points.len())].to_vec(),
    }
}
