//! `go test -bench`: `BenchmarkSort-8   5000   312 ns/op   64 B/op   2 allocs/op`.

use bench_records::lenient;

use super::{
    super::{
        benches::{Bench, Further, Placed},
        error::{ImportError, Unusable},
        source::Source,
    },
    lines::{lines, printed_number},
    not_of,
};

/// Reads all benchmarks of all packages; those that failed are set aside.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let mut package = None;
    // `go test -v` names a benchmark on a line of its own, before what it measures or why it fails
    let mut begun: Option<String> = None;
    let mut benches: Vec<Placed> = Vec::new();
    for line in lines(source) {
        if let Some(name) = line.strip_prefix("pkg:") {
            package = Some(name.trim().to_owned());
        }
        if let Some(name) = begun_by(&line) {
            begun = Some(name.to_owned());
            continue;
        }
        let placed = bench(&line, package.as_deref()).or_else(|| failure(&line, begun.as_deref()));
        let Some((place, bench)) = placed else { continue };
        if bench.is_ok() || !has_failed(&benches, &place) {
            benches.push((place, bench));
        }
    }
    if benches.iter().all(|(_, bench)| bench.is_err()) && !benches.iter().any(is_of_benchmark) {
        let expected =
            "lines such as BenchmarkSort-8 5000 312 ns/op, as go test -bench prints them";
        return Err(not_of(source, "the output", "without any", expected));
    }
    Ok(benches)
}

fn is_of_benchmark((place, _): &Placed) -> bool {
    name_and_procs(place).is_some()
}

fn has_failed(benches: &[Placed], place: &str) -> bool {
    benches.iter().any(|(other, bench)| other == place && bench.is_err())
}

/// The benchmark that a line holding nothing else begins.
fn begun_by(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let (name, _) = name_and_procs(words.next()?)?;
    words.next().is_none().then_some(name)
}

/// A line that says that a benchmark, or the program of a package, failed.
fn failure(line: &str, begun: Option<&str>) -> Option<Placed> {
    let text = line.trim();
    let failed = |place: &str| {
        Some((place.to_owned(), Err(Unusable::Failed { error: lenient::shorten(text) })))
    };
    if let Some(name) = text.strip_prefix("--- FAIL:") {
        let word = name.split_whitespace().next()?;
        return failed(name_and_procs(word).map_or(word, |(name, _)| name));
    }
    let mut words = text.split_whitespace();
    match words.next()? {
        "FAIL" => failed(words.next()?),
        "panic:" | "fatal" if !line.starts_with(char::is_whitespace) => {
            failed(begun.unwrap_or("the test program"))
        }
        "exit" if text.starts_with("exit status ") => failed("the test program"),
        _ => None,
    }
}

/// The first value is the benchmark's own; those after it are further metrics.
fn bench(line: &str, package: Option<&str>) -> Option<Placed> {
    let mut words = line.split_whitespace();
    let (name, procs) = name_and_procs(words.next()?)?;
    let words: Vec<&str> = words.collect();
    let placed = measured(name, procs, &words, package);
    // a line of text that begins with such a word is no benchmark
    let is_result = placed.is_ok() || name_is_of_result(line, procs, &words);
    is_result.then(|| (name.to_owned(), placed))
}

/// Whether a line that does not parse was to be a result: go pads names with tabs, and counts or
/// reasons follow.
fn name_is_of_result(line: &str, procs: Option<&str>, words: &[&str]) -> bool {
    let counts = words.first().is_some_and(|word| word.parse::<f64>().is_ok());
    let fails = words.iter().any(|word| matches!(*word, "FAIL:" | "panic:" | "FAIL"));
    !words.is_empty() && (counts || fails || procs.is_some() || line.contains('\t'))
}

fn measured(
    name: &str,
    procs: Option<&str>,
    words: &[&str],
    package: Option<&str>,
) -> Result<Bench, Unusable> {
    let broken = || {
        let (value, expected) = (lenient::shorten(&words.join(" ")), "a count, a value and a unit");
        Unusable::BadField { field: "result", value, expected }
    };
    let fails = words.iter().any(|word| matches!(*word, "FAIL:" | "panic:" | "FAIL"));
    if fails {
        return Err(Unusable::Failed { error: lenient::shorten(&words.join(" ")) });
    }
    let (times, words) = words.split_first().ok_or_else(broken)?;
    let times: u64 = times.parse().map_err(|_| broken())?;
    if words.len() % 2 == 1 {
        return Err(broken());
    }
    let pairs: Vec<(&str, &str)> = words.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let ((value, unit), further) = pairs.split_first().ok_or_else(broken)?;
    let Some(value) = printed_number(value) else {
        let (value, expected) = ((*value).to_owned(), "a finite number");
        return Err(Unusable::BadField { field: "value", value, expected });
    };
    let mut bench = Bench::new(name, value, *unit);
    for (value, unit) in further {
        let Some(value) = printed_number(value) else {
            let (value, expected) = (format!("{value} {unit}"), "a finite number");
            return Err(Unusable::BadField { field: "value", value, expected });
        };
        bench.further.push(Further::Valued { value, unit: (*unit).to_owned() });
    }
    let procs = procs.map(|procs| format!("\n{procs} procs")).unwrap_or_default();
    bench.note("extra", Some(format!("{times} times{procs}")));
    if let Some(package) = package {
        bench.parameters.insert("package".to_owned(), package.to_owned());
    }
    Ok(bench)
}

fn name_and_procs(word: &str) -> Option<(&str, Option<&str>)> {
    let is_name = word.starts_with("Benchmark") && word.len() > "Benchmark".len();
    let split = word.rsplit_once('-').filter(|(_, procs)| procs.parse::<u32>().is_ok());
    is_name.then(|| split.map_or((word, None), |(name, procs)| (name, Some(procs))))
}
