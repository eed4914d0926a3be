//! Events: what people say of records, in `events.ndjson`.
//!
//! In: the text of the file, a line an event. Out: the records that are excluded after all of them,
//! and the words at a point of a series. A record is named by its id or, where it has none, by its
//! path in the store.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    identity::SeriesKey,
    naming::is_same_commit,
    series::{Flags, Point, Series},
    time::Micros,
};

/// Path of the file within a store.
pub const EVENTS_PATH: &str = "events.ndjson";

/// One thing that somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A record counts for no baseline.
    Exclude {
        /// Id or path of the record.
        record: String,
        /// Why.
        reason: String,
        /// When it was said.
        at: String,
    },
    /// An excluded record counts again.
    Include {
        /// Id or path of the record.
        record: String,
        /// Why.
        reason: String,
        /// When it was said.
        at: String,
    },
    /// Words at a commit or a record, shown where it is drawn.
    Annotate {
        /// Series that it belongs to; all where it is null.
        series: Option<String>,
        /// Id or path of a record, or a commit.
        subject: String,
        /// The words.
        text: String,
        /// When it was said.
        at: String,
    },
    /// A finding that is known and accepted.
    Acknowledge {
        /// Series of the finding.
        series: String,
        /// Metric of the finding.
        metric: String,
        /// Id or path of the record.
        record: String,
        /// When the record ran, by which the head of an index, which has no ids, knows it; lines of
        /// earlier versions lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<Micros>,
        /// Why it is accepted.
        reason: String,
        /// When it was said.
        at: String,
    },
}

/// The events of a file; a line that is none, such as one that an interrupted writer left, is passed
/// over.
#[must_use]
pub fn parse(text: &str) -> Vec<Event> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The words of all events that are about a point of a series, in their order.
#[must_use]
pub fn said_of(series: &SeriesKey, point: &Point, events: &[Event]) -> Vec<String> {
    events.iter().filter_map(|event| event.words_at(series, point)).collect()
}

/// Why a finding of a point is accepted, by what was said last; `None` where nobody did.
#[must_use]
pub fn acknowledgement<'e>(
    series: &SeriesKey,
    point: &Point,
    metric: &str,
    events: &'e [Event],
) -> Option<&'e str> {
    events.iter().rev().find_map(|event| match event {
        Event::Acknowledge { series: of, metric: found, record, time, reason, .. } => {
            let is_then = *of == series.0 && *time == Some(point.time);
            let is_it = found == metric && (point.is_named(record) || is_then);
            is_it.then_some(reason.as_str())
        }
        _ => None,
    })
}

/// The findings that somebody accepted, as series, metric and time.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged(HashSet<(String, String, Micros)>);

impl Acknowledged {
    /// What is accepted after all of `events`.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let accepted = |event: &Event| match event {
            Event::Acknowledge { series, metric, time: Some(time), .. } => {
                Some((series.clone(), metric.clone(), *time))
            }
            _ => None,
        };
        Self(events.iter().filter_map(accepted).collect())
    }

    /// Whether a finding of a record, or a change of level that began with it, is accepted.
    #[must_use]
    pub fn has(&self, series: &SeriesKey, metric: &str, time: Micros) -> bool {
        !self.0.is_empty() && self.0.contains(&(series.0.clone(), metric.to_owned(), time))
    }
}

impl Event {
    fn words_at(&self, series: &SeriesKey, point: &Point) -> Option<String> {
        match self {
            Self::Exclude { record, reason, .. } => {
                point.is_named(record).then(|| format!("excluded: {reason}"))
            }
            Self::Include { record, reason, .. } => {
                let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                point.is_named(record).then(|| format!("let in again{because}"))
            }
            Self::Acknowledge { record, metric, reason, .. } => {
                point.is_named(record).then(|| format!("{metric} acknowledged: {reason}"))
            }
            Self::Annotate { series: of, subject, text, .. } => {
                let is_here = of.as_ref().is_none_or(|key| *key == series.0);
                let is_meant = is_same_commit(&point.commit, subject) || point.is_named(subject);
                (is_here && is_meant).then(|| text.clone())
            }
        }
    }
}

