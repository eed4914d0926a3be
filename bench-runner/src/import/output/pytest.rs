//! `pytest --benchmark-json`: rounds in a second, as github-action-benchmark takes them.

use bench_records::time::Micros;
use serde_json::Value;

use super::{
    super::{
        benches::Bench,
        error::{ImportError, Unusable, shown},
        source::{Source, stated},
    },
    Output, not_of, number,
};

/// Reads all benchmarks, with the commit, branch and time that the plugin notes.
pub fn read(source: &Source<'_>) -> Result<Output, ImportError> {
    let document = source.json(source.bytes)?;
    let found = document.get("benchmarks");
    let Some(entries) = found.and_then(Value::as_array) else {
        let found = found.map_or_else(|| "missing".to_owned(), shown);
        let expected = "a list of benchmarks, as pytest --benchmark-json writes it";
        return Err(not_of(source, "benchmarks", &found, expected));
    };
    if entries.iter().any(|entry| entry.get("stats").is_none()) {
        let expected = "the times of each benchmark, as pytest --benchmark-json writes them";
        return Err(not_of(source, "stats", "missing", expected));
    }
    let placed = entries.iter().enumerate().map(|(index, entry)| {
        let name = name(entry).unwrap_or_else(|| format!("benchmark {}", index + 1));
        (name, bench(entry))
    });
    let time = stated(document.get("datetime")).and_then(|text| Micros::parse(&text));
    let commit = stated(document.pointer("/commit_info/id")).filter(|id| id != "unknown");
    let branch = stated(document.pointer("/commit_info/branch"));
    // of a detached commit, the plugin notes these words
    let branch = branch.filter(|name| {
        !matches!(name.as_str(), "unknown" | "(unknown)" | "(detached head)" | "HEAD")
    });
    Ok(Output { benches: placed.collect(), commit, branch, time })
}

fn name(entry: &Value) -> Option<String> {
    stated(entry.get("fullname")).or_else(|| stated(entry.get("name")))
}

fn bench(entry: &Value) -> Result<Bench, Unusable> {
    let name = name(entry);
    let name = name.ok_or_else(|| Unusable::field("fullname", None, "the name of a benchmark"))?;
    let mut bench = Bench::new(name, number(entry, "/stats/ops", "stats.ops")?, "iter/sec");
    let stat = |field: &str| number(entry, &format!("/stats/{field}"), "stats").ok();
    bench.note("range", stat("stddev").map(|seconds| format!("stddev: {seconds}")));
    let mean = stat("mean").map(|seconds| format!("mean: {seconds} sec"));
    let rounds = stat("rounds").map(|rounds| format!("rounds: {rounds}"));
    let extra: Vec<String> = mean.into_iter().chain(rounds).collect();
    bench.note("extra", Some(extra.join("\n")).filter(|text| !text.is_empty()));
    for field in ["min", "median", "max", "iqr"] {
        let key = format!("{field}_s");
        bench.notes.extend(stat(field).map(|seconds| (key, seconds.into())));
    }
    Ok(bench)
}
