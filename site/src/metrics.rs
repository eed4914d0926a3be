//! The metrics of a history: which there are, in which order, and how much each scatters by itself.
//!
//! In: a history or a series. Out: keys and labels; the noise of a metric.

use bench_records::{
    metric::METRICS,
    order::{distinct, sorted},
    series::Series,
    stats,
};

use crate::dataset::Dataset;

/// Keys and labels of all metrics that any series has, in the order of the table.
#[must_use]
pub fn all_of(dataset: &Dataset) -> Vec<(String, String)> {
    let keys = dataset.rows.iter().flat_map(|row| &row.recent.metrics);
    let label = |key: String| {
        let label = dataset.table.get_or_unjudged(&key).label.into_owned();
        (key, label)
    };
    in_table_order(&distinct(keys.map(String::as_str))).into_iter().map(label).collect()
}

/// Keys of metrics in the order of the built-in table.
#[must_use]
pub fn in_table_order(keys: &[String]) -> Vec<String> {
    sorted(keys, |a, b| place(a).cmp(&place(b)))
}

/// Whether a metric is one of language models: times to tokens and between them, and tokens a second.
#[must_use]
pub fn is_of_tokens(key: &str) -> bool {
    ["ttft_", "tpot_", "itl_"].iter().any(|begin| key.starts_with(begin))
        || key.ends_with("tokens_per_s")
}

/// Whether a history has any of them.
#[must_use]
pub fn has_language_models(dataset: &Dataset) -> bool {
    dataset.rows.iter().any(|row| row.recent.metrics.iter().any(|key| is_of_tokens(key)))
}

/// Place of a metric in the built-in table; a dataset's own come after it.
fn place(key: &str) -> usize {
    METRICS.iter().position(|metric| metric.key == key).unwrap_or(usize::MAX)
}

/// How many of the newest values say the noise of a metric.
pub const NOISE_VALUES: usize = 20;

/// The fewest values that say anything of it.
pub const NOISE_NEEDS: usize = 5;

/// Noise of a metric: the median absolute deviation of its last [`NOISE_VALUES`] values.
#[must_use]
pub fn noise(series: &Series, metric: &str) -> Option<f64> {
    let column = series.column(metric)?;
    let recent = series.points.iter().rev().take(NOISE_VALUES);
    let values: Vec<f64> =
        recent.filter_map(|point| point.values.get(column).copied().flatten()).collect();
    (values.len() >= NOISE_NEEDS).then(|| stats::mad(&values)).flatten()
}

/// A difference of at most this many standard deviations, as the spread of the series' last values
/// says them, is within noise.
pub const NOISE_SIGMAS: f64 = 2.0;
