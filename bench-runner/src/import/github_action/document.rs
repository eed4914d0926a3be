//! The document around the runs: JavaScript or JSON, and the suites in it.

use std::collections::HashSet;

use bench_records::{lenient, naming::repository_url};
use serde_json::Value;

use super::super::{
    error::{ImportError, shown},
    source::{Source, stated},
};

/// Name and runs of each suite, in the file's order.
pub struct Suites<'a> {
    named: Vec<(&'a str, &'a Value)>,
    shared: HashSet<String>,
    /// What the document says it measures; a run's commit says it better.
    pub repository: Option<String>,
}

impl<'a> Suites<'a> {
    fn new(named: Vec<(&'a str, &'a Value)>, repository: Option<String>) -> Self {
        let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
        for (_, runs) in &named {
            let names: HashSet<String> = items(runs).flat_map(bench_names).collect();
            shared.extend(names.intersection(&seen).cloned());
            seen.extend(names);
        }
        Self { named, shared, repository }
    }

    /// The id of a benchmark: its name, after its suite's where two suites have that name.
    pub fn model_id(&self, suite: &str, bench: &str) -> String {
        if self.shared.contains(bench) { format!("{suite}/{bench}") } else { bench.to_owned() }
    }
}

impl<'s, 'a> IntoIterator for &'s Suites<'a> {
    type Item = &'s (&'a str, &'a Value);
    type IntoIter = std::slice::Iter<'s, (&'a str, &'a Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.named.iter()
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Name of a bench.
pub fn bench_name(bench: &Value) -> Option<String> {
    stated(bench.get("name"))
}

fn bench_names(run: &Value) -> impl Iterator<Item = String> {
    run.get("benches").into_iter().flat_map(items).filter_map(bench_name)
}

/// Reads the document, with or without the assignment that makes it a script.
pub fn read(source: &Source<'_>) -> Result<Value, ImportError> {
    source.json(without_assignment(source.bytes))
}

fn without_assignment(bytes: &[u8]) -> &[u8] {
    let bytes = lenient::strip_bom(bytes).trim_ascii();
    let Some(rest) = bytes.strip_prefix(b"window.BENCHMARK_DATA") else { return bytes };
    let rest = rest.trim_ascii_start();
    let value = rest.strip_prefix(b"=").unwrap_or(rest).trim_ascii_start();
    value.strip_suffix(b";").unwrap_or(value)
}

/// The suites of a document.
pub fn suites<'a>(source: &Source<'_>, document: &'a Value) -> Result<Suites<'a>, ImportError> {
    let entries = document.get("entries");
    let Some(suites) = entries.and_then(Value::as_object) else {
        return Err(ImportError::OtherFormat {
            file: source.file.to_owned(),
            field: "entries",
            found: entries.map_or_else(|| "missing".to_owned(), shown),
            expected: "suites with their runs, as github-action-benchmark writes them",
        });
    };
    let named = suites.iter().map(|(suite, runs)| (suite.as_str(), runs)).collect();
    let repository = document.get("repoUrl").and_then(Value::as_str).and_then(repository_url);
    Ok(Suites::new(named, repository))
}
