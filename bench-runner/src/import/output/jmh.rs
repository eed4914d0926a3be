//! JMH's `-rf json`.

use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Placed},
        error::{ImportError, Unusable, shown},
        source::{Source, measured, stated},
    },
    not_of, number,
};

/// Modes beside throughput and average time, which give other numbers in the same unit.
const OWN_MODES: [&str; 2] = ["sample", "ss"];

/// Reads all benchmarks.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let document = source.json(source.bytes)?;
    let entries = document.as_array();
    let fits = |entry: &Value| entry.get("primaryMetric").is_some();
    let Some(entries) = entries.filter(|entries| entries.iter().all(fits)) else {
        let expected = "a list of benchmarks with their primaryMetric, as JMH writes it";
        return Err(not_of(source, "the document", &shown(&document), expected));
    };
    let placed = entries.iter().enumerate().map(|(index, entry)| {
        let bench = bench(entry);
        let name = bench.as_ref().ok().map(|bench| bench.name.clone());
        (name.unwrap_or_else(|| format!("benchmark {}", index + 1)), bench)
    });
    Ok(placed.collect())
}

/// Parameters are in the name, as github-action-benchmark writes them.
fn bench(entry: &Value) -> Result<Bench, Unusable> {
    let found = entry.get("benchmark");
    let name =
        stated(found).ok_or_else(|| Unusable::field("benchmark", found, "a benchmark's name"))?;
    let params = entry.get("params").filter(|params| params.is_object());
    let params = params.map(|params| format!(" ( {params} )")).unwrap_or_default();
    let value = number(entry, "/primaryMetric/score", "primaryMetric.score")?;
    let unit = stated(entry.pointer("/primaryMetric/scoreUnit")).unwrap_or_default();
    let mut bench = Bench::new(format!("{name}{params}"), value, unit);
    if let Some(mode) = stated(entry.get("mode")).filter(|mode| OWN_MODES.contains(&mode.as_str()))
    {
        bench.parameters.insert("mode".to_owned(), mode);
    }
    if let Some(threads) = stated(entry.get("threads")).filter(|threads| threads != "1") {
        bench.parameters.insert("threads".to_owned(), threads);
    }
    let text = |field: &str| stated(entry.get(field)).unwrap_or_default();
    let (iterations, forks, threads) =
        (text("measurementIterations"), text("forks"), text("threads"));
    bench.note(
        "extra",
        Some(format!("iterations: {iterations}\nforks: {forks}\nthreads: {threads}")),
    );
    let forks = entry.pointer("/primaryMetric/rawData").and_then(Value::as_array);
    let samples = forks.into_iter().flatten().filter_map(Value::as_array).flatten();
    bench.samples = samples.filter_map(measured).collect();
    Ok(bench)
}
