//! Writing the index: series first, then the head's pages, the head, and the manifest.
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
    index::{
        self, HeadHeader, INDEX_DIR, PAGES_DIR, SERIES_DIR, page_count, series_file, series_path,
    },
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
        // pages before the head that counts them
        for (path, text) in head_files(refreshed).into_iter().rev() {
            atomic::write(&self.path(&path), text.as_bytes(), Derived)?;
        }
        self.remove_pages_after(page_count(refreshed.head.len()));
        let manifest = refreshed.manifest.to_ndjson();
        atomic::write(&self.path(&manifest_path()), manifest.as_bytes(), Derived)
    }

    /// Removes the pages that a head of so many no longer has.
    fn remove_pages_after(&self, pages: usize) {
        for path in entries(&self.path(PAGES_DIR)) {
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<usize>().ok());
            if number.is_some_and(|number| number > pages) {
                let _ = fs::remove_file(path);
            }
        }
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
        for path in folders
            .chain([series, self.path(INDEX_DIR), self.path(PAGES_DIR)])
            .flat_map(|folder| entries(&folder))
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

fn head_files(refreshed: &Refreshed) -> Vec<(String, String)> {
    let (records, set_aside) = (refreshed.records(), refreshed.manifest.set_aside().count());
    let metrics = refreshed.table.own().to_vec();
    let header = HeadHeader::new(records, set_aside, refreshed.head.len(), metrics)
        .with_events(refreshed.events);
    let lines = refreshed.head.values().map(|line| (&line.entry, line.text.as_str()));
    index::head_files(&header, &lines.collect::<Vec<_>>())
}
