//! Imports the history that benchmark-action/github-action-benchmark publishes.
//!
//! In: its `data.js`, or the JSON in it: suites of runs of named values. Out: one record a value,
//! each with the metric of its unit and direction.

mod document;
mod run;
mod tool;

use std::collections::HashMap;

use serde_json::Value;

use super::{
    Imported,
    collector::Collector,
    error::{ImportError, Unusable},
    source::Source,
    unit::Unit,
};
use document::Suites;
use run::RunReader;

/// Reads all suites of a history.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let document = document::read(source)?;
    let suites = document::suites(source, &document)?;
    let mut collector = Collector::default();
    for (suite, runs) in &suites {
        import_suite(source, &suites, suite, runs, &mut collector);
    }
    collector.finish(source.file)
}

fn import_suite(
    source: &Source<'_>,
    suites: &Suites<'_>,
    suite: &str,
    runs: &Value,
    collector: &mut Collector,
) {
    let Some(runs) = runs.as_array() else {
        return collector.set_aside(suite, &Unusable::field("entries", Some(runs), "runs"));
    };
    let mut units = FirstUnits::default();
    for (index, run) in runs.iter().enumerate() {
        let place = format!("{suite}/run {}", index + 1);
        match RunReader::new(source, suites, suite, run, &place) {
            Ok(reader) => reader.read(&mut units, collector),
            Err(reason) => collector.set_aside(place, &reason),
        }
    }
}

/// The unit that each benchmark of a suite had first.
///
/// Some tools pick the unit by the size of the value. A benchmark that crosses from µs to ms stays
/// one series, in its first unit, as it does on the tool's own page.
#[derive(Default)]
pub struct FirstUnits(HashMap<String, Unit>);

impl FirstUnits {
    /// The unit to keep for `bench`, and what its values in `unit` are multiplied by.
    pub fn settle(&mut self, bench: &str, unit: Unit) -> (Unit, f64) {
        let first = self.0.entry(bench.to_owned()).or_insert_with(|| unit.clone());
        match unit.factor_to(first) {
            Some(factor) => (first.clone(), factor),
            None => (unit, 1.0),
        }
    }
}

#[cfg(test)]
mod tests;
