//! The documents: each command that they show is run, in a folder with sample data.

mod commands;
mod messages;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The repository's documents for users, with their texts.
fn documents() -> Vec<(String, String)> {
    let mut paths = vec!["README.md".to_owned(), "benchmarks/README.md".to_owned()];
    let listed = fs::read_dir(root().join("docs")).unwrap();
    let names = listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    paths.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}")));
    paths.sort();
    assert!(paths.len() >= 8, "{paths:?}");
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
