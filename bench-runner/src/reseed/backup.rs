//! Before a baseline moves: a copy of its records, with what was done and why.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::{identity::SeriesKey, series::Series, time::Micros};

use super::Batch;
use crate::store::{
    FolderStore,
    atomic::{self, Durability},
};

/// The bytes of a record of a series, be it a file or, since its month was compacted, in a part.
pub(super) fn bytes_of(store: &FolderStore, key: &SeriesKey, path: &str) -> Result<Vec<u8>> {
    if let Ok(bytes) = fs::read(store.root().join(path)) {
        return Ok(bytes);
    }
    let record = store.record(key, path)?;
    let lacking = || format!("{path} is neither a file nor in a part");
    Ok(record.with_context(lacking)?.to_json().into_bytes())
}

/// Copies the series' records and says beside them what happened; returns the folder.
///
/// # Errors
/// Where a record cannot be copied.
pub fn backup(
    folder: &Path,
    store: &FolderStore,
    series: Option<&Series>,
    batch: &Batch,
    reason: &str,
    now: Micros,
) -> Result<PathBuf> {
    let folder = folder.join(format!("{}_{}", now.to_compact(), batch.key()));
    let paths: Vec<&str> =
        series.iter().flat_map(|s| &s.points).map(|point| &*point.path).collect();
    for path in &paths {
        let bytes = bytes_of(store, &batch.key(), path)?;
        atomic::write(&folder.join(path), &bytes, Durability::Synced)?;
    }
    let sources: Vec<String> =
        batch.sources.iter().map(|(path, _)| format!("  - {}", path.display())).collect();
    let provenance = format!(
        "series: {}\nbenchmark: {}\nreason: {reason}\nat: {}\nrecords kept: {}\nsources:\n{}\n",
        batch.key(),
        batch.name(),
        now.to_iso(),
        paths.len(),
        sources.join("\n")
    );
    atomic::write(&folder.join("PROVENANCE.txt"), provenance.as_bytes(), Durability::Synced)?;
    Ok(folder)
}
