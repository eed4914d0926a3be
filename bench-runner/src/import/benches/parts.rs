//! One bench of a run, and the record that it becomes.
//!
//! In: the run and a bench. Out: whether the bench has a usable value, its notes, and its workload.

use bench_records::record::Record;
use serde_json::{Map, Value};

use super::{
    super::{error::Unusable, found::Found, unit::Unit, workload::Workload},
    Bench, FAMILY, Run,
};

/// The bench, where its value is a number in the canonical unit too.
pub fn finite(run: &Run<'_>, bench: Bench) -> Result<Bench, Unusable> {
    let unit = Unit::parse(run.tool.unit(&bench.unit));
    if unit.canonical_value(bench.value).is_finite() {
        return Ok(bench);
    }
    let (value, expected) = (format!("{} {}", bench.value, bench.unit), "a smaller number");
    Err(Unusable::BadField { field: "value", value, expected })
}

/// Keeps what the tool said beside the values.
pub fn note(record: &mut Record, bench: &Bench, samples: Map<String, Value>) {
    record.extra.extend(bench.notes.clone());
    if Unit::parse(&bench.unit).canonical != bench.unit {
        record.extra.insert("unit_as_published".to_owned(), bench.unit.clone().into());
    }
    if !samples.is_empty() {
        record.extra.insert("samples".to_owned(), samples.into());
    }
}

/// The record with the workload of its bench.
pub fn found(run: &Run<'_>, record: Record, bench: &Bench) -> Found {
    let workload = Workload {
        project: run.project.clone(),
        suite: run.suite.map(str::to_owned),
        parameters: bench.parameters.clone(),
        ..Workload::named(FAMILY, &bench.name)
    };
    let found = run.source.found(record, workload).formerly(&bench.name);
    let found = match run.suite {
        Some(suite) => found.formerly(format!("{suite}/{}", bench.name)),
        None => found,
    };
    // what the command line names did not move
    match run.source.defaults.project {
        Some(_) => found,
        None => Found { lineage: run.lineage.clone(), ..found },
    }
}
