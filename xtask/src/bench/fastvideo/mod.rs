//! Random comparisons, judged by FastVideo's two comparators and by bench-runner.
//!
//! In: a checkout of FastVideo, whose scripts of two commits are run and never kept. Out: how many
//! comparisons agree in exit code, normalized records, table and what is stored, and what differs.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};

use super::Bench;
use crate::{process, runner::Profile};

/// Runs that many comparisons with each comparator; a difference is a failure.
pub fn run(bench: &Bench, checkout: &Path, count: u64) -> Result<()> {
    let script = bench.workspace.root.join("xtask/src/bench/fastvideo/differ.py");
    let program = Profile::binary(bench.workspace);
    println!("{count} comparisons with each comparator; 10,000 usually take 4 min");
    let mut differ = Command::new("python3");
    differ.env("PYTHONDONTWRITEBYTECODE", "1");
    differ.arg(script).arg(checkout).arg(program).args(["--count", &count.to_string()]);
    process::run(&mut differ).context("comparisons differ, or FastVideo's scripts cannot be run")
}
