//! Two sides, metric by metric: what both ran, the ratio, and whether it is more than noise.
//!
//! In: a history and the two chosen. Out: a [`Comparison`]. B is held against A.

use std::{collections::BTreeMap, sync::Arc};

use bench_records::{metric::Metric, order::distinct, series::Point};

use super::{
    candidates::{By, counts, fixed_part, value_of},
    difference::differences,
    group::group,
};
use crate::{
    dataset::{Dataset, Row},
    pages::overview::model::in_table_order,
};

/// A difference of at most this many standard deviations, as the spread of the series' last values
/// says them, is within noise.
pub const NOISE_SIGMAS: f64 = 2.0;

/// How B stands against A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// B is worse.
    Worse,
    /// B is better.
    Better,
    /// They differ by no more than the series does from run to run.
    WithinNoise,
    /// They are the same.
    Same,
    /// They differ, and neither direction is better.
    Differs,
}

impl Stand {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::WithinNoise => "within noise",
            Self::Same => "the same",
            Self::Differs => "differs",
        }
    }

    /// Whether the two differ by more than chance.
    #[must_use]
    pub fn tells(self) -> bool {
        !matches!(self, Self::WithinNoise | Self::Same)
    }
}

/// The value of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Median of the records that stand for the side.
    pub median: f64,
    /// Their number.
    pub count: usize,
    /// Whether they are the newest of a series that has fallen behind the others.
    pub is_stale: bool,
}

/// One metric of one benchmark, which both sides ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Series of side B.
    pub key: String,
    /// Benchmark.
    pub benchmark: String,
    /// What else is the same on both sides: device, variant.
    pub place: String,
    /// Side A.
    pub a: Value,
    /// Side B.
    pub b: Value,
    /// B / A, where A is positive and B is not negative.
    pub ratio: Option<f64>,
    /// (B − A) / A.
    pub change: Option<f64>,
    /// Median absolute deviation of the last values of the noisier side.
    pub noise: Option<f64>,
    /// How B stands.
    pub stand: Stand,
}

/// A metric with all its pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The metric.
    pub metric: Metric,
    /// Its pairs, the one that became worst first.
    pub pairs: Vec<Pair>,
    /// Geometric mean of the ratios.
    pub mean_ratio: Option<f64>,
    /// Number of pairs in it.
    pub mean_count: usize,
    /// What only one side measured: series in words, for A and for B.
    pub alone: [Vec<String>; 2],
}

/// A field in which the sides differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Field of the identity.
    pub field: String,
    /// Its values on the sides.
    pub values: [String; 2],
    /// In how many pairs of series.
    pub count: usize,
}

/// Both sides, compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// The metrics that both sides have anywhere, in the order of the table.
    pub groups: Vec<Group>,
    /// Number of series that both ran.
    pub shared: usize,
    /// Series that only A, and only B ran.
    pub alone: [Vec<String>; 2],
    /// What differs in the identity of what both ran.
    pub differences: Vec<Difference>,
}

/// A series on each side that has it.
pub(super) type Sides<'d> = [Option<&'d Arc<Row>>; 2];

/// Compares `b` with `a`; `metric` narrows it to one, empty for all.
#[must_use]
pub fn compare(dataset: &Dataset, by: By, a: &str, b: &str, metric: &str) -> Comparison {
    let sides = [a, b];
    let matched = matched(dataset, by, sides);
    let mut comparison = Comparison::default();
    for rows in &matched {
        match rows {
            [Some(_), Some(_)] => comparison.shared += 1,
            [Some(row), None] => comparison.alone[0].push(words(row)),
            [None, Some(row)] => comparison.alone[1].push(words(row)),
            [None, None] => {}
        }
    }
    comparison.differences = differences(&matched);
    let wanted = |key: &&str| metric.is_empty() || *key == metric;
    let keys = matched.iter().flatten().flatten().flat_map(|row| keys_of(row)).filter(wanted);
    let keys = in_table_order(&distinct(keys));
    let groups = keys.iter().map(|key| group(dataset, by, sides, &matched, key));
    comparison.groups = groups.filter(|group| !group.pairs.is_empty()).collect();
    comparison
}

fn keys_of(row: &Row) -> impl Iterator<Item = &str> {
    row.recent.metrics.iter().map(String::as_str)
}

/// What a row is called where both benchmark and place matter.
pub(super) fn words(row: &Row) -> String {
    let (benchmark, device, variant) = row.name();
    let parts = [benchmark, device, variant];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The rows of both sides; of several series of one benchmark and place the one with the newest
/// record.
fn matched<'d>(dataset: &'d Dataset, by: By, sides: [&str; 2]) -> Vec<Sides<'d>> {
    let mut found: BTreeMap<(&str, &str), Sides<'d>> = BTreeMap::new();
    for row in &dataset.rows {
        for (side, wanted) in sides.into_iter().enumerate() {
            let is_of_side = match by {
                By::Commit => points_at(row, wanted, dataset).next().is_some(),
                By::Device | By::Variant => value_of(row, by) == wanted,
            };
            let part = match by {
                By::Commit => (row.key().0.as_str(), ""),
                By::Device | By::Variant => fixed_part(row, by),
            };
            if is_of_side {
                let slot = &mut found.entry(part).or_default()[side];
                let newer = slot.is_none_or(|known| row.last > known.last);
                *slot = if newer { Some(row) } else { *slot };
            }
        }
    }
    found.into_values().collect()
}

pub(super) fn points_at<'r>(
    row: &'r Row,
    commit: &str,
    dataset: &Dataset,
) -> impl Iterator<Item = &'r Point> {
    let now = dataset.now;
    row.recent.points.iter().filter(move |point| *point.commit == *commit && counts(point, now))
}
