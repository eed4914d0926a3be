//! Google Benchmark's `--benchmark_format=json`.

use bench_records::{stats, time::Micros};
use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Further},
        error::{ImportError, Unusable, shown},
        source::{Source, measured, stated},
    },
    Output, not_of, number,
};

/// Numbers that Google Benchmark itself writes for each benchmark.
const FIELDS: [&str; 11] = [
    "family_index",
    "per_family_instance_index",
    "repetitions",
    "repetition_index",
    "threads",
    "iterations",
    "real_time",
    "cpu_time",
    "bytes_per_second",
    "items_per_second",
    "rms",
];

/// Reads all benchmarks; repetitions are samples, and aggregates of them are left out.
pub fn read(source: &Source<'_>) -> Result<Output, ImportError> {
    let document = source.json(source.bytes)?;
    let found = document.get("benchmarks");
    let Some(entries) = found.and_then(Value::as_array) else {
        let found = found.map_or_else(|| "missing".to_owned(), shown);
        let expected = "a list of benchmarks, as --benchmark_format=json writes it";
        return Err(not_of(source, "benchmarks", &found, expected));
    };
    let mut names: Vec<String> = Vec::new();
    for name in entries.iter().filter_map(run_name) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let benches = names.into_iter().filter_map(|name| {
        let of_name = entries.iter().filter(|entry| run_name(entry).as_ref() == Some(&name));
        let runs = representative(&of_name.collect::<Vec<_>>());
        (!runs.is_empty()).then(|| (name.clone(), bench(&name, &runs)))
    });
    let unnamed = entries.iter().enumerate().filter(|(_, entry)| run_name(entry).is_none());
    let unnamed = unnamed.map(|(index, entry)| {
        let reason = Unusable::field("name", entry.get("name"), "the name of a benchmark");
        (format!("benchmark {}", index + 1), Err(reason))
    });
    let benches = benches.chain(unnamed);
    let date = document.pointer("/context/date").and_then(Value::as_str);
    let time = date.and_then(Micros::parse);
    Ok(Output { benches: benches.collect(), time, ..Output::default() })
}

fn run_name(entry: &Value) -> Option<String> {
    stated(entry.get("run_name")).or_else(|| stated(entry.get("name")))
}

/// The repetitions; else, where only aggregates were written, their median or mean.
fn representative<'a>(entries: &[&'a Value]) -> Vec<&'a Value> {
    let aggregate = |entry: &Value| stated(entry.get("aggregate_name"));
    let is_fit = |entry: &Value| entry.get("big_o").is_some() || entry.get("rms").is_some();
    let runs: Vec<&Value> =
        entries.iter().copied().filter(|e| aggregate(e).is_none() && !is_fit(e)).collect();
    if !runs.is_empty() {
        return runs;
    }
    let of =
        |wanted: &str| entries.iter().copied().find(|e| aggregate(e).as_deref() == Some(wanted));
    of("median").or_else(|| of("mean")).into_iter().collect()
}

fn bench(name: &str, runs: &[&Value]) -> Result<Bench, Unusable> {
    let first = runs[0];
    if let Some(failed) = runs.iter().find(|run| run.get("error_occurred") == Some(&true.into())) {
        let error = failed.get("error_message").map_or_else(|| "unknown".to_owned(), shown);
        return Err(Unusable::Failed { error });
    }
    let values = runs.iter().map(|run| number(run, "/real_time", "real_time"));
    let values = values.collect::<Result<Vec<f64>, Unusable>>()?;
    let unit = stated(first.get("time_unit")).unwrap_or_else(|| "ns".to_owned());
    let value = stats::median(&values).unwrap_or(values[0]);
    let mut bench = Bench::new(name, value, format!("{unit}/iter"));
    let text = |field: &str| stated(first.get(field)).unwrap_or_default();
    let (iterations, cpu, threads) = (text("iterations"), text("cpu_time"), text("threads"));
    let extra = format!("iterations: {iterations}\ncpu: {cpu} {unit}\nthreads: {threads}");
    bench.note("extra", Some(extra));
    if values.len() > 1 {
        bench.samples = values;
    }
    for (field, unit) in [("bytes_per_second", "bytes/s"), ("items_per_second", "items/s")] {
        let rates: Vec<f64> = runs.iter().filter_map(|run| measured(run.get(field)?)).collect();
        let unit = unit.to_owned();
        bench.further.extend(stats::median(&rates).map(|value| Further::Valued { value, unit }));
    }
    let counters = counters(runs);
    bench.further.extend(counters.into_iter().map(|(name, value)| Further::Named { name, value }));
    Ok(bench)
}

/// What users of Google Benchmark count is beside its own fields, each under its name. A number that is
/// too large is named as one of the file.
fn counters(runs: &[&Value]) -> Vec<(String, f64)> {
    let fields = runs[0].as_object().into_iter().flatten();
    let is_value = |value: &Value| value.is_number() || is_non_finite(value);
    let own = fields.filter(|(name, value)| is_value(value) && !FIELDS.contains(&name.as_str()));
    let median = |name: &str| {
        let values: Vec<f64> = runs.iter().filter_map(|run| measured(run.get(name)?)).collect();
        stats::median(&values)
    };
    let counted = own.filter_map(|(name, value)| {
        let own = median(name).or((!is_too_large(value)).then_some(f64::NAN))?;
        Some((name.clone(), own))
    });
    counted.collect()
}

/// Whether it is what Google Benchmark writes as `NaN` or `Infinity`, or a number such as `1e400`.
fn is_non_finite(value: &Value) -> bool {
    let number = value.as_str().and_then(|text| text.parse::<f64>().ok());
    number.is_some_and(|number| !number.is_finite())
}

fn is_too_large(value: &Value) -> bool {
    let digits = value.as_str().map(|text| text.trim_start_matches('-'));
    is_non_finite(value)
        && digits.is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()))
}
