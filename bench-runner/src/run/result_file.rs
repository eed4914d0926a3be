//! The file of a raw record.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bench_records::{
    config::RunPlan,
    naming::{sanitize, short_name},
    raw::RawRecord,
    time::Micros,
};

use crate::store::atomic::{self, Durability};

/// Longest name, in bytes, that stands in the file's as it is.
const LONGEST: usize = 160;

/// Writes `perf_<benchmark_id>_<time>.json`; a second result of the same second gets a number.
pub(super) fn write(
    folder: &Path,
    plan: &RunPlan,
    at: Micros,
    record: &RawRecord,
) -> Result<PathBuf> {
    let name = sanitize(&plan.benchmark_id);
    // one with the objective of a search in it may be longer than a file's name
    let name = if name.len() > LONGEST { short_name(&name) } else { name };
    let stem = format!("perf_{name}_{}", at.to_compact());
    let names = (2..).map(|number| format!("{stem}_{number}.json"));
    let names = std::iter::once(format!("{stem}.json")).chain(names);
    let text = serde_json::to_string_pretty(record).context("a raw record serializes")? + "\n";
    atomic::write_new(names.map(|name| folder.join(name)), text.as_bytes(), Durability::Synced)
}
