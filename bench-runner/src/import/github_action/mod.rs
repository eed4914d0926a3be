//! Imports the history that benchmark-action/github-action-benchmark publishes.
//!
//! In: its `data.js`, or the JSON in it: suites of runs of named values. Out: one record a
//! benchmark and run. A suite, and the repository, are part of what was measured, whatever else is
//! in the file.

mod document;
mod run;

use serde_json::Value;

use super::{
    Imported,
    benches::Lot,
    collector::Collector,
    error::{ImportError, Unusable},
    output::{self, OutputOf},
    source::Source,
};
use document::Suite;

/// Reads all suites of a history.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let document = document::read(source)?;
    // what its tools for any values take, which says no direction but by its units
    if document.is_array() {
        return output::import(source, OutputOf::AnyCustom);
    }
    let suites = document::suites(source, &document)?;
    let mut collector = Collector::default();
    let mut lot = Lot::default();
    if let Some(named) = source.defaults.suite.as_ref().filter(|_| suites.len() > 1) {
        let suites: Vec<&str> = suites.iter().map(|suite| suite.name).collect();
        collector.notice(format!("--suite {named} stands for {}", suites.join(" and ")));
    }
    for suite in &suites {
        import_suite(source, suite, &mut lot, &mut collector);
    }
    lot.finish(&mut collector);
    collector.finish(source.file)
}

fn import_suite(source: &Source<'_>, suite: &Suite<'_>, lot: &mut Lot, collector: &mut Collector) {
    let Some(runs) = suite.runs.as_array() else {
        let reason = Unusable::field("entries", Some(suite.runs), "runs");
        return collector.set_aside(suite.name, &reason);
    };
    if source.defaults.project.is_none() && suite.repositories.len() > 1 {
        collector.notice(moved(suite));
    }
    for (index, run) in runs.iter().enumerate() {
        let place = format!("{}/run {}", suite.name, index + 1);
        match run::read(source, suite, run, &place) {
            Ok((run, benches)) => lot.add(&run, benches, collector),
            Err(reason) => collector.set_aside(place, &reason),
        }
    }
}

fn moved(suite: &Suite<'_>) -> String {
    format!(
        "suite {} has runs of {}, taken as one project that moved; --project NAME names it",
        suite.name,
        suite.repositories.join(" and ")
    )
}

/// The items of a list; none of anything else.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests;
