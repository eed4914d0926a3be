//! Events: what people say of records, in `events.ndjson`.
//!
//! In and out: a line an event, appended and never rewritten. A record is named by its id or, where
//! it has none, by its path in the store.

use std::{collections::HashSet, path::Path};

use anyhow::Result;
use bench_records::series::{Flags, Series};
use serde::{Deserialize, Serialize};

use super::folder::read_lossy;

/// One thing that somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
        /// Why it is accepted.
        reason: String,
        /// When it was said.
        at: String,
    },
}

/// The records that are excluded now.
#[derive(Debug, Clone, Default)]
pub struct Exclusions(HashSet<String>);

/// The events of a store; a line that is no event, such as one that an interrupted writer left, is
/// passed over.
///
/// # Errors
/// Where the file is there and cannot be read.
pub fn read(root: &Path) -> Result<Vec<Event>> {
    let text = read_lossy(&root.join("events.ndjson"))?;
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// What is excluded after all of `events`, in order.
#[must_use]
pub fn exclusions(events: &[Event]) -> Exclusions {
    let mut excluded = HashSet::new();
    for event in events {
        match event {
            Event::Exclude { record, .. } => drop(excluded.insert(record.clone())),
            Event::Include { record, .. } => drop(excluded.remove(record)),
            Event::Annotate { .. } | Event::Acknowledge { .. } => {}
        }
    }
    Exclusions(excluded)
}

impl Exclusions {
    /// Sets or clears the mark on each point of a series.
    pub fn mark(&self, series: &mut Series) {
        for point in &mut series.points {
            let cleared = Flags(point.flags.0 & !Flags::EXCLUDED.0);
            let is_excluded = self.0.contains(&*point.id) || self.0.contains(&*point.path);
            point.flags = cleared.with_if(Flags::EXCLUDED, is_excluded);
        }
    }
}
