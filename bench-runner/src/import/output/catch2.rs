//! Catch2's tables: a line with a benchmark's name, then its mean, then its deviation.

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
    let lines = lines(source);
    let mut benches = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let after = |offset: usize| lines.get(index + offset).map(String::as_str);
        benches.extend(bench(line, after(1), after(2)));
    }
    if benches.is_empty() {
        let expected = "a table with samples, iterations and estimated, as Catch2 prints it";
        return Err(not_of(source, "the output", "without one", expected));
    }
    Ok(benches)
}

fn bench(line: &str, means: Option<&str>, deviations: Option<&str>) -> Option<Placed> {
    let (name, samples, iterations) = head(line)?;
    let [mean, ..] = valued(means?)?;
    let [deviation, ..] = valued(deviations?)?;
    let mut bench = Bench::new(name, mean.0, mean.1);
    bench.note("range", Some(format!("± {} {}", deviation.0, deviation.1)));
    bench.note("extra", Some(format!("{samples} samples\n{iterations} iterations")));
    Some((name.to_owned(), Ok(bench)))
}

/// `Fibonacci 10     100     208     7.1968 ms`
fn head(line: &str) -> Option<(&str, u64, u64)> {
    let (rest, unit) = line.trim_end().rsplit_once(char::is_whitespace)?;
    let (rest, estimated) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    let (rest, iterations) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    let (name, samples) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    printed_number(estimated).filter(|_| unit.chars().all(char::is_alphabetic))?;
    let name = name.trim();
    (!name.is_empty()).then_some((name, samples.parse().ok()?, iterations.parse().ok()?))
}

/// Three values with their units, and nothing besides.
fn valued(line: &str) -> Option<[(f64, &str); 3]> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [a, ua, b, ub, c, uc] = words[..] else { return None };
    Some([(printed_number(a)?, ua), (printed_number(b)?, ub), (printed_number(c)?, uc)])
}
