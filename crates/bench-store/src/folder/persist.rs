//! Writing the index: series first, then the head, then the manifest.
//!
//! A reader that meets an older manifest with newer series merges again, which changes nothing; so
//! an interruption between any two files harms nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use bench_records::{
    identity::SeriesKey,
    index::{HEAD_PATH, HeadHeader, INDEX_DIR, SERIES_DIR, series_file, series_path},
};
use rayon::prelude::*;

use super::{FolderStore, Refreshed, files::manifest_path};
use crate::atomic::{self, Durability::Derived};

impl FolderStore {
    pub(super) fn persist(&self, refreshed: &Refreshed) -> Result<()> {
        refreshed.updated.par_iter().try_for_each(|(key, series)| {
            let path = self.path(&series_path(key));
            if series.points.is_empty() {
                let _ = fs::remove_file(path);
                return Ok(());
            }
            atomic::write(&path, series_file::write(series).as_bytes(), Derived)
        })?;
        atomic::write(&self.path(HEAD_PATH), head_text(refreshed).as_bytes(), Derived)?;
        let manifest = refreshed.manifest.to_ndjson();
        atomic::write(&self.path(&manifest_path()), manifest.as_bytes(), Derived)
    }

    /// Removes what no index names any more: files of series that are gone, and what writers that
    /// were killed left behind more than an hour ago.
    pub(super) fn remove_leftovers(&self, refreshed: &Refreshed) {
        let series = self.path(SERIES_DIR);
        for path in entries(&series) {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_series = path.extension().is_some_and(|extension| extension == "ndjson");
            if is_series && !refreshed.head.contains_key(&SeriesKey(stem)) {
                let _ = fs::remove_file(path);
            }
        }
        let folders = refreshed.manifest.folders.keys().map(|folder| self.path(folder));
        for path in
            folders.chain([series, self.path(INDEX_DIR)]).flat_map(|folder| entries(&folder))
        {
            if is_abandoned(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect()
}

/// A temporary file that nobody has touched for an hour.
fn is_abandoned(path: &Path) -> bool {
    let is_temporary = path.extension().is_some_and(|extension| extension == "tmp");
    let age = || fs::metadata(path).ok()?.modified().ok()?.elapsed().ok();
    is_temporary && age().is_some_and(|age| age > Duration::from_secs(3600))
}

fn head_text(refreshed: &Refreshed) -> String {
    let (records, set_aside) = (refreshed.records(), refreshed.manifest.set_aside().count());
    let metrics = refreshed.table.own().to_vec();
    let header = HeadHeader::new(records, set_aside, refreshed.head.len(), metrics)
        .with_events(refreshed.events);
    let mut text = serde_json::to_string(&header).expect("the header holds plain values");
    text.push('\n');
    for line in refreshed.head.values() {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}
