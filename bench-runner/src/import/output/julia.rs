//! `BenchmarkTools.save`: groups of groups, with estimates or whole trials in nanoseconds.

use bench_records::stats;
use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Further, Placed, julia_memory},
        error::{ImportError, Unusable},
        samples::read_samples,
        source::{Source, measured},
    },
    not_of,
};

/// Reads all benchmarks of all groups.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let document = source.json(source.bytes)?;
    let mut benches = Vec::new();
    // the first part holds versions, the second one the groups
    for group in document.get(1).and_then(Value::as_array).into_iter().flatten() {
        walk(group, "", &mut benches);
    }
    if benches.is_empty() {
        let expected = "groups of benchmarks, as BenchmarkTools.save writes them";
        return Err(not_of(source, "the document", "without any", expected));
    }
    Ok(benches)
}

/// Each part is `[type, fields]`.
fn walk(part: &Value, name: &str, benches: &mut Vec<Placed>) {
    let (Some(kind), Some(fields)) = (part.get(0).and_then(Value::as_str), part.get(1)) else {
        return;
    };
    let kind = kind.rsplit('.').next().unwrap_or(kind);
    match kind {
        "BenchmarkGroup" => {
            for (key, inner) in fields.get("data").and_then(Value::as_object).into_iter().flatten()
            {
                let name = if name.is_empty() { key.clone() } else { format!("{name}/{key}") };
                walk(inner, &name, benches);
            }
        }
        "TrialEstimate" => benches.push((name.to_owned(), estimate(name, fields))),
        "Trial" => benches.push((name.to_owned(), trial(name, fields))),
        _ => {}
    }
}

fn estimate(name: &str, fields: &Value) -> Result<Bench, Unusable> {
    let found = fields.get("time");
    let value = found.and_then(measured);
    let value = value.ok_or_else(|| Unusable::field("time", found, "a finite number"))?;
    Ok(with_memory(Bench::new(name, value, "ns"), fields))
}

fn trial(name: &str, fields: &Value) -> Result<Bench, Unusable> {
    let found = fields.get("times");
    let samples = found.and_then(read_samples).unwrap_or_default();
    let median = stats::median(&samples);
    let value = median.ok_or_else(|| Unusable::field("times", found, "finite numbers"))?;
    let bench = Bench { samples, ..Bench::new(name, value, "ns") };
    Ok(with_memory(bench, fields))
}

fn with_memory(mut bench: Bench, fields: &Value) -> Bench {
    let value = |field: &str| measured(fields.get(field)?);
    let text = |field: &str| value(field).map(|value| format!("{field}={value}"));
    let extra: Vec<String> = ["gctime", "memory", "allocs"].into_iter().filter_map(text).collect();
    let extra = extra.join("\n");
    let memory = julia_memory(&extra).into_iter();
    bench.further.extend(memory.map(|(metric, value)| Further::Measured { metric, value }));
    bench.note("extra", Some(extra).filter(|text| !text.is_empty()));
    bench
}
