//! Imports `hyperfine --export-json`.
//!
//! In: a list of commands with their times. Out: a record a command. Its latency is the mean, as
//! in every record, and the median is `latency_p50_s`. Memory is in MB of 1024² bytes, as
//! FastVideo counts it. The format has no time: it is a default.

use bench_records::{
    metric::{Better, Metric},
    record::Record,
};
use serde_json::Value;

use super::{
    Imported,
    collector::Collector,
    error::{ImportError, Unusable, shown},
    found::Found,
    merged::keep_merged,
    own_metric::Described,
    samples::{read_samples, spread},
    source::{Source, measured, stated},
    workload::Workload,
};

/// Bytes of a MB of memory.
const MB: f64 = 1024.0 * 1024.0;

/// Fields of a command's mean CPU times, with the key and label of each.
const CPU_TIMES: [(&str, &str, &str); 2] =
    [("user", "user_time_s", "User time"), ("system", "system_time_s", "System time")];

/// Reads all commands of an export.
pub fn import(source: &Source<'_>) -> Result<Imported, ImportError> {
    let document = source.json(source.bytes)?;
    let results = results(source, &document)?;
    let mut collector = Collector::default();
    let read = results.iter().enumerate().map(|(index, result)| {
        let place = former_name(result).unwrap_or_else(|_| format!("result {}", index + 1));
        (place, read_result(source, result))
    });
    keep_merged(read.collect(), "latency", source.defaults.repeats, &mut collector);
    CPU_TIMES.iter().for_each(|(_, key, label)| collector.declare(&cpu_time(key, label)));
    collector.finish(source.file)
}

fn results<'a>(source: &Source<'_>, document: &'a Value) -> Result<&'a [Value], ImportError> {
    let found = document.get("results");
    found.and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| ImportError::OtherFormat {
        file: source.file.to_owned(),
        field: "results",
        found: found.map_or_else(|| "missing".to_owned(), shown),
        expected: "a list of commands, as hyperfine --export-json writes it",
    })
}

/// The command, and those parameters that it does not show.
fn workload(result: &Value) -> Result<Workload, Unusable> {
    let hidden = hidden_parameters(result)?;
    Ok(Workload::named("hyperfine", command(result)?).with_parameters(hidden))
}

/// The same as earlier versions wrote it: parameters in the order of the file.
fn former_name(result: &Value) -> Result<String, Unusable> {
    let (command, hidden) = (command(result)?, hidden_parameters(result)?);
    let hidden: Vec<String> =
        hidden.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(if hidden.is_empty() { command } else { format!("{command}/{}", hidden.join(",")) })
}

fn hidden_parameters(result: &Value) -> Result<Vec<(String, String)>, Unusable> {
    let command = command(result)?;
    let parameters = result.get("parameters").and_then(Value::as_object).into_iter().flatten();
    let parameters = parameters.filter_map(|(name, value)| Some((name, stated(Some(value))?)));
    let hidden = parameters.filter(|(_, value)| !shows(&command, value));
    Ok(hidden.map(|(name, value)| (name.clone(), value)).collect())
}

fn command(result: &Value) -> Result<String, Unusable> {
    let found = result.get("command");
    stated(found).ok_or_else(|| Unusable::field("command", found, "a command"))
}

fn shows(command: &str, value: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    command.split(|c| !in_word(c)).any(|word| word == value)
}

fn read_result(source: &Source<'_>, result: &Value) -> Result<Found, Unusable> {
    check_exit_codes(result)?;
    let found = result.get("mean");
    let mean = found
        .and_then(measured)
        .ok_or_else(|| Unusable::field("mean", found, "a finite number"))?;
    let mut record = source.record(source.time(None)?);
    record.metrics.insert("latency".to_owned(), mean);
    insert_further(&mut record, result);
    let times = result.get("times").and_then(read_samples);
    record.spread = times.and_then(|times| spread(&times));
    if let Some(parameters) = result.get("parameters").filter(|found| found.is_object()) {
        record.extra.insert("parameters".to_owned(), parameters.clone());
    }
    Ok(source.found(record, workload(result)?).formerly(former_name(result)?))
}

/// A run that a signal ended has no code, and counts as failed.
fn check_exit_codes(result: &Value) -> Result<(), Unusable> {
    let Some(codes) = result.get("exit_codes").and_then(Value::as_array) else { return Ok(()) };
    if codes.iter().all(|code| code.as_i64() == Some(0)) {
        return Ok(());
    }
    Err(Unusable::CommandFailed { codes: shown(&Value::Array(codes.clone())) })
}

fn insert_further(record: &mut Record, result: &Value) {
    let number = |field: &str| result.get(field).and_then(measured);
    let memory = result.get("memory_usage_byte").and_then(read_samples);
    let peak = memory.and_then(|bytes| bytes.into_iter().reduce(f64::max));
    let cpu = CPU_TIMES.map(|(field, key, _)| (key, number(field)));
    let further = [
        ("latency_p50_s", number("median")),
        ("latency_std_s", number("stddev")),
        ("memory", peak.map(|bytes| bytes / MB)),
    ];
    for (key, value) in further.into_iter().chain(cpu) {
        if let Some(value) = value {
            record.metrics.insert(key.to_owned(), value);
        }
    }
}

fn cpu_time(key: &str, label: &str) -> Metric {
    let (key, label) = (key.to_owned(), label.to_owned());
    Described { key, label, unit: "s".to_owned(), better: Better::Lower }.reported()
}

#[cfg(test)]
mod tests;
