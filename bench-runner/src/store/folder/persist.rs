//! Writing the index: series first, then the head, then the manifest.
//!
//! A reader that meets an older manifest with newer series merges again, which changes nothing; so
//! an interruption between any two files harms nothing.

use std::fs;

use anyhow::Result;
use bench_records::index::{HEAD_PATH, HeadHeader, series_file, series_path};
use rayon::prelude::*;

use super::{FolderStore, Refreshed, files::manifest_path};
use crate::store::atomic::{self, Durability::Derived};

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

    /// Removes the derived files, so that the next refresh makes them anew.
    pub(super) fn forget_index(&self) {
        let _ = fs::remove_file(self.path(&manifest_path()));
        let _ = fs::remove_file(self.path(HEAD_PATH));
        let _ = fs::remove_dir_all(self.path("index/v1/series"));
    }
}

fn head_text(refreshed: &Refreshed) -> String {
    let (records, set_aside) = refreshed.manifest.counts();
    let metrics = refreshed.table.own().to_vec();
    let header = HeadHeader::new(records, set_aside, refreshed.head.len(), metrics);
    let mut text = serde_json::to_string(&header).expect("the header holds plain values");
    text.push('\n');
    for line in refreshed.head.values() {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}
