//! Values that are better the other way than those before them in their series.
//!
//! In: a record with its values as published, and its series. Out: words for people, for the two
//! directions are two metrics, of which neither is judged against the other.

use bench_records::{metric::Metric, record::Record};

use super::super::{
    direction::word,
    known::KnownSeries,
    unit::{Published, Unit},
};

/// What people should hear where a value begins or continues another metric than the newest one of its unit.
pub fn turned(published: &[Published], record: &Record, series: &KnownSeries) -> Option<String> {
    published.iter().find_map(|published| {
        let (metric, _) = published.canonical();
        let is_other = |other: &Metric| {
            let unit = Unit::parse(&other.unit);
            unit.canonical == published.unit.canonical && other.better != metric.better
        };
        if !series.columns().iter().any(is_other) {
            return None;
        }
        let mut newest_first = series.metrics().into_iter();
        let newest = newest_first.find(|other| is_other(other) || other.key == metric.key)?;
        let turns = is_other(newest) && !record.metrics.contains_key(newest.key.as_ref());
        turns.then(|| words(newest, &metric))
    })
}

fn words(before: &Metric, now: &Metric) -> String {
    let (old, new) = (word(before.better), word(now.better));
    format!(
        "{old} was taken as better before ({}) and {new} is now ({}), so these values are a metric \
         of their own; --better {old} or --better {new} takes one for all, --better NAME={old} for \
         one benchmark",
        before.key, now.key
    )
}
