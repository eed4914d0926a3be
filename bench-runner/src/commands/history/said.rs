//! What people said of records, beside the runs that they said it of.
//!
//! In: the events of a store. Out: the words at a point of a series.

use bench_records::series::{Point, Series};

use crate::store::events::Event;

/// The words of all events that are about a point, in their order.
pub(super) fn said_of(series: &Series, point: &Point, events: &[Event]) -> Vec<String> {
    events.iter().filter_map(|event| words(series, point, event)).collect()
}

fn words(series: &Series, point: &Point, event: &Event) -> Option<String> {
    let is_record =
        |name: &String| !name.is_empty() && (**name == *point.id || **name == *point.path);
    match event {
        Event::Exclude { record, reason, .. } => {
            is_record(record).then(|| format!("excluded: {reason}"))
        }
        Event::Include { record, reason, .. } => {
            is_record(record).then(|| format!("let in again: {reason}"))
        }
        Event::Acknowledge { record, metric, reason, .. } => {
            is_record(record).then(|| format!("{metric} acknowledged: {reason}"))
        }
        Event::Annotate { series: of, subject, text, .. } => {
            let is_here = of.as_ref().is_none_or(|key| *key == series.key.0);
            let is_commit = subject.len() >= 7 && point.commit.starts_with(subject.as_str());
            (is_here && (is_commit || is_record(subject))).then(|| text.clone())
        }
    }
}
