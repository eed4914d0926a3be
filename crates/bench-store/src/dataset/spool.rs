//! The spool: jobs that are on the disk and not yet in the dataset.
//!
//! In and out: `.hub/spool/<ulid>.ndjson`, a header, then a line a file. A job is there as a whole
//! or not at all, and goes when the dataset has it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::{
    Addition,
    atomic::{self, Durability},
};

const FOLDER: &str = ".hub/spool";
const FORMAT: &str = "bench-runner/job/1";

/// What one job adds to a dataset, in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpooledJob {
    /// Title of the commit.
    pub summary: String,
    /// What it adds.
    pub additions: Vec<Addition>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    dataset: String,
    summary: String,
    additions: usize,
}

/// Puts a job on the disk; it is safe there when the call returns.
///
/// # Errors
/// Where it cannot be written.
pub fn put(root: &Path, dataset: &str, job: &SpooledJob) -> Result<PathBuf> {
    let (summary, additions) = (job.summary.clone(), job.additions.len());
    let header =
        Header { format: FORMAT.to_owned(), dataset: dataset.to_owned(), summary, additions };
    let mut text = serde_json::to_string(&header).context("a job serializes")?;
    for addition in &job.additions {
        text.push('\n');
        text.push_str(&serde_json::to_string(addition).context("a job serializes")?);
    }
    text.push('\n');
    let path = root.join(FOLDER).join(format!("{}.ndjson", Ulid::generate()));
    atomic::write(&path, text.as_bytes(), Durability::Synced)?;
    Ok(path)
}

/// The jobs that wait, oldest first.
#[must_use]
pub fn waiting(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(FOLDER)).into_iter().flatten();
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_job = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".ndjson") && !name.starts_with('.')
    };
    let mut jobs: Vec<PathBuf> = paths.filter(is_job).collect();
    jobs.sort_unstable();
    jobs
}

/// Reads a job.
///
/// # Errors
/// Where it is none, or one of another dataset.
pub fn read(path: &Path, dataset: &str) -> Result<SpooledJob> {
    let shown = || format!("cannot read the job {}", path.display());
    let text = fs::read_to_string(path).with_context(shown)?;
    let mut lines = text.lines();
    let header: Header =
        serde_json::from_str(lines.next().unwrap_or_default()).with_context(shown)?;
    ensure!(
        header.format == FORMAT && header.dataset == dataset,
        "the job {} is one of {} for {}; push it with `--store {}`",
        path.display(),
        header.format,
        header.dataset,
        header.dataset
    );
    let additions: Vec<Addition> =
        lines.map(serde_json::from_str).collect::<Result<_, _>>().with_context(shown)?;
    ensure!(additions.len() == header.additions, "the job {} is cut short", path.display());
    Ok(SpooledJob { summary: header.summary, additions })
}
