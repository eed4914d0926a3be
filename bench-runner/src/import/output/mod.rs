//! Imports what benchmark tools print or write themselves: one run.
//!
//! In: the output of a tool. Out: the records that github-action-benchmark's history of the same
//! tool has, so that one continues the other. Commit and time are mostly defaults.

mod benchmarkdotnet;
pub mod benchmarkjs;
mod catch2;
mod criterion;
mod custom;
pub mod go;
mod google;
mod jmh;
mod julia;
mod lines;
mod pytest;

use bench_records::time::Micros;

use super::{
    Imported,
    benches::{Lot, Placed, Run, Tool},
    collector::Collector,
    error::{ImportError, Unusable},
    found::Lineage,
    source::Source,
};

/// A tool whose own output is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputOf {
    /// A list of `{name, unit, value}`, of which the tool says no direction.
    AnyCustom,
    /// The same, better high.
    CustomBigger,
    /// The same, better low.
    CustomSmaller,
    /// `cargo bench`, or Criterion in any of its formats.
    Criterion,
    /// `go test -bench`.
    Go,
    /// `--benchmark_format=json` of Google Benchmark.
    GoogleBenchmark,
    /// `pytest --benchmark-json`.
    Pytest,
    /// `-rf json` of JMH.
    Jmh,
    /// What benchmark.js prints.
    BenchmarkJs,
    /// Catch2's tables.
    Catch2,
    /// BenchmarkDotNet's JSON exporters.
    BenchmarkDotNet,
    /// `BenchmarkTools.save`.
    Julia,
}

/// What an output holds.
#[derive(Debug, Default)]
pub struct Output {
    benches: Vec<Placed>,
    commit: Option<String>,
    branch: Option<String>,
    time: Option<Micros>,
}

impl From<Vec<Placed>> for Output {
    fn from(benches: Vec<Placed>) -> Self {
        Self { benches, ..Self::default() }
    }
}

/// Reads the output of a tool.
pub fn import(source: &Source<'_>, of: OutputOf) -> Result<Imported, ImportError> {
    let Output { benches, commit, branch, time } = match of {
        OutputOf::AnyCustom | OutputOf::CustomBigger | OutputOf::CustomSmaller => {
            custom::read(source)?.into()
        }
        OutputOf::Criterion => criterion::read(source)?.into(),
        OutputOf::Go => go::read(source)?.into(),
        OutputOf::GoogleBenchmark => google::read(source)?,
        OutputOf::Pytest => pytest::read(source)?,
        OutputOf::Jmh => jmh::read(source)?.into(),
        OutputOf::BenchmarkJs => benchmarkjs::read(source)?.into(),
        OutputOf::Catch2 => catch2::read(source)?.into(),
        OutputOf::BenchmarkDotNet => benchmarkdotnet::read(source)?.into(),
        OutputOf::Julia => julia::read(source)?.into(),
    };
    let mut collector = Collector::default();
    let mut lot = Lot::default();
    match source.time(time) {
        Ok(time) => {
            let mut run = run(source, of.tool(), commit, time);
            let branch = branch.filter(|_| source.defaults.branch.is_none());
            run.blank.provenance.branch = branch.unwrap_or(run.blank.provenance.branch);
            lot.add(&run, benches, &mut collector);
        }
        Err(undated) => {
            let first = benches.into_iter().next().map(|(place, _)| place);
            collector.set_aside(first.unwrap_or_else(|| "the run".to_owned()), &undated);
        }
    }
    lot.finish(&mut collector);
    collector.finish(source.file)
}

fn run<'a>(
    source: &'a Source<'a>,
    tool_name: &'a str,
    commit: Option<String>,
    time: Micros,
) -> Run<'a> {
    let mut blank = source.record(time);
    blank.commit_sha = commit.unwrap_or(blank.commit_sha);
    blank.extra.insert("tool".to_owned(), tool_name.into());
    Run {
        source,
        blank,
        tool: Tool::parse(tool_name),
        tool_name,
        suite: None,
        project: None,
        lineage: Lineage::default(),
        better: None,
    }
}

impl OutputOf {
    /// What github-action-benchmark calls it.
    fn tool(self) -> &'static str {
        match self {
            Self::AnyCustom => "",
            Self::CustomBigger => "customBiggerIsBetter",
            Self::CustomSmaller => "customSmallerIsBetter",
            Self::Criterion => "cargo",
            Self::Go => "go",
            Self::GoogleBenchmark => "googlecpp",
            Self::Pytest => "pytest",
            Self::Jmh => "jmh",
            Self::BenchmarkJs => "benchmarkjs",
            Self::Catch2 => "catch2",
            Self::BenchmarkDotNet => "benchmarkdotnet",
            Self::Julia => "julia",
        }
    }
}

/// The error of a file that the tool did not write.
fn not_of(
    source: &Source<'_>,
    field: &'static str,
    found: &str,
    expected: &'static str,
) -> ImportError {
    let (file, found) = (source.file.to_owned(), found.to_owned());
    ImportError::OtherFormat { file, field, found, expected }
}

/// A finite number among the fields of a bench.
fn number(fields: &serde_json::Value, pointer: &str, field: &'static str) -> Result<f64, Unusable> {
    let found = fields.pointer(pointer);
    let value = found.and_then(super::source::measured);
    value.ok_or_else(|| Unusable::field(field, found, "a finite number"))
}

#[cfg(test)]
mod tests;
