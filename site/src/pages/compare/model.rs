//! Two sides, metric by metric: what both ran, the ratio, and whether it is more than noise.
//!
//! In: a history and the two chosen. Out: a [`Comparison`]. B is held against A.

use std::sync::Arc;

use bench_records::{
    gate::{Batch, policy::SeriesJudge},
    metric::Metric,
    order::distinct,
    series::Point,
};

use super::{
    candidates::{By, counts},
    difference::{differences, recipes},
    group::group,
    matching::{Matched, matched},
};
use crate::{
    dataset::{Dataset, Row},
    metrics::in_table_order,
};

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
    /// Of several pairs, some are worse and some better, or their mean says otherwise than they do.
    Mixed,
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
            Self::Mixed => "mixed",
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
    /// How many of them are worse than their baselines by more than their limits.
    pub beyond: usize,
    /// Whether they are the newest of a series that has fallen behind the others.
    pub is_stale: bool,
}

/// One metric of one benchmark, which both sides ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Series of side B.
    pub key: String,
    /// Benchmark; both, where the sides ran the same workload under different names.
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
    /// 95 % confidence interval of the mean, where there are pairs enough for one.
    pub mean_interval: Option<(f64, f64)>,
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
    /// Workloads that several benchmarks of one side ran and the other side ran under another name: none
    /// of them is paired, for it is not known with which.
    pub unpaired: Vec<String>,
    /// What differs in the identity of what both ran.
    pub differences: Vec<Difference>,
    /// Series whose recipes differ, one pair for each two recipes.
    pub recipes: Vec<RecipePair>,
}

/// Series of both sides that ran different recipes.
#[derive(Debug, Clone, PartialEq)]
pub struct RecipePair {
    /// A series of each side.
    pub rows: [Arc<Row>; 2],
    /// How many pairs have these two recipes.
    pub count: usize,
}

/// A series on each side that has it.
pub(super) type Sides<'d> = [Option<&'d Arc<Row>>; 2];

/// What judges them.
pub(super) type Judges<'d> = [Option<SeriesJudge<'d>>; 2];

/// Compares `b` with `a`; `metric` narrows it to one, empty for all.
#[must_use]
pub fn compare(dataset: &Dataset, by: By, a: &str, b: &str, metric: &str) -> Comparison {
    let sides = [a, b];
    let Matched { pairs: matched, unpaired } = matched(dataset, by, sides);
    let mut comparison = Comparison { unpaired, ..Comparison::default() };
    for rows in &matched {
        match rows {
            [Some(_), Some(_)] => comparison.shared += 1,
            [Some(row), None] => comparison.alone[0].push(row.words()),
            [None, Some(row)] => comparison.alone[1].push(row.words()),
            [None, None] => {}
        }
    }
    comparison.differences = differences(&matched);
    comparison.recipes = recipes(&matched);
    let wanted = |key: &&str| metric.is_empty() || *key == metric;
    let keys = matched.iter().flatten().flatten().flat_map(|row| keys_of(row)).filter(wanted);
    let keys = in_table_order(&distinct(keys));
    let batch = dataset.batch();
    let judges: Vec<Judges<'_>> = matched.iter().map(|rows| judges(rows, &batch)).collect();
    let groups = keys.iter().map(|key| group(dataset, by, sides, (&matched, &judges), key));
    comparison.groups = groups.filter(|group| !group.pairs.is_empty()).collect();
    comparison
}

fn judges<'d>(rows: &Sides<'d>, batch: &'d Batch) -> Judges<'d> {
    rows.map(|row| row.map(|row| SeriesJudge::new(&row.recent, batch)))
}

fn keys_of(row: &Row) -> impl Iterator<Item = &str> {
    row.recent.metrics.iter().map(String::as_str)
}

pub(super) fn points_at<'r>(
    row: &'r Row,
    commit: &str,
    dataset: &Dataset,
) -> impl Iterator<Item = &'r Point> {
    let now = dataset.now;
    row.recent.points.iter().filter(move |point| *point.commit == *commit && counts(point, now))
}

/// Addresses of the changes from commit `a` to `b`: of each repository that a series which both ran is
/// of, or the source's own.
#[must_use]
pub fn ranges(dataset: &Dataset, a: &str, b: &str) -> Vec<String> {
    let ran = |row: &Row, commit: &str| points_at(row, commit, dataset).next().is_some();
    let rows = dataset.rows.iter().filter(|row| ran(row, a) && ran(row, b));
    let urls = rows.filter_map(|row| dataset.range_url(Some(&row.recent.labels), a, b));
    let urls: Vec<String> = urls.collect();
    if urls.is_empty() {
        return dataset.range_url(None, a, b).into_iter().collect();
    }
    distinct(urls.iter().map(String::as_str))
}
