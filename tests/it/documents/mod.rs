//! The documents: each command that they show is run, in a folder with sample data.

mod commands;
mod folder;
mod messages;
mod webhook;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Those that show commands, outside of `docs/`.
const BESIDE_DOCS: [&str; 4] =
    ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "benchmarks/README.md"];

/// The repository's documents, with their texts.
fn documents() -> Vec<(String, String)> {
    let mut paths: Vec<String> = BESIDE_DOCS.map(str::to_owned).to_vec();
    let listed = fs::read_dir(root().join("docs")).unwrap();
    let names = listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    paths.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")));
    paths.sort();
    assert!(paths.len() >= 12, "{paths:?}");
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
