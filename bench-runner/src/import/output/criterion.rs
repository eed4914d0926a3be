//! `cargo bench`: the lines of libtest and of Criterion's `--output-format bencher`, Criterion's own
//! report, the messages of cargo-criterion, and a single `estimates.json`.

use std::path::Path;

use bench_records::lenient;
use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Further, Placed},
        error::{ImportError, Unusable},
        non_finite::quoted,
        source::{Source, stated},
    },
    lines::{lines, printed_number},
    not_of, number,
};

/// Reads all benchmarks.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    if let Some(bench) = estimates(source) {
        return Ok(vec![bench]);
    }
    let lines = lines(source);
    let mut benches: Vec<Placed> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| lines.get(index));
        let bench = message(line)
            .or_else(|| bencher(line))
            .or_else(|| failed(line))
            .or_else(|| report(line, before));
        benches.extend(bench);
    }
    if benches.is_empty() {
        let expected = "lines such as test decode ... bench: 1,234 ns/iter (+/- 56), or time: [1 ns 2 ns 3 ns]";
        return Err(not_of(source, "the output", "without any", expected));
    }
    Ok(benches)
}

/// `test decode ... bench:       1,234 ns/iter (+/- 56) = 12 MB/s`
fn bencher(line: &str) -> Option<Placed> {
    let (name, rest) = line.trim().strip_prefix("test ")?.split_once("... bench:")?;
    let name = name.trim();
    let (rest, rate) = rest.split_once(") = ").map_or((rest, None), |(a, b)| (a, Some(b)));
    let mut words = rest.split_whitespace();
    let (Some(value), Some(unit)) = (words.next().and_then(printed_number), words.next()) else {
        return Some((name.to_owned(), Err(unreadable(rest))));
    };
    let mut bench = Bench::new(name, value, unit);
    let range =
        rest.split_once("(+/- ").map(|(_, range)| range.trim_end_matches(')').replace(',', ""));
    bench.note("range", range.map(|range| format!("± {range}")));
    let rate = rate.and_then(|rate| rate.trim().split_once(' '));
    bench.further.extend(rate.and_then(|(value, unit)| {
        Some(Further::Valued { value: printed_number(value)?, unit: unit.trim().to_owned() })
    }));
    Some((name.to_owned(), Ok(bench)))
}

/// `test decode ... FAILED`
fn failed(line: &str) -> Option<Placed> {
    let (name, rest) = line.trim().strip_prefix("test ")?.rsplit_once(" ... ")?;
    let error = Some(rest.trim()).filter(|rest| rest.starts_with("FAILED"))?.to_owned();
    Some((name.trim().to_owned(), Err(Unusable::Failed { error })))
}

fn unreadable(found: &str) -> Unusable {
    let (value, expected) = (lenient::shorten(found.trim()), "a finite number and its unit");
    Unusable::BadField { field: "time", value, expected }
}

/// `decode    time:   [1.10 µs 1.12 µs 1.15 µs]`, with a long name on a line of its own.
fn report(line: &str, before: Option<&String>) -> Option<Placed> {
    let (name, rest) = line.split_once("time:")?;
    let inside = rest.trim().strip_prefix('[')?.strip_suffix(']')?;
    let words: Vec<&str> = inside.split_whitespace().collect();
    let name = match name.trim() {
        "" => before?.trim(),
        name => name,
    };
    let broken = || Some((name.to_owned(), Err(unreadable(inside))));
    let [low, _, value, unit, high, _] = words[..] else { return broken() };
    let Some(value) = printed_number(value) else { return broken() };
    let mut bench = Bench::new(name, value, unit);
    bench.note("range", Some(format!("{low} to {high}")));
    Some((name.to_owned(), Ok(bench)))
}

/// A line of `cargo criterion --message-format=json`.
fn message(line: &str) -> Option<Placed> {
    let message: Value = serde_json::from_slice(&quoted(line.trim().as_bytes())).ok()?;
    if message.get("reason").and_then(Value::as_str) != Some("benchmark-complete") {
        return None;
    }
    let name = stated(message.get("id"))?;
    Some((name.clone(), completed(&name, &message)))
}

fn completed(name: &str, message: &Value) -> Result<Bench, Unusable> {
    let value = number(message, "/typical/estimate", "typical.estimate")?;
    let unit = stated(message.pointer("/typical/unit")).unwrap_or_else(|| "ns".to_owned());
    Ok(Bench::new(name, value, unit))
}

/// `target/criterion/<name>/new/estimates.json`, whose name is in its path alone.
fn estimates(source: &Source<'_>) -> Option<Placed> {
    let document: Value = serde_json::from_slice(&quoted(source.bytes)).ok()?;
    document.get("median").or_else(|| document.get("mean"))?.get("point_estimate")?;
    let name = name_in_path(source.file);
    let typical = ["slope", "mean", "median"];
    let pointer = typical.map(|field| format!("/{field}/point_estimate"));
    let value = pointer.iter().find_map(|pointer| number(&document, pointer, "estimate").ok());
    let value = value.ok_or_else(|| Unusable::field("mean.point_estimate", None, "a number"));
    Some((name.clone(), value.map(|value| Bench::new(name, value, "ns"))))
}

fn name_in_path(file: &str) -> String {
    let parts: Vec<String> =
        Path::new(file).iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let start = parts.iter().rposition(|part| part == "criterion").map_or(0, |at| at + 1);
    let folders = &parts[start..parts.len().saturating_sub(1)];
    let folders = match folders {
        [inner @ .., last] if matches!(last.as_str(), "new" | "base") => inner,
        folders => folders,
    };
    let name = folders.join("/");
    if name.is_empty() { file.to_owned() } else { name }
}
