//! Reading history: the series that a comparison or a page wants.

use std::collections::BTreeSet;

use anyhow::Result;
use bench_records::{
    identity::SeriesKey,
    metric::MetricTable,
    series::{Labels, Series},
    time::Micros,
};

use super::{FolderStore, Refreshed, dir::Dir, manifest::Fate, scan::Depth};

/// A store whose index is up to date.
#[derive(Debug)]
pub struct History {
    store: FolderStore,
    refreshed: Refreshed,
    now: Micros,
}

/// Counts of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Series.
    pub series: usize,
    /// Records in a series; one that a file and a part hold counts once.
    pub records: usize,
    /// Files set aside.
    pub set_aside: usize,
    /// Files that were read to get here.
    pub files_read: usize,
}

impl History {
    /// Brings the index of `store` up to date; a broken one is made anew.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn open(store: &FolderStore, now: Micros) -> Result<Self> {
        Self::open_at(store, now, Depth::Folders)
    }

    /// Brings the index of `store` up to date, and nothing else.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn update_index(store: &FolderStore, now: Micros) -> Result<()> {
        Self::open(store, now).map(drop)
    }

    /// Notices what was added since, under the same rules as [`History::open`].
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn update(&mut self) -> Result<()> {
        let before = std::mem::take(&mut self.refreshed);
        let refreshed = self.store.refresh_from(before, self.now, Depth::Folders);
        self.refreshed = refreshed.or_else(|_| self.store.rebuild(self.now))?;
        Ok(())
    }

    /// As [`History::open`], and notices files that were overwritten in place.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn open_looking_at_files(store: &FolderStore, now: Micros) -> Result<Self> {
        Self::open_at(store, now, Depth::Files)
    }

    /// As [`History::open_looking_at_files`], and notices series of the index that cannot be read.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn open_checking_files(store: &FolderStore, now: Micros) -> Result<Self> {
        let history = Self::open_looking_at_files(store, now)?;
        match history.check() {
            Ok(()) => Ok(history),
            Err(_) => Self::rebuilt(store, now),
        }
    }

    /// Reads each series that the disk has, and keeps none.
    fn check(&self) -> Result<()> {
        let on_disk = |key: &&SeriesKey| !self.refreshed.updated.contains_key(*key);
        self.refreshed.head.keys().filter(on_disk).try_for_each(|key| {
            self.store.read_series(key)?;
            Ok(())
        })
    }

    fn open_at(store: &FolderStore, now: Micros, depth: Depth) -> Result<Self> {
        let refreshed = store.refresh(now, depth).or_else(|_| store.rebuild(now))?;
        Ok(Self { store: store.clone(), refreshed, now })
    }

    /// Makes the index of `store` anew.
    ///
    /// # Errors
    /// Where the folder cannot be read or the index cannot be written.
    pub fn rebuilt(store: &FolderStore, now: Micros) -> Result<Self> {
        Ok(Self { store: store.clone(), refreshed: store.rebuild(now)?, now })
    }

    /// The series whose labels are wanted, in full. Should one of their files have been overwritten
    /// since the index was made, all files are looked at first.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn series(
        &mut self,
        mut is_wanted: impl FnMut(&SeriesKey, &Labels) -> bool,
    ) -> Result<Vec<Series>> {
        let mut wanted = self.keys(&mut is_wanted);
        if self.is_outdated(&wanted) {
            *self = Self::open_at(&self.store, self.now, Depth::Files)?;
            wanted = self.keys(&mut is_wanted);
        }
        if let Ok(series) = self.read(&wanted) {
            return Ok(series);
        }
        *self = Self::rebuilt(&self.store, self.now)?;
        let wanted = self.keys(&mut is_wanted);
        self.read(&wanted)
    }

    fn read(&self, keys: &BTreeSet<SeriesKey>) -> Result<Vec<Series>> {
        let read = |key: &SeriesKey| match self.refreshed.updated.get(key) {
            Some(series) => Ok(series.clone()),
            None => self.store.read_series(key),
        };
        keys.iter().map(read).collect()
    }

    fn keys(&self, is_wanted: &mut impl FnMut(&SeriesKey, &Labels) -> bool) -> BTreeSet<SeriesKey> {
        let wanted =
            self.refreshed.head.iter().filter(|(key, line)| is_wanted(key, &line.entry.labels));
        wanted.map(|(key, _)| key.clone()).collect()
    }

    fn is_outdated(&self, keys: &BTreeSet<SeriesKey>) -> bool {
        self.refreshed.manifest.folders.iter().any(|(folder, known)| {
            let of_series = |fate: &Fate| matches!(fate, Fate::InSeries(key) if keys.contains(key));
            let mut files = known.files.iter().filter(|known| of_series(&known.fate)).peekable();
            if files.peek().is_none() {
                return false;
            }
            let dir = Dir::open(&self.store.root().join(folder)).ok();
            let now = |name: &str| dir.as_ref()?.stat(name.to_owned());
            files.any(|known| now(&known.stat.name).as_ref() != Some(&known.stat))
        })
    }

    /// Key and labels of every series.
    pub fn labels(&self) -> impl Iterator<Item = (&SeriesKey, &Labels)> {
        self.refreshed.head.iter().map(|(key, line)| (key, &line.entry.labels))
    }

    /// Time of the newest record; `None` where there is none.
    #[must_use]
    pub fn newest(&self) -> Option<Micros> {
        let times = self.refreshed.head.values().map(|line| line.entry.last);
        times.filter(|time| !time.is_future(self.now)).max()
    }

    /// Metrics of the dataset.
    #[must_use]
    pub fn table(&self) -> &MetricTable {
        &self.refreshed.table
    }

    /// Paths that were set aside, with their reasons.
    pub fn set_aside(&self) -> impl Iterator<Item = (String, &str)> {
        self.refreshed.manifest.set_aside()
    }

    /// Whether the index on the disk is up to date too.
    #[must_use]
    pub fn is_persisted(&self) -> bool {
        self.refreshed.is_persisted
    }

    /// What the store holds.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let set_aside = self.refreshed.manifest.set_aside().count();
        let records = self.refreshed.records();
        let (series, files_read) = (self.refreshed.head.len(), self.refreshed.files_read);
        Counts { series, records, set_aside, files_read }
    }
}
