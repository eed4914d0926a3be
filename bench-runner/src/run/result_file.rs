//! The file of a raw record.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bench_records::{config::RunPlan, naming::sanitize, raw::RawRecord, time::Micros};

use crate::store::atomic::{self, Durability};

/// Writes `perf_<benchmark_id>_<time>.json`; a second result of the same second gets a number.
pub(super) fn write(
    folder: &Path,
    plan: &RunPlan,
    at: Micros,
    record: &RawRecord,
) -> Result<PathBuf> {
    let stem = format!("perf_{}_{}", sanitize(&plan.benchmark_id), at.to_compact());
    let names = (2..).map(|number| format!("{stem}_{number}.json"));
    let names = std::iter::once(format!("{stem}.json")).chain(names);
    let text = serde_json::to_string_pretty(record).context("a raw record serializes")? + "\n";
    atomic::write_new(names.map(|name| folder.join(name)), text.as_bytes(), Durability::Synced)
}
