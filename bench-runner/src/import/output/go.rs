//! `go test -bench`: `BenchmarkSort-8   5000   312 ns/op   64 B/op   2 allocs/op`.

use super::{
    super::{
        benches::{Bench, Further, Placed},
        error::{ImportError, Unusable},
        source::Source,
    },
    lines::{lines, printed_number},
    not_of,
};

/// Reads all benchmarks of all packages.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let mut package = None;
    let mut benches = Vec::new();
    for line in lines(source) {
        if let Some(name) = line.strip_prefix("pkg:") {
            package = Some(name.trim().to_owned());
        }
        benches.extend(bench(&line, package.as_deref()));
    }
    if benches.is_empty() {
        let expected =
            "lines such as BenchmarkSort-8 5000 312 ns/op, as go test -bench prints them";
        return Err(not_of(source, "the output", "without any", expected));
    }
    Ok(benches)
}

/// The first value is the benchmark's own; those after it are further metrics.
fn bench(line: &str, package: Option<&str>) -> Option<Placed> {
    let mut words = line.split_whitespace();
    let (name, procs) = name_and_procs(words.next()?)?;
    let times: u64 = words.next()?.parse().ok()?;
    let words: Vec<&str> = words.collect();
    let pairs: Vec<(&str, &str)> = words.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let ((value, unit), further) = pairs.split_first()?;
    let Some(value) = printed_number(value) else {
        let (value, expected) = ((*value).to_owned(), "a finite number");
        return Some((
            name.to_owned(),
            Err(Unusable::BadField { field: "value", value, expected }),
        ));
    };
    let mut bench = Bench::new(name, value, *unit);
    bench.further = further
        .iter()
        .filter_map(|(value, unit)| {
            Some(Further::Valued { value: printed_number(value)?, unit: (*unit).to_owned() })
        })
        .collect();
    let procs = procs.map(|procs| format!("\n{procs} procs")).unwrap_or_default();
    bench.note("extra", Some(format!("{times} times{procs}")));
    if let Some(package) = package {
        bench.parameters.insert("package".to_owned(), package.to_owned());
    }
    Some((name.to_owned(), Ok(bench)))
}

fn name_and_procs(word: &str) -> Option<(&str, Option<&str>)> {
    let is_name = word.starts_with("Benchmark") && word.len() > "Benchmark".len();
    let split = word.rsplit_once('-').filter(|(_, procs)| procs.parse::<u32>().is_ok());
    is_name.then(|| split.map_or((word, None), |(name, procs)| (name, Some(procs))))
}
