//! Imports records of PyTorch's benchmark database, schema v3.
//!
//! In: entries of one metric each, as an object, an array, or JSON lines. Out: one record for all
//! metrics of the same model, arguments, commit, time and runner.

mod entry;
mod group;
mod named;
mod parameters;

use super::{
    Imported, collector::Collector, entries::read_entries, error::ImportError, source::Source,
};
use entry::Measurement;
use group::Groups;

/// Reads all entries of a file.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let mut collector = Collector::default();
    let mut groups = Groups::new(source.defaults);
    for entry in read_entries(source)? {
        match entry.value.and_then(|value| Measurement::read(source, &value)) {
            Ok(measurement) => groups.add(entry.place, &measurement, &mut collector),
            Err(reason) => collector.set_aside(entry.place, &reason),
        }
    }
    groups.finish(&mut collector);
    collector.finish(source.file)
}

#[cfg(test)]
mod tests;
