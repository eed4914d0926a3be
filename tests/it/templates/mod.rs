//! The templates that users copy: their steps, run as the CI systems run them.
//!
//! `cargo xtask test` checks the files with the CI systems' own linters.

mod buildkite;
mod comment;
mod expression;
mod file;
mod github;
mod security;
mod space;
mod suites;
mod triggers;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{
    dataset::{STORE, Setting},
    run::trials::fake,
    support::workspace::{Workspace, binary},
};

/// A commit of main.
const COMMIT: &str = "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3";

/// A checkout of a project with two benchmarks, and a dataset for its history.
fn project() -> Setting {
    let setting = Setting::new();
    for id in ["flux", "wan"] {
        setting.workspace.write_json(&format!("benchmarks/{id}.json"), &fake(id, &json!({})));
    }
    setting
}

/// A program of its own on the search path.
pub fn put_program(workspace: &Workspace, name: &str, script: &str) -> PathBuf {
    let path = workspace.write(&format!("programs/{name}"), script);
    let made = workspace.program("chmod".as_ref()).arg("+x").arg(&path).status();
    assert!(made.unwrap().success());
    path
}

/// A script that starts the binary.
fn starter() -> String {
    format!("#!/bin/sh\nexec '{}' \"$@\"\n", binary().display())
}

/// What the last comparison found.
fn verdicts(workspace: &Workspace) -> Vec<(String, String)> {
    let findings = workspace.findings();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = findings["results"].as_array().unwrap().iter();
    let mut found: Vec<_> =
        results.map(|result| (text(&result["model_id"]), text(&result["verdict"]))).collect();
    found.sort();
    found
}

/// The store of [`project`], as a template names it.
fn store() -> (&'static str, String) {
    ("STORE", STORE.to_owned())
}
