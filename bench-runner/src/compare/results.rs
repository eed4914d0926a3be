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
    lenient::{MAX_FILE_BYTES, SetAside},
    metric::Metric,
    own_metrics,
    raw::{Completion, RawRecord},
    record::Record,
};

use super::input_file::InputFile;
use crate::{exit::Exit, words};

/// A file or benchmark, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// File or benchmark.
    pub subject: String,
    /// GPU that it was to run on, where the result says.
    pub gpu_type: Option<String>,
    /// What is said of it.
    pub reason: String,
}

/// What is judged.
#[derive(Debug, Clone)]
pub enum Input {
    /// All that a run of ours wrote.
    Raw(Box<RawRecord>),
    /// What another tool measured, as its import makes a record of it.
    Imported {
        /// The record.
        record: Box<Record>,
        /// Whether the store has it.
        is_known: bool,
    },
}

impl Note {
    /// A note of a file, or of a benchmark whose GPU nobody knows.
    #[must_use]
    pub fn new(subject: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { subject: subject.into(), gpu_type: None, reason: reason.into() }
    }

    fn of(raw: RawRecord, reason: String) -> Self {
        let gpu_type = raw.device.filter(|device| device != "unknown");
        Self { subject: raw.benchmark_id, gpu_type, reason }
    }
}

/// What a folder of results, or other tools' files, hold.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Name of the file, and what is judged.
    pub results: Vec<(String, Input)>,
    /// Imported records that ran before those that are judged, and that the store does not have.
    pub earlier: Vec<Record>,
    /// Metrics of imported records that the built-in table does not have.
    pub metrics: Vec<Metric>,
    /// Benchmarks that could not be measured.
    pub failed: Vec<Note>,
    /// Files that could not be read.
    pub set_aside: Vec<Note>,
    /// Benchmarks that were not run.
    pub skipped: Vec<Note>,
    /// The first commit that a result names, failed and skipped ones included; or empty.
    pub commit: String,
    /// Folders and files that were looked at.
    pub searched: Vec<String>,
    /// How to leave for what happened before anything is judged.
    pub exit: Exit,
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
        let of_input = |(_, input): &(String, Input)| match input {
            Input::Raw(raw) => own_metrics::of_result(raw),
            Input::Imported { .. } => Vec::new(),
        };
        self.results.iter().flat_map(of_input).chain(self.metrics.iter().cloned())
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
        let raw = match read_raw(path) {
            Ok(raw) => raw,
            Err(reason) => return self.set_aside.push(Note::new(name, reason)),
        };
        if let Some(unread) = words::unread(&raw.source) {
            log::warn!("{name}: {unread}");
        }
        if self.commit.is_empty() {
            self.commit.clone_from(&raw.commit);
        }
        match raw.completion.clone() {
            Completion::Failed(reason) => self.failed.push(Note::of(raw, reason)),
            Completion::Skipped(reason) => self.skipped.push(Note::of(raw, reason)),
            Completion::Measured => self.results.push((name.to_owned(), Input::Raw(Box::new(raw)))),
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
    let bytes = fs::read(path).map_err(unreadable)?;
    match InputFile::of(&path.display().to_string(), &bytes)? {
        InputFile::Result(raw) => Ok(*raw),
        InputFile::Record(_) => {
            Err("is a normalized record; pass it to --base or reseed".to_owned())
        }
    }
}