/// The records that are excluded after some events.
#[derive(Debug, Clone, Default)]
pub struct Exclusions(HashSet<String>);

impl Exclusions {
    /// What is excluded after all of `events`, in order.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let mut excluded = HashSet::new();
        for event in events {
            match event {
                Event::Exclude { record, .. } => drop(excluded.insert(record.clone())),
                Event::Include { record, .. } => drop(excluded.remove(record)),
                Event::Annotate { .. } | Event::Acknowledge { .. } => {}
            }
        }
        Self(excluded)
    }

    /// Whether a record with this id, or at this path, is excluded.
    #[must_use]
    pub fn has(&self, id: &str, path: &str) -> bool {
        self.0.contains(id) || self.0.contains(path)
    }

    /// Sets or clears the mark on each point of a series.
    pub fn mark(&self, series: &mut Series) {
        for point in &mut series.points {
            let cleared = Flags(point.flags.0 & !Flags::EXCLUDED.0);
            point.flags = cleared.with_if(Flags::EXCLUDED, self.has(&point.id, &point.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"event":"exclude","record":"a","reason":"hot","at":""}
torn{
{"event":"exclude","record":"b/x.json","reason":"hot","at":""}
{"event":"include","record":"a","reason":"cool","at":""}
{"event":"annotate"}
{"event":"acknowledge","series":"k","metric":"memory","record":"a","reason":"first","at":""}
{"event":"acknowledge","series":"k","metric":"memory","record":"a","reason":"last","at":""}
{"event":"annotate","series":null,"subject":"3f2c1ab","text":"torch 2.12","at":""}
{"event":"annotate","series":"other","subject":"a","text":"elsewhere","at":""}
"#;

    fn point(id: &str) -> Point {
        Point {
            time: Micros::default(),
            id: id.into(),
            path: "".into(),
            commit: "3f2c1ab9d8".into(),
            pr: 0,
            flags: Flags::default(),
            source: 0,
            branch: 0,
            verdict: None,
            broken: None,
            values: Vec::new(),
        }
    }

    #[test]
    fn a_record_that_was_let_in_again_is_not_excluded() {
        let exclusions = Exclusions::of(&parse(LINES));
        assert!(!exclusions.has("a", ""));
        assert!(exclusions.has("", "b/x.json"));
    }

    #[test]
    fn what_was_said_of_a_record_and_of_its_commit_is_told_in_order() {
        let said = said_of(&SeriesKey("k".to_owned()), &point("a"), &parse(LINES));
        let expected = [
            "excluded: hot",
            "let in again: cool",
            "memory acknowledged: first",
            "memory acknowledged: last",
            "torch 2.12",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_finding_is_acknowledged_by_what_was_said_last_of_its_metric() {
        let (key, events) = (SeriesKey("k".to_owned()), parse(LINES));
        assert_eq!(acknowledgement(&key, &point("a"), "memory", &events), Some("last"));
        assert_eq!(acknowledgement(&key, &point("a"), "latency", &events), None);
    }

    #[test]
    fn a_point_without_id_and_path_is_known_by_its_series_and_time() {
        let said = |key: &str, time: Option<i64>| {
            let event = Event::Acknowledge {
                series: "k".to_owned(),
                metric: "m".to_owned(),
                record: String::new(),
                time: time.map(Micros),
                reason: "wanted".to_owned(),
                at: String::new(),
            };
            let key = SeriesKey(key.to_owned());
            acknowledgement(&key, &point(""), "m", &[event]).map(str::to_owned)
        };
        assert_eq!(said("k", Some(0)), Some("wanted".to_owned()));
        assert_eq!(said("other", Some(0)), None);
        assert_eq!(said("k", Some(1)), None);
        assert_eq!(said("k", None), None);
    }
}
