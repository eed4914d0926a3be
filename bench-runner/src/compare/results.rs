//! Reading results: every `perf_*.json` of some folders.
//!
//! In: folders and files. Out: the raw records in the order of their names; what cannot be read
//! is named and the rest goes on.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::{
    lenient::{self, MAX_FILE_BYTES, SetAside},
    metric::Metric,
    own_metrics,
    raw::RawRecord,
};
use serde::Serialize;

/// A file or benchmark, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// File or benchmark.
    pub subject: String,
    /// What is said of it.
    pub reason: String,
}

/// What a folder of results holds.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// File name and raw record of each result.
    pub results: Vec<(String, RawRecord)>,
    /// Files that could not be read.
    pub set_aside: Vec<Note>,
    /// Benchmarks that were not run.
    pub skipped: Vec<Note>,
    /// Folders and files that were looked at.
    pub searched: Vec<String>,
    /// Commits of what was not measured, failed or skipped.
    pub unmeasured_commits: Vec<String>,
}

/// Reads the results of files and folders; what does not exist has none. Where several are named,
/// a result is called by its folder too.
///
/// # Errors
/// Where a folder cannot be listed.
pub fn load(paths: &[PathBuf]) -> Result<Results> {
    let mut results = Results::default();
    for path in paths {
        results.searched.push(path.display().to_string());
        if path.is_file() {
            results.read(path, &path.display().to_string());
            continue;
        }
        for name in result_names(path)? {
            let file = path.join(&name);
            let shown = if paths.len() == 1 { name } else { file.display().to_string() };
            results.read(&file, &shown);
        }
    }
    Ok(results)
}

/// Reads these results and no others.
#[must_use]
pub fn load_files(paths: &[PathBuf]) -> Results {
    let mut results = Results::default();
    for path in paths {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        results.read(path, &name);
    }
    results
}

impl Results {
    /// Metrics of the results that are not built in.
    pub fn own_metrics(&self) -> impl Iterator<Item = Metric> {
        self.results.iter().flat_map(|(_, raw)| own_metrics::of_result(raw))
    }

    /// The commit that the results name first, measured ones before others; empty where none does.
    #[must_use]
    pub fn commit(&self) -> String {
        let measured = self.results.iter().map(|(_, raw)| &raw.commit);
        let mut commits = measured.chain(&self.unmeasured_commits);
        commits.find(|commit| !commit.is_empty()).cloned().unwrap_or_default()
    }
}

fn result_names(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("perf_") && name.ends_with(".json") {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

impl Results {
    fn read(&mut self, path: &Path, name: &str) {
        match read_raw(path) {
            Ok(raw) if raw.metrics.is_empty() && raw.extra.contains_key("failed") => {
                let reason = raw.extra.get("failed").and_then(lenient::text).unwrap_or_default();
                let reason = format!("could not be measured: {reason}");
                self.unmeasured_commits.push(raw.commit);
                self.set_aside.push(Note { subject: raw.benchmark_id, reason });
            }
            Ok(raw) => match &raw.skipped {
                Some(reason) if raw.metrics.is_empty() => {
                    let reason = reason.clone();
                    self.unmeasured_commits.push(raw.commit);
                    self.skipped.push(Note { subject: raw.benchmark_id, reason });
                }
                _ => self.results.push((name.to_owned(), raw)),
            },
            Err(reason) => self.set_aside.push(Note { subject: name.to_owned(), reason }),
        }
    }
}

fn read_raw(path: &Path) -> Result<RawRecord, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read ({error})");
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err("is no file; remove it".to_owned());
    }
    let bytes = metadata.len();
    if bytes > MAX_FILE_BYTES {
        return Err(SetAside::TooLarge { bytes }.to_string());
    }
    let text = fs::read(path).map_err(unreadable)?;
    let fields = lenient::read_object(&text).map_err(|reason| reason.to_string())?;
    if fields.contains_key("model_id") && !fields.contains_key("benchmark_id") {
        return Err("is a normalized record; pass it to --base or reseed".to_owned());
    }
    if fields.contains_key("run_config") && !fields.contains_key("timestamp") {
        return Err("is a benchmark and no result; measure it with `bench-runner run`".to_owned());
    }
    Ok(RawRecord::from_fields(fields))
}
