//! Catch2's tables: a line with a benchmark's name, then its mean, then its deviation.

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
    let lines = lines(source);
    let mut benches = Vec::new();
    let mut is_table = false;
    for (index, line) in lines.iter().enumerate() {
        is_table |= line.starts_with("benchmark name");
        let after = |offset: usize| lines.get(index + offset).map_or("", String::as_str);
        let above = index.checked_sub(1).and_then(|above| lines.get(above));
        let placed = failed(line, above).or_else(|| bench(line, after(1), after(2)));
        benches.extend(placed.filter(|(_, bench)| is_table || bench.is_ok()));
    }
    if benches.is_empty() && !is_table {
        let expected = "a table with samples, iterations and estimated, as Catch2 prints it";
        return Err(not_of(source, "the output", "without one", expected));
    }
    Ok(benches)
}

fn bench(line: &str, means: &str, deviations: &str) -> Option<Placed> {
    let (name, samples, iterations) = head(line)?;
    // the next row says that it failed
    if failed(means, None).is_some() || means.trim_start().starts_with(FAILED) {
        return None;
    }
    let bench = measured(name, means, deviations).map(|mut bench| {
        bench.note("extra", Some(format!("{samples} samples\n{iterations} iterations")));
        bench
    });
    Some((name.to_owned(), bench))
}

fn measured(name: &str, means: &str, deviations: &str) -> Result<Bench, Unusable> {
    let (mean, unit) = first_of_three("mean", means)?;
    let (deviation, its_unit) = first_of_three("standard deviation", deviations)?;
    let mut bench = Bench::new(name, mean, unit);
    bench.note("range", Some(format!("± {deviation} {its_unit}")));
    Ok(bench)
}

/// What Catch2 prints in place of values.
const FAILED: &str = "Benchmark failed (";

/// A row that says that its benchmark, or that of the row above, failed.
fn failed(line: &str, above: Option<&String>) -> Option<Placed> {
    let (own, error) = line.split_once(FAILED)?;
    let name = match own.trim() {
        "" => head(above?)?.0,
        own => head(own).map_or(own, |(name, ..)| name),
    };
    let error = error.trim_end().strip_suffix(')').unwrap_or(error).trim();
    Some((name.to_owned(), Err(Unusable::Failed { error: lenient::shorten(error) })))
}

/// `Fibonacci 10     100     208     7.1968 ms`
fn head(line: &str) -> Option<(&str, u64, u64)> {
    let (rest, unit) = line.trim_end().rsplit_once(char::is_whitespace)?;
    let (rest, estimated) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    let (rest, iterations) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    let (name, samples) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    let is_value = printed_number(estimated).is_some() || estimated.parse::<f64>().is_ok();
    if !is_value || !unit.chars().all(char::is_alphabetic) {
        return None;
    }
    let name = name.trim();
    (!name.is_empty()).then_some((name, samples.parse().ok()?, iterations.parse().ok()?))
}

/// The first of three values with their units, with nothing besides.
fn first_of_three<'l>(field: &'static str, line: &'l str) -> Result<(f64, &'l str), Unusable> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let numbers: Vec<Option<f64>> = words.iter().step_by(2).map(|w| printed_number(w)).collect();
    match (&words[..], &numbers[..]) {
        ([_, unit, _, _, _, _], [Some(value), Some(_), Some(_)]) => Ok((*value, unit)),
        _ if words.is_empty() => {
            Err(Unusable::Missing { field, expected: "three numbers with units" })
        }
        _ => {
            let (value, expected) = (lenient::shorten(line.trim()), "three numbers with units");
            Err(Unusable::BadField { field, value, expected })
        }
    }
}
