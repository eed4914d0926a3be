//! Keeping the index up with the records.
//!
//! In: the folder as it is now, and the manifest of what the index was made from. Out: the series
//! that changed, and the head; written back where the folder can be written.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use bench_records::{identity::SeriesKey, metric::MetricTable, series::Series, time::Micros};

use super::{
    FolderStore,
    files::HeadLine,
    manifest::{Difference, Manifest},
    scan::{Depth, FolderListing, scan},
};

/// An index that agrees with the records.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// A line a series.
    pub(super) head: BTreeMap<SeriesKey, HeadLine>,
    /// Series that changed, in full.
    pub(super) updated: BTreeMap<SeriesKey, Series>,
    /// What became of each file.
    pub(super) manifest: Manifest,
    /// Metrics of the dataset.
    pub table: MetricTable,
    /// Number of events, where anything changed.
    pub(super) events: usize,
    /// Number of files that were read.
    pub files_read: usize,
    /// Whether the index on the disk is up to date too.
    pub is_persisted: bool,
    /// Size and modification time of the manifest that this was read from or written as.
    pub(super) stamp: Option<(u64, i64)>,
}

impl Refreshed {
    /// Number of records in all series.
    pub(super) fn records(&self) -> usize {
        self.head.values().map(|line| line.entry.count).sum()
    }
}

/// Folder and name of a file.
pub(super) type Place = (Arc<str>, String);

/// What the index on the disk says, and how the folder differs from it.
#[derive(Default)]
pub(super) struct Stale {
    pub(super) head: BTreeMap<SeriesKey, HeadLine>,
    pub(super) manifest: Manifest,
    pub(super) stamp: Option<(u64, i64)>,
    pub(super) difference: Difference,
    pub(super) listings: Vec<FolderListing>,
    pub(super) sidecars: Vec<Option<(u64, i64)>>,
    is_new: bool,
}

impl Stale {
    fn is_current(&self) -> bool {
        !self.difference.is_any && (self.is_new || self.sidecars == self.manifest.sidecars)
    }
}

impl FolderStore {
    /// Brings the index up to date: only new and changed files are read.
    ///
    /// # Errors
    /// Where the folder cannot be listed. An index that cannot be written is no error: the result
    /// says so.
    pub fn refresh(&self, now: Micros, depth: Depth) -> Result<Refreshed> {
        self.refresh_from(Refreshed::default(), now, depth)
    }

    /// As [`FolderStore::refresh`], without reading the index again where it still is what
    /// `before` was read from.
    ///
    /// # Errors
    /// As [`FolderStore::refresh`].
    pub fn refresh_from(&self, before: Refreshed, now: Micros, depth: Depth) -> Result<Refreshed> {
        let mut stale = self.compare_with_index(before, depth)?;
        if stale.is_current() {
            return self.unchanged(stale);
        }
        let lock = self.lock();
        if lock.is_some() && self.stamp() != stale.stamp {
            stale = self.compare_with_index(Refreshed::default(), depth)?;
        }
        if stale.is_current() {
            return self.unchanged(stale);
        }
        if stale.difference.lacks_part {
            stale = self.all_as_new()?;
        }
        let mut refreshed = self.update(stale, now)?;
        if lock.is_some() {
            refreshed.is_persisted = self.persist(&refreshed).is_ok();
            refreshed.stamp = self.stamp();
        }
        Ok(refreshed)
    }

    /// Makes the index anew from all records.
    ///
    /// # Errors
    /// As [`FolderStore::refresh`].
    pub fn rebuild(&self, now: Micros) -> Result<Refreshed> {
        let lock = self.lock();
        let mut refreshed = self.update(self.all_as_new()?, now)?;
        if lock.is_some() {
            self.persist(&refreshed)?;
            self.remove_leftovers(&refreshed);
            refreshed.is_persisted = true;
            refreshed.stamp = self.stamp();
        }
        Ok(refreshed)
    }

    /// Everything is new.
    fn all_as_new(&self) -> Result<Stale> {
        let listings = scan(self.root(), &Manifest::default(), Depth::Files)?;
        let difference = Manifest::default().difference(&listings);
        Ok(Stale { difference, listings, sidecars: self.sidecars(), ..Stale::default() })
    }

    fn compare_with_index(&self, before: Refreshed, depth: Depth) -> Result<Stale> {
        let (sidecars, stamp) = (self.sidecars(), self.stamp());
        let (head, manifest) = if stamp.is_some() && stamp == before.stamp {
            (Some(before.head), before.manifest)
        } else {
            self.read_index()
        };
        let is_new = head.is_none();
        let listings = scan(self.root(), &manifest, depth)?;
        let difference = manifest.difference(&listings);
        let head = head.unwrap_or_default();
        Ok(Stale { head, manifest, stamp, difference, listings, sidecars, is_new })
    }

    /// Head and manifest; neither where one of them cannot be used.
    fn read_index(&self) -> (Option<BTreeMap<SeriesKey, HeadLine>>, Manifest) {
        match (self.read_head(), self.read_manifest()) {
            (Some(head), Some(manifest)) => (Some(head), manifest),
            _ => (None, Manifest::default()),
        }
    }

    fn unchanged(&self, stale: Stale) -> Result<Refreshed> {
        Ok(Refreshed {
            head: stale.head,
            manifest: stale.manifest,
            stamp: stale.stamp,
            table: self.metric_table()?,
            is_persisted: true,
            ..Refreshed::default()
        })
    }
}
