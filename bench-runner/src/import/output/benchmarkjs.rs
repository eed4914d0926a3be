//! What benchmark.js prints: `decode x 1,234 ops/sec ±1.05% (85 runs sampled)`.

use super::{
    super::{
        benches::{Bench, Placed},
        error::ImportError,
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

fn bench(line: &str) -> Option<Placed> {
    let (name, rest) = line.rsplit_once(" x ")?;
    let mut words = rest.split_whitespace();
    let (value, unit) = (printed_number(words.next()?)?, words.next()?);
    let range = words.next().filter(|word| word.starts_with(['±', '+']))?;
    let name = name.trim();
    let mut bench = Bench::new(name, value, unit);
    bench.note("range", Some(range.replace("+-", "±")));
    let samples = rest.split_once('(').and_then(|(_, text)| text.split_whitespace().next());
    bench.note("extra", samples.map(|count| format!("{count} samples")));
    Some((name.to_owned(), Ok(bench)))
}
