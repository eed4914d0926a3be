//! BenchmarkDotNet's JSON exporters: means in nanoseconds.

use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Further, Placed},
        error::{ImportError, Unusable, shown},
        source::{Source, measured, stated},
    },
    not_of, number,
};

/// Reads all benchmarks.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let document = source.json(source.bytes)?;
    let found = document.get("Benchmarks");
    let Some(entries) = found.and_then(Value::as_array) else {
        let found = found.map_or_else(|| "missing".to_owned(), shown);
        let expected = "a list of benchmarks, as BenchmarkDotNet's JSON exporters write it";
        return Err(not_of(source, "Benchmarks", &found, expected));
    };
    let placed = entries.iter().enumerate().map(|(index, entry)| {
        let name = stated(entry.get("FullName"));
        let place = name.clone().unwrap_or_else(|| format!("benchmark {}", index + 1));
        (place, bench(name, entry))
    });
    Ok(placed.collect())
}

fn bench(name: Option<String>, entry: &Value) -> Result<Bench, Unusable> {
    let name = name.ok_or_else(|| Unusable::field("FullName", None, "a benchmark's name"))?;
    // in place of the times of a benchmark that failed
    if entry.get("Statistics").is_some_and(Value::is_null) {
        let error = "Statistics null, which BenchmarkDotNet writes without a result".to_owned();
        return Err(Unusable::Failed { error });
    }
    let mut bench = Bench::new(name, number(entry, "/Statistics/Mean", "Statistics.Mean")?, "ns");
    let deviation = number(entry, "/Statistics/StandardDeviation", "deviation").ok();
    bench.note("range", deviation.map(|deviation| format!("± {deviation}")));
    let allocated = number(entry, "/Memory/BytesAllocatedPerOperation", "allocated").ok();
    let unit = "bytes/op".to_owned();
    bench.further.extend(allocated.map(|value| Further::Valued { value, unit }));
    let values = entry.pointer("/Statistics/OriginalValues").and_then(Value::as_array);
    bench.samples = values.into_iter().flatten().filter_map(measured).collect();
    Ok(bench)
}
