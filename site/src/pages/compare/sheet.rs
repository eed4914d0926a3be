//! A comparison as a file, with values in full, and its means in words.

use bench_records::metric::Metric;

use super::model::{Comparison, Group, Pair};
use crate::{components::export::Sheet, format};

/// All pairs as a table of plain numbers.
#[must_use]
pub fn sheet(comparison: &Comparison) -> Sheet {
    const COLUMNS: [&str; 13] = [
        "metric",
        "unit",
        "benchmark",
        "place",
        "a",
        "a_records",
        "a_beyond_limit",
        "b",
        "b_records",
        "b_beyond_limit",
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
            pair.a.beyond.to_string(),
            pair.b.median.to_string(),
            pair.b.count.to_string(),
            pair.b.beyond.to_string(),
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

/// `1.052 × (1.010 to 1.096) over 12 pairs`.
#[must_use]
pub fn mean_words(group: &Group) -> String {
    let pairs = format::counted(group.mean_count, "pair", "pairs");
    match group.mean_ratio {
        Some(ratio) => {
            let interval = group.mean_interval;
            let interval = interval.map(|(low, high)| format!(" ({low:.3} to {high:.3})"));
            format!("{ratio:.3} ×{} over {pairs}", interval.unwrap_or_default())
        }
        None => "n/a: no pair has a ratio".to_owned(),
    }
}
