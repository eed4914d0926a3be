//! The benchmarks of a run: configuration files in, checked plans out. All are checked before the
//! first of them runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use bench_engine::Resolved;
use bench_records::config::{self, BenchmarkConfig, Warning};

#[cfg(feature = "load")]
use super::loaded;
use crate::variables;

/// One benchmark, ready to run.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// Its file.
    pub file: String,
    /// What the file says.
    pub config: BenchmarkConfig,
    /// What that comes to, and what runs it.
    pub resolved: Resolved,
}

/// The benchmarks of a run, in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// Those that can be used.
    pub benchmarks: Vec<Benchmark>,
    /// What is probably not meant so.
    pub warnings: Vec<Warning>,
    /// Why files cannot be used.
    pub errors: Vec<String>,
}

/// Every `*.json` of a folder, sorted; sub-folders are not looked at.
///
/// # Errors
/// Where the folder cannot be listed or holds none.
pub fn find(folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).with_context(|| {
        format!("cannot list {shown}; name a folder with --benchmarks, or configuration files")
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file() && path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("{shown} holds no *.json; see benchmarks/README.md for what a benchmark is");
    }
    Ok(files)
}

/// Reads and checks the files; what is wrong with one neither hides what is wrong with the next nor
/// keeps it from running.
#[must_use]
pub fn load(files: &[PathBuf]) -> Suite {
    let mut suite = Suite::default();
    for (index, path) in files.iter().enumerate() {
        let file = path.display().to_string();
        if files[..index].contains(path) {
            suite.errors.push(format!("{file} is named twice; name each file once"));
            continue;
        }
        match read(path, &file) {
            Ok((benchmark, warnings)) => {
                suite.benchmarks.push(benchmark);
                suite.warnings.extend(warnings);
            }
            Err(error) => suite.errors.push(format!("{error:#}")),
        }
    }
    let named: Vec<_> =
        suite.benchmarks.iter().map(|b| (b.file.as_str(), b.config.clone())).collect();
    let clashes = config::validate_suite(&named);
    suite.benchmarks.retain(|b| clashes.iter().all(|clash| clash.file != b.file));
    suite.errors.extend(clashes.iter().map(ToString::to_string));
    suite
}

/// Why a configuration cannot be read, with what was probably meant.
fn unreadable(path: &Path) -> String {
    let file = path.display();
    if path.is_dir() {
        return format!("{file} is a folder; run all its benchmarks with --benchmarks {file}");
    }
    if !path.exists() && path.extension().is_none() {
        return format!("there is no file {file}; name a benchmark by its id with --only {file}");
    }
    format!("cannot read {file}; name an existing configuration")
}

fn read(path: &Path, file: &str) -> Result<(Benchmark, Vec<Warning>)> {
    let text = fs::read_to_string(path).with_context(|| unreadable(path))?;
    let (config, warnings) = config::parse(file, &text)?;
    variables::slowdown().with_context(|| file.to_owned())?;
    let resolved = Resolved::of(config.resolve()).with_context(|| file.to_owned())?;
    #[cfg(feature = "load")]
    if resolved.plan().load.is_some() {
        loaded::Steps::of(resolved.plan()).with_context(|| file.to_owned())?;
    }
    Ok((Benchmark { file: file.to_owned(), config, resolved }, warnings))
}
