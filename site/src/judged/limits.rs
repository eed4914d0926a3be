//! Limits, and changes that are held against them, in words.

use bench_records::{gate::Limit, metric::Metric};

use crate::format;

/// A limit in words: both parts must be exceeded where there are two.
#[must_use]
pub fn limit_words(metric: &Metric, limit: Limit) -> String {
    let percent = (limit.fraction * 1e4).round() / 1e2;
    let fraction = format!("{percent}\u{202f}%");
    match limit.absolute {
        Some(floor) => format!("{fraction} and {}", format::quantity(metric, Some(floor), None)),
        None => fraction,
    }
}

/// `8.2 % worse`.
pub(super) fn worse(change: f64) -> String {
    let direction = if change > 0.0 { "worse" } else { "better" };
    format!("{} {direction}", format::percent(change.abs()).trim_start_matches('+'))
}
