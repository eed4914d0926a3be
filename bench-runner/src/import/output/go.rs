//! `go test -bench`: `BenchmarkSort-8   5000   312 ns/op   64 B/op   2 allocs/op`.

use bench_records::lenient;

use super::{
    super::{
        benches::{Bench, Further, PROCS, Placed},
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
    let mut failures = Failures::default();
    let mut benches: Vec<Placed> = Vec::new();
    for line in lines(source) {
        if let Some(name) = line.strip_prefix("pkg:") {
            package = Some(name.trim().to_owned());
        }
        if let Some(name) = begun_by(&line) {
            begun = Some(name.to_owned());
            continue;
        }
        let placed = bench(&line, package.as_deref())
            .inspect(|(_, bench)| failures.is_named |= failed(bench))
            .or_else(|| failures.read(&line, begun.as_deref()));
        let Some((place, bench)) = placed else { continue };
        if bench.is_ok() || !has_failed(&benches, &place) {
            benches.push((place, bench));
        }
    }
    benches.extend(failures.finish());
    let is_of_go = |(place, bench): &Placed| name_and_procs(place).is_some() || failed(bench);
    if !benches.iter().any(is_of_go) {
        let expected =
            "lines such as BenchmarkSort-8 5000 312 ns/op, as go test -bench prints them";
        return Err(not_of(source, "the output", "without any", expected));
    }
    Ok(benches)
}

/// Whether a line says that a benchmark or a package of Go failed, and nothing of another tool.
pub fn is_failure(line: &str) -> bool {
    let benchmark = line.strip_prefix("--- FAIL:").map(str::trim_start);
    let after = benchmark.or_else(|| line.strip_prefix("FAIL\t"));
    let inline = line.starts_with("Benchmark") && line.contains("--- FAIL:");
    inline || after.is_some_and(|name| !name.trim().is_empty())
}

fn failed(bench: &Result<Bench, Unusable>) -> bool {
    matches!(bench, Err(Unusable::Failed { .. }))
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

/// The failures of one package: a line that sums up those before it is no failure of its own.
#[derive(Default)]
struct Failures {
    /// Whether a line has named what failed.
    is_named: bool,
    /// How the program of the package ended.
    exit: Option<String>,
}

impl Failures {
    /// A line that says that a benchmark, or the program of a package, failed.
    fn read(&mut self, line: &str, begun: Option<&str>) -> Option<Placed> {
        let text = line.trim();
        if let Some(name) = text.strip_prefix("--- FAIL:") {
            let word = name.split_whitespace().next()?;
            self.is_named = true;
            return Some(failure(name_and_procs(word).map_or(word, |(name, _)| name), text));
        }
        let mut words = text.split_whitespace();
        match words.next()? {
            "FAIL" => self.of_package(words.next()?, text),
            "panic:" | "fatal" if !line.starts_with(char::is_whitespace) => {
                self.is_named = true;
                Some(failure(begun.unwrap_or(PROGRAM), text))
            }
            "exit" if text.starts_with("exit status ") => {
                self.exit = Some(text.to_owned());
                None
            }
            _ => None,
        }
    }

    /// The last line of a package.
    fn of_package(&mut self, package: &str, text: &str) -> Option<Placed> {
        let Self { is_named, exit } = std::mem::take(self);
        (!is_named).then(|| failure(package, exit.as_deref().unwrap_or(text)))
    }

    /// A program that ended without the line of its package.
    fn finish(self) -> Option<Placed> {
        let exit = self.exit.filter(|_| !self.is_named)?;
        Some(failure(PROGRAM, &exit))
    }
}

/// What failed where nothing names it.
const PROGRAM: &str = "the test program";

fn failure(place: &str, text: &str) -> Placed {
    (place.to_owned(), Err(Unusable::Failed { error: lenient::shorten(text) }))
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
    bench.parameters.extend(procs.map(|procs| (PROCS.to_owned(), procs.to_owned())));
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
