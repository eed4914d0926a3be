//! Keeping the index up with the records.
//!
//! In: the folder as it is now, and the manifest of what the index was made from. Out: the series
//! that changed, and the head; written back where the folder can be written.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::Result;
use bench_records::{
    events::Exclusions,
    gate::Batch,
    identity::SeriesKey,
    metric::MetricTable,
    series::{Partial, Series},
    time::Micros,
};

use super::{
    FolderStore,
    changed::{Changed, head_with},
    files::HeadLine,
    ingest::{self, Batches, ReadFile},
    manifest::{Difference, Fate, Fates, Known, Manifest, manifest_of},
    scan::{Depth, FolderListing, join, scan},
};
use crate::{part::is_part, progress};

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
    stamp: Option<(u64, i64)>,
}

impl Refreshed {
    /// Number of records in all series.
    pub(super) fn records(&self) -> usize {
        self.head.values().map(|line| line.count).sum()
    }
}

/// Folder and name of a file.
pub(super) type Place = (Arc<str>, String);

/// What the index on the disk says, and how the folder differs from it.
#[derive(Default)]
pub(super) struct Stale {
    pub(super) head: BTreeMap<SeriesKey, HeadLine>,
    pub(super) manifest: Manifest,
    stamp: Option<(u64, i64)>,
    difference: Difference,
    listings: Vec<FolderListing>,
    sidecars: Vec<Option<(u64, i64)>>,
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

    fn update(&self, mut stale: Stale, now: Micros) -> Result<Refreshed> {
        let table = self.metric_table()?;
        let events = self.events()?;
        let mut changed = Changed::default();
        if stale.sidecars != stale.manifest.sidecars {
            changed.load(self, stale.head.keys())?;
        }
        changed.load(self, stale.difference.outdated.values())?;
        for series in changed.series.values_mut() {
            series.remove_paths(|path| stale.difference.outdated.contains_key(path));
        }
        let again = add_dropped_duplicates(&mut stale, &changed);
        // what its records state is collected anew from those that are left
        for key in &again {
            if let Some(series) = changed.series.get_mut(key) {
                series.labels.partial = Partial::default();
            }
        }
        let (parts, files) = split(std::mem::take(&mut stale.difference.to_read));
        // a file that came back after its month was compacted counts more than the part
        let mut fates = self.ingest_parts(&parts, &again, &stale, &mut changed)?;
        self.ingest(&files, &stale, &mut changed, &mut fates)?;
        changed.series.values_mut().try_for_each(|series| {
            series.sort();
            self.follow_newest(series)
        })?;
        let batch = Batch { now, table, ..Batch::default() };
        let head = head_with(stale.head, &mut changed.series, &Exclusions::of(&events), &batch);
        let files_read = fates.len();
        let manifest = manifest_of(&stale.manifest, stale.listings, fates, stale.sidecars);
        let updated = changed.series;
        Ok(Refreshed {
            head,
            updated,
            manifest,
            table: batch.table,
            events: events.len(),
            files_read,
            is_persisted: false,
            stamp: None,
        })
    }

    /// Reads new files into the series that change; adds what became of each.
    fn ingest<'f>(
        &self,
        files: &'f [Place],
        stale: &Stale,
        changed: &mut Changed,
        fates: &mut Fates<'f>,
    ) -> Result<()> {
        let bar = progress::counted(files.len(), "reading records");
        let mut batches = Batches::of(self.root(), files);
        let mut current = batches.next();
        while let Some(chunks) = current {
            // the next batch is read while this one is sorted into its series
            let take = || {
                ingest::records(&chunks).into_iter().try_for_each(|chunk| {
                    bar.inc(chunk.len() as u64);
                    chunk.into_iter().try_for_each(|read| self.take(read, stale, changed, fates))
                })
            };
            let (next, taken) = rayon::join(|| batches.next(), take);
            taken?;
            batches.take_back(chunks);
            current = next;
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn take<'f>(
        &self,
        read: ReadFile<'f, '_>,
        stale: &Stale,
        changed: &mut Changed,
        fates: &mut Fates<'f>,
    ) -> Result<()> {
        let ReadFile { place, seen, content } = read;
        let fate = match content {
            Err(reason) => Fate::SetAside(reason),
            Ok(record) => {
                let key = changed.key(&record);
                if stale.head.contains_key(&key) {
                    changed.load(self, [&key])?;
                }
                changed.push(&key, &record, join(&place.0, &place.1));
                Fate::InSeries(key)
            }
        };
        fates.push((place, Known { stat: seen.named(place.1.clone()), fate }));
        Ok(())
    }
}

/// The new parts, and the new files of one record.
fn split(to_read: Vec<Place>) -> (Vec<Place>, Vec<Place>) {
    to_read.into_iter().partition(|(folder, name)| is_part(folder, name))
}

/// A series that loses a record may have dropped a copy of it before, or mix others that it no longer
/// mixes: such a series is read again from all of its files, and from the parts that have records of
/// it. Returns these series.
fn add_dropped_duplicates(stale: &mut Stale, changed: &Changed) -> BTreeSet<SeriesKey> {
    let losing: BTreeSet<&SeriesKey> = stale.difference.outdated.values().collect();
    let files_of = |key: &SeriesKey| {
        let in_series = Fate::InSeries(key.clone());
        stale.manifest.files().filter(move |(_, known)| known.fate == in_series)
    };
    let rows_of = |key: &SeriesKey| -> usize {
        let fates = stale.manifest.files().map(|(_, known)| &known.fate);
        fates.map(|fate| fate.rows_of(key)).sum()
    };
    let (mut again, mut keys) = (Vec::new(), BTreeSet::new());
    for key in losing {
        let gone = stale.difference.outdated.values().filter(|other| *other == key).count();
        let series = changed.series.get(key);
        let points = series.map_or(0, |series| series.points.len());
        let states_parts = series.is_some_and(|series| !series.labels.partial.is_empty());
        if states_parts || files_of(key).count() - gone + rows_of(key) > points {
            keys.insert(key.clone());
            let kept = files_of(key).filter(|(folder, known)| {
                !stale.difference.outdated.contains_key(&join(folder, &known.stat.name))
            });
            again.extend(kept.map(|(folder, known)| (folder.into(), known.stat.name.clone())));
        }
    }
    stale.difference.to_read.extend(again);
    keys
}
