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
mod text;
mod webhook;

use std::{
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::{
    gate::PolicyName,
    naming::{sanitize, short_commit, short_name},
};

pub use annotations::{annotations, without_commands};
pub use json::{Findings, findings};
pub use text::{counted, plain, text};
pub use webhook::Webhook;

use crate::{
    compare::{Comparison, suite},
    store::atomic::{self, Durability},
    variables::var,
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
        let further = (2..).map(|count| format!("{stem}_{count}"));
        let mut names = std::iter::once(stem.clone()).chain(further);
        let name = names.find(|name| taken.insert(name.clone())).expect("the names never end");
        let text = match comparison.policy {
            PolicyName::FastVideo => suite::artifact(record, &compared.raw),
            PolicyName::Strict | PolicyName::Seed => record.to_json(),
        };
        write(&folder.join("results").join(format!("{name}.json")), &text)?;
    }
    Ok(())
}

/// Writes all reports; returns the path of the Markdown one.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_reports(folder: &Path, comparison: &Comparison) -> Result<PathBuf> {
    let markdown = markdown::markdown(comparison);
    let stamp = comparison.now.to_compact().replace('T', "_").replace('Z', "");
    let path =
        folder.join(format!("perf_{}_{stamp}.md", sanitize(short_commit(&commit(comparison)))));
    write(&path, &markdown)?;
    write(&folder.join("comment.md"), &markdown::comment(comparison))?;
    write_json(&folder.join("findings.json"), &findings(comparison))?;
    write_json(&folder.join("webhook.json"), &webhook::webhook(comparison))?;
    write_json(&folder.join("slack.json"), &slack::slack(comparison))?;
    write(&folder.join("junit.xml"), &junit::junit(comparison)?)?;
    append_to_step_summary(&markdown)?;
    Ok(path)
}

/// The commit under test: what CI says, else the one that all results name.
fn commit(comparison: &Comparison) -> String {
    let first = comparison.compared.first().map(|compared| compared.record.commit_sha.clone());
    Some(comparison.commit.clone())
        .filter(|commit| !commit.is_empty())
        .or(first)
        .unwrap_or_default()
}

fn append_to_step_summary(markdown: &str) -> Result<()> {
    let Some(path) = var("GITHUB_STEP_SUMMARY") else { return Ok(()) };
    let append = || -> std::io::Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&path)?;
        file.write_all(format!("{markdown}\n").as_bytes())
    };
    append().with_context(|| format!("cannot append to GITHUB_STEP_SUMMARY {path}"))
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<()> {
    write(path, &(serde_json::to_string_pretty(value)? + "\n"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    atomic::write(path, text.as_bytes(), Durability::Derived)
}
