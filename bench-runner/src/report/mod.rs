//! Reports: a comparison as text, Markdown, JSON, JUnit, annotations, and messages for chats.
//!
//! In: a [`Comparison`]. Out: files in the reports folder, and what is printed.

mod annotations;
pub mod chart;
mod headline;
mod json;
mod junit;
mod markdown;
mod slack;
mod step_summary;
mod text;
mod webhook;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use bench_records::{
    gate::PolicyName,
    naming::{sanitize, short_commit, short_name},
    record::Record,
};

pub use annotations::{annotations, without_commands};
pub use json::{Findings, findings};
pub use text::text;
pub use webhook::Webhook;

pub use crate::terminal::{cut, plain};
use crate::{
    compare::{Comparison, suite},
    store::atomic::{self, Durability},
};

/// Writes the normalized records to `results/` in the reports folder.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_records(folder: &Path, comparison: &Comparison) -> Result<()> {
    let mut taken = HashSet::new();
    for compared in &comparison.compared {
        let record = &compared.record;
        let commit = if record.commit_sha.is_empty() { "unknown" } else { &record.commit_sha };
        let stem = format!(
            "normalized_perf_{}_{}_{}",
            sanitize(&short_name(&record.model_id)),
            sanitize(&short_name(&record.timestamp)),
            sanitize(&short_name(commit))
        );
        let text = match (comparison.policy, &compared.raw) {
            (PolicyName::FastVideo, Some(raw)) => suite::artifact(record, raw),
            _ => record.to_json(),
        };
        let mut paths = numbered(&stem).map(|name| folder.join(format!("results/{name}.json")));
        let is_free = |path: &PathBuf| !taken.contains(path) && is_free_for(path, record);
        let path = paths.find(is_free).expect("the names never end");
        write(&path, &text)?;
        taken.insert(path);
    }
    Ok(())
}

/// Whether nobody else's record is there: the same one, judged again, replaces itself.
fn is_free_for(path: &Path, record: &Record) -> bool {
    match fs::read(path) {
        Ok(bytes) => Record::from_slice(&bytes).is_ok_and(|there| there.id == record.id),
        // where it cannot be looked at, writing says why
        Err(_) => true,
    }
}

/// Writes all reports; returns the path of the Markdown one.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_reports(folder: &Path, comparison: &Comparison) -> Result<PathBuf> {
    let markdown = markdown::markdown(comparison);
    let stamp = comparison.now.to_compact().replace('T', "_").replace('Z', "");
    let stem = format!("perf_{}_{stamp}", sanitize(short_commit(&comparison.commit)));
    let names = numbered(&stem).map(|name| folder.join(format!("{name}.md")));
    let path = atomic::write_new(names, markdown.as_bytes(), Durability::Derived)?;
    write(&folder.join("comment.md"), &markdown::comment(comparison))?;
    write_json(&folder.join("findings.json"), &findings(comparison))?;
    write_json(&folder.join("webhook.json"), &webhook::webhook(comparison))?;
    write_json(&folder.join("slack.json"), &slack::slack(comparison))?;
    write(&folder.join("junit.xml"), &junit::junit(comparison)?)?;
    step_summary::append(&markdown, &path)?;
    Ok(path)
}

/// The commit under test: what CI says, else the first that a result names; or empty.
fn commit(comparison: &Comparison) -> String {
    comparison.commit.clone()
}

/// A name, then the same with numbers from 2 on.
fn numbered(stem: &str) -> impl Iterator<Item = String> {
    std::iter::once(stem.to_owned()).chain((2..).map(move |count| format!("{stem}_{count}")))
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    write(path, &(serde_json::to_string_pretty(value)? + "\n"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    atomic::write(path, text.as_bytes(), Durability::Derived)
}
