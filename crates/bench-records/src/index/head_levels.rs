//! What the head says of the levels of a series, so that an overview needs no statistics of its own.
//!
//! In: the levels of its gated metrics. Out: how much its primary metric scatters, and the changes that are
//! news, with as many digits as a page shows.

use serde::{Deserialize, Serialize};

use super::{columns::rounded, head::DIGITS};
use crate::{
    change::NoiseKind,
    levels::{Levels, Shift, news, primary},
    metric::{Metric, MetricTable},
    series::Series,
    time::Micros,
};

/// Significant digits of changes, of their intervals, and of scatter.
const DIGITS_OF_CHANGES: i32 = 4;

/// How much the primary metric of a series scatters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeadNoise {
    /// Key of the metric: the first gated one of the metric table that the series has.
    pub metric: String,
    /// In words.
    pub kind: NoiseKind,
    /// As a fraction of the level, comparable with a standard deviation.
    pub scale: f64,
}

impl HeadNoise {
    /// `None` where the gate judges no metric of the series, or nothing is known of its scatter.
    pub(super) fn of(
        series: &Series,
        levels: &[(Metric, Levels)],
        table: &MetricTable,
    ) -> Option<Self> {
        let metric = primary(series, table)?.key.to_string();
        let (_, levels) = levels.iter().find(|(of, _)| of.key == metric)?;
        let noise = levels.detection().noise?;
        Some(Self { metric, kind: noise.kind, scale: rounded(noise.scale, DIGITS_OF_CHANGES) })
    }
}

/// The changes that are news, by metric, rounded.
pub(super) fn shifts(levels: &[(Metric, Levels)], newest: Micros) -> Vec<(String, Shift)> {
    let short = |value: Option<f64>| value.map(|value| rounded(value, DIGITS_OF_CHANGES));
    let rounded = |shift: Shift| Shift {
        before: rounded(shift.before, DIGITS),
        after: rounded(shift.after, DIGITS),
        change: short(shift.change),
        low: short(shift.low),
        high: short(shift.high),
        p: short(shift.p),
        ..shift
    };
    news(levels, newest).into_iter().map(|(metric, shift)| (metric, rounded(shift))).collect()
}
