//! What benchmark.js prints: `decode x 1,234 ops/sec ±1.05% (85 runs sampled)`.

use bench_records::lenient;

use super::{
    super::{
        benches::{Bench, Placed},
        error::{ImportError, Unusable},
        source::Source,
    },
    lines::{lines, printed_number},
    not_of,
};

/// Reads all benchmarks.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let benches: Vec<Placed> = lines(source).iter().filter_map(|line| bench(line)).collect();
    if benches.is_empty() {
        let expected = "lines such as decode x 1,234 ops/sec ±1.05% (85 runs sampled)";
        return Err(not_of(source, "the output", "without any", expected));
    }
    Ok(benches)
}

/// Whether the whole output is of benchmarks that failed.
pub fn all_failed(text: &str) -> bool {
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    let mut results = filled.filter(|line| !line.starts_with("Fastest is")).peekable();
    results.peek().is_some() && results.all(|line| failed(line).is_some())
}

fn bench(line: &str) -> Option<Placed> {
    let Some((name, rest)) = line.rsplit_once(" x ") else { return failed(line) };
    let mut words = rest.split_whitespace();
    let (printed, unit) = (words.next()?, words.next()?);
    let Some(range) = words.next().filter(|word| word.starts_with(['±', '+'])) else {
        return failed(line);
    };
    let name = name.trim();
    let Some(value) = printed_number(printed) else {
        let (value, expected) = (format!("{printed} {unit}"), "a finite number");
        let unusable = Unusable::BadField { field: "value", value, expected };
        return Some((name.to_owned(), Err(unusable)));
    };
    let mut bench = Bench::new(name, value, unit);
    bench.note("range", Some(range.replace("+-", "±")));
    let samples = rest.split_once('(').and_then(|(_, text)| text.split_whitespace().next());
    bench.note("extra", samples.map(|count| format!("{count} samples")));
    Some((name.to_owned(), Ok(bench)))
}

/// `decode: TypeError: x is not a function`, which stands in place of a result.
fn failed(line: &str) -> Option<Placed> {
    let (name, error) = line.split_once(": ").filter(|(name, _)| !name.trim().is_empty())?;
    let class = error.split([':', ' ']).next()?;
    let is_error = class.ends_with("Error") || class.ends_with("Exception");
    let error = lenient::shorten(error.trim());
    is_error.then(|| (name.trim().to_owned(), Err(Unusable::Failed { error })))
}
