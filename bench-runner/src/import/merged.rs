//! Results of one workload in one file, where each has several metrics.
//!
//! In: the results of one run. Out: one record a workload: results that agree are samples, whose
//! median counts; others are set aside, or kept apart by their position.

use std::collections::BTreeMap;

use bench_records::{metric::built_in, stats};
use serde_json::Map;

use super::{
    collector::Collector,
    error::Unusable,
    found::Found,
    repeats::{POSITION, Repeats, are_repeats, summary},
};

/// Adds the results of a run; `head` is the metric by which two of them agree or not.
pub fn keep_merged(
    run: Vec<(String, Result<Found, Unusable>)>,
    head: &str,
    repeats: Repeats,
    collector: &mut Collector,
) {
    let mut same: BTreeMap<usize, Vec<Found>> = BTreeMap::new();
    let mut positions = BTreeMap::new();
    let mut places = Vec::new();
    for (place, result) in run {
        match result {
            Err(reason) => collector.set_aside(place, &reason),
            Ok(found) => {
                let key = (found.cohort(), found.commit_sha.clone(), found.time);
                let position = *positions.entry(key).or_insert(places.len());
                if position == places.len() {
                    places.push(place);
                }
                same.entry(position).or_default().push(found);
            }
        }
    }
    for (place, found) in places.into_iter().zip(same.into_values()) {
        keep_same(place, found, head, repeats, collector);
    }
}

fn keep_same(
    place: String,
    mut same: Vec<Found>,
    head: &str,
    repeats: Repeats,
    collector: &mut Collector,
) {
    let values: Vec<f64> = same.iter().filter_map(|found| found.metric(head)).collect();
    if same.len() == 1 {
        return same.drain(..).for_each(|found| collector.keep(found));
    }
    if repeats == Repeats::Apart {
        return same
            .into_iter()
            .enumerate()
            .for_each(|(at, found)| collector.keep(at_position(found, at)));
    }
    if !are_repeats(repeats, &values) {
        let unit = built_in(head).map_or("", |metric| &metric.unit);
        let values: Vec<String> = values.iter().take(3).map(|v| format!("{v} {unit}")).collect();
        let values = values.join(" and ");
        return collector.set_aside(place, &Unusable::Indistinct { runs: 1, values });
    }
    let count = same.len();
    collector.notice(format!(
        "{place}: {count} results are taken as samples of one measurement, whose value is their \
         median; --repeats apart keeps them apart by their position"
    ));
    if let Some(merged) = median_of(&same) {
        collector.keep(merged);
    }
}

/// The same measurement at a position among those of its name; the first one keeps its name.
pub fn at_position(found: Found, at: usize) -> Found {
    match (at, &found.workload) {
        (0, _) | (_, None) => found,
        (at, Some(workload)) => {
            let position = (POSITION.to_owned(), (at + 1).to_string());
            let workload = workload.clone().with_parameters([position]);
            Found::new(found.record, workload)
        }
    }
}

/// Each metric is the median of those that have it.
fn median_of(same: &[Found]) -> Option<Found> {
    let mut samples = Map::new();
    let mut merged = same.first()?.clone();
    for (key, value) in &mut merged.record.metrics {
        let values: Vec<f64> = same.iter().filter_map(|found| found.metric(key)).collect();
        samples.insert(key.clone(), summary(&values));
        *value = stats::median(&values).filter(|median| median.is_finite()).unwrap_or(*value);
    }
    // the spread of one of them would pass for that of all
    merged.record.spread = None;
    merged.record.extra.insert("samples".to_owned(), samples.into());
    Some(merged)
}
