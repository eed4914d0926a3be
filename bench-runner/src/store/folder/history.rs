//! Reading history: the series that a comparison or a page wants.

use anyhow::Result;
use bench_records::{
    identity::SeriesKey,
    metric::MetricTable,
    series::{Labels, Series},
    time::Micros,
};

use super::{FolderStore, Refreshed};

/// A store whose index is up to date.
#[derive(Debug)]
pub struct History {
    store: FolderStore,
    refreshed: Refreshed,
}

/// Counts of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Series.
    pub series: usize,
    /// Records in a series.
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
        let refreshed = store.refresh(now).or_else(|_| store.rebuild(now))?;
        Ok(Self { store: store.clone(), refreshed })
    }

    /// Makes the index of `store` anew.
    ///
    /// # Errors
    /// Where the folder cannot be read or the index cannot be written.
    pub fn rebuilt(store: &FolderStore, now: Micros) -> Result<Self> {
        Ok(Self { store: store.clone(), refreshed: store.rebuild(now)? })
    }

    /// The series whose labels are wanted, in full.
    ///
    /// # Errors
    /// Where a series' file cannot be read.
    pub fn series(
        &self,
        mut is_wanted: impl FnMut(&SeriesKey, &Labels) -> bool,
    ) -> Result<Vec<Series>> {
        let wanted = self.refreshed.head.iter().filter(|(key, line)| is_wanted(key, &line.labels));
        wanted
            .map(|(key, _)| match self.refreshed.updated.get(key) {
                Some(series) => Ok(series.clone()),
                None => self.store.read_series(key),
            })
            .collect()
    }

    /// Key and labels of every series.
    pub fn labels(&self) -> impl Iterator<Item = (&SeriesKey, &Labels)> {
        self.refreshed.head.iter().map(|(key, line)| (key, &line.labels))
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
        let (records, set_aside) = self.refreshed.manifest.counts();
        let (series, files_read) = (self.refreshed.head.len(), self.refreshed.files_read);
        Counts { series, records, set_aside, files_read }
    }
}
