//! The document around the runs: JavaScript or JSON, and the suites in it.

use bench_records::{lenient, metric::Better, naming::repository_url};
use serde_json::Value;

use super::{
    super::{
        direction::stated_direction,
        error::{ImportError, shown},
        source::Source,
    },
    items,
};

/// A suite of a document.
pub struct Suite<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its runs.
    pub runs: &'a Value,
    /// The repository that the document names.
    pub document: Option<String>,
    /// The repositories that its runs name, in the order of their first run.
    pub repositories: Vec<String>,
    /// Which way values are better, where the document says.
    pub better: Option<Better>,
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

/// The suites of a document, in its order.
pub fn suites<'a>(source: &Source<'_>, document: &'a Value) -> Result<Vec<Suite<'a>>, ImportError> {
    let entries = document.get("entries");
    let Some(suites) = entries.and_then(Value::as_object) else {
        return Err(ImportError::OtherFormat {
            file: source.file.to_owned(),
            field: "entries",
            found: entries.map_or_else(|| "missing".to_owned(), shown),
            expected: "suites with their runs, as github-action-benchmark writes them",
        });
    };
    let url = document.get("repoUrl").and_then(Value::as_str).and_then(repository_url);
    let better = stated_direction(document);
    let suite = |(name, runs): (&'a String, &'a Value)| {
        let repositories = repositories(runs);
        Suite { name, runs, document: url.clone(), repositories, better }
    };
    Ok(suites.iter().map(suite).collect())
}

fn repositories(runs: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for repository in items(runs).filter_map(run_repository) {
        let project = project(&repository);
        if !found.contains(&project) {
            found.push(project);
        }
    }
    found
}

/// Address of the repository that a run's commit is in.
pub fn run_repository(run: &Value) -> Option<String> {
    run.pointer("/commit/url").and_then(Value::as_str).and_then(repository_url)
}

/// What a repository is called in an identity: `owner/name` on GitHub, host and path elsewhere.
pub fn project(repository: &str) -> String {
    let path = repository.strip_prefix("https://").unwrap_or(repository);
    path.strip_prefix("github.com/").unwrap_or(path).to_owned()
}
