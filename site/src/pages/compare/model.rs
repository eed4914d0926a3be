//! Two sides, metric by metric: what both ran, the ratio, and whether it is more than noise.
//!
//! In: a history and the two chosen. Out: a [`Comparison`]. B is held against A.

use std::{collections::BTreeMap, sync::Arc};

use bench_records::{
    baseline::WINDOW,
    gate::policy::eligible_values,
    metric::{Better, Metric},
    order::{distinct, sorted},
    series::{Point, Series},
    stats::{self, MAD_TO_SIGMA},
};

use super::candidates::{By, counts, fixed_part, value_of};
use crate::{
    components::export::Sheet,
    dataset::{Dataset, Row},
    format,
    pages::overview::model::{in_table_order, noise},
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
type Sides<'d> = [Option<&'d Arc<Row>>; 2];

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
fn words(row: &Row) -> String {
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

fn points_at<'r>(row: &'r Row, commit: &str, dataset: &Dataset) -> impl Iterator<Item = &'r Point> {
    let now = dataset.now;
    row.recent.points.iter().filter(move |point| *point.commit == *commit && counts(point, now))
}

fn group(dataset: &Dataset, by: By, sides: [&str; 2], matched: &[Sides<'_>], key: &str) -> Group {
    let metric = dataset.table.get_or_unjudged(key);
    let mut group = Group {
        metric,
        pairs: Vec::new(),
        mean_ratio: None,
        mean_count: 0,
        alone: Default::default(),
    };
    for rows in matched {
        let value =
            |side: usize| rows[side].and_then(|row| value(dataset, by, row, sides[side], key));
        match (rows, value(0), value(1)) {
            ([Some(row_a), Some(row_b)], Some(a), Some(b)) => {
                let noise = [row_a, row_b].into_iter().filter_map(|row| noise(&row.recent, key));
                group.pairs.push(pair(&group.metric, by, row_b, (a, b), noise.reduce(f64::max)));
            }
            ([Some(row), Some(_)], Some(_), None) => group.alone[0].push(words(row)),
            ([Some(_), Some(row)], None, Some(_)) => group.alone[1].push(words(row)),
            _ => {}
        }
    }
    let ratios: Vec<f64> =
        group.pairs.iter().filter_map(|pair| pair.ratio).filter(|ratio| *ratio > 0.0).collect();
    group.mean_ratio = stats::geometric_mean(&ratios);
    group.mean_count = ratios.len();
    let metric = group.metric.clone();
    let badness = |pair: &Pair| match metric.better {
        Better::Higher => -pair.change.unwrap_or_default(),
        Better::Lower => pair.change.unwrap_or_default(),
        Better::Neither => pair.change.unwrap_or_default().abs(),
    };
    group.pairs = sorted(&group.pairs, |a, b| badness(b).total_cmp(&badness(a)));
    group
}

/// Of a commit the median of its records; of a device or variant that of the last records that a
/// baseline could use.
fn value(dataset: &Dataset, by: By, row: &Row, side: &str, key: &str) -> Option<Value> {
    let series: &Series = &row.recent;
    let values: Vec<f64> = match by {
        By::Commit => {
            points_at(row, side, dataset).filter_map(|point| series.value(point, key)).collect()
        }
        By::Device | By::Variant => {
            let eligible = eligible_values(series, key, dataset.now);
            eligible.into_iter().rev().take(WINDOW).flatten().collect()
        }
    };
    Some(Value { median: stats::median(&values)?, count: values.len() })
}

fn pair(metric: &Metric, by: By, row: &Row, (a, b): (Value, Value), noise: Option<f64>) -> Pair {
    let (from, to) = (a.median, b.median);
    let comparable = from > 0.0 && to >= 0.0;
    let (benchmark, device, variant) = row.name();
    let place = match by {
        By::Commit => {
            [device, variant].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
        }
        By::Device => variant.to_owned(),
        By::Variant => device.to_owned(),
    };
    let within =
        noise.is_some_and(|noise| (to - from).abs() <= NOISE_SIGMAS * MAD_TO_SIGMA * noise);
    let stand = match metric.better {
        _ if to == from => Stand::Same,
        _ if within => Stand::WithinNoise,
        Better::Neither => Stand::Differs,
        Better::Lower => {
            if to > from {
                Stand::Worse
            } else {
                Stand::Better
            }
        }
        Better::Higher => {
            if to < from {
                Stand::Worse
            } else {
                Stand::Better
            }
        }
    };
    Pair {
        key: row.key().0.clone(),
        benchmark: benchmark.to_owned(),
        place,
        a,
        b,
        ratio: comparable.then(|| to / from),
        change: comparable.then(|| (to - from) / from),
        noise,
        stand,
    }
}

/// How B stands in the mean of a group, as its ratio says it.
#[must_use]
pub fn mean_stand(group: &Group) -> Option<Stand> {
    let ratio = group.mean_ratio?;
    let is_noise = |pair: &Pair| !pair.stand.tells();
    Some(match group.metric.better {
        _ if (ratio - 1.0).abs() < 5e-5 => Stand::Same,
        _ if group.pairs.iter().all(is_noise) => Stand::WithinNoise,
        Better::Neither => Stand::Differs,
        Better::Lower => {
            if ratio > 1.0 {
                Stand::Worse
            } else {
                Stand::Better
            }
        }
        Better::Higher => {
            if ratio < 1.0 {
                Stand::Worse
            } else {
                Stand::Better
            }
        }
    })
}

fn differences(matched: &[Sides<'_>]) -> Vec<Difference> {
    let mut found: BTreeMap<(String, [String; 2]), usize> = BTreeMap::new();
    for rows in matched {
        let [Some(a), Some(b)] = rows else { continue };
        let (a, b) = (&a.recent.labels, &b.recent.labels);
        let gpu = ("gpu_type".to_owned(), [&a.gpu_type, &b.gpu_type].map(|gpu| said(gpu.as_ref())));
        let fields = distinct(a.identity.keys().chain(b.identity.keys()).map(String::as_str));
        let identity = fields.into_iter().map(|field| {
            let values = [a, b].map(|labels| said(labels.identity.get(&field)));
            (field, values)
        });
        for (field, values) in identity.chain([gpu]).filter(|(_, [a, b])| a != b) {
            *found.entry((field, values)).or_default() += 1;
        }
    }
    found.into_iter().map(|((field, values), count)| Difference { field, values, count }).collect()
}

fn said(value: Option<&String>) -> String {
    value.map_or("n/a", String::as_str).to_owned()
}

/// All pairs as a table of plain numbers.
#[must_use]
pub fn sheet(comparison: &Comparison) -> Sheet {
    const COLUMNS: [&str; 11] = [
        "metric",
        "unit",
        "benchmark",
        "place",
        "a",
        "a_records",
        "b",
        "b_records",
        "ratio",
        "change",
        "stand",
    ];
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let row = |metric: &Metric, pair: &Pair| {
        vec![
            metric.key.to_string(),
            metric.unit.to_string(),
            pair.benchmark.clone(),
            pair.place.clone(),
            pair.a.median.to_string(),
            pair.a.count.to_string(),
            pair.b.median.to_string(),
            pair.b.count.to_string(),
            number(pair.ratio),
            number(pair.change),
            pair.stand.word().to_owned(),
        ]
    };
    let rows = comparison
        .groups
        .iter()
        .flat_map(|group| group.pairs.iter().map(|pair| row(&group.metric, pair)));
    Sheet { columns: COLUMNS.map(str::to_owned).to_vec(), rows: rows.collect() }
}

/// `1.052 × over 12 pairs`.
#[must_use]
pub fn mean_words(group: &Group) -> String {
    let pairs = format::counted(group.mean_count, "pair", "pairs");
    match group.mean_ratio {
        Some(ratio) => format!("{ratio:.3} × over {pairs}"),
        None => "n/a: no pair has a ratio".to_owned(),
    }
}
