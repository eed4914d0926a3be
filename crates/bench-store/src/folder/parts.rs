//! Parts in the index: their rows go into the series, as records of files do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::Result;
use bench_records::{identity::SeriesKey, record::Record};

use super::{
    FolderStore,
    changed::Changed,
    dir::Dir,
    manifest::{Fate, Fates, Known},
    refresh::{Place, Stale},
    scan::{join, scan_parts},
};
use crate::{
    part::{Reader, Row, is_part},
    progress,
};

impl FolderStore {
    /// Reads new parts into the series that they have records of, and the rows of `again` from the
    /// parts that are known; returns what became of the new ones.
    pub(super) fn ingest_parts<'f>(
        &self,
        new: &'f [Place],
        again: &BTreeSet<SeriesKey>,
        stale: &Stale,
        changed: &mut Changed,
    ) -> Result<Fates<'f>> {
        for (folder, known) in stale.manifest.files() {
            if again.iter().any(|key| known.fate.rows_of(key) > 0) {
                let path = join(folder, &known.stat.name);
                // one that broke since is named when its time has changed
                drop(self.take_rows(&path, stale, changed, |key| again.contains(key))?);
            }
        }
        let bar = progress::counted(new.len(), "reading parts");
        let mut fates = Fates::new();
        for place in new {
            let (folder, name) = place;
            let path = join(folder, name);
            let dir = Dir::open(&self.path(folder)).ok();
            // one that vanished meanwhile is missed by the next listing
            let Some(stat) = dir.and_then(|dir| dir.stat(name.clone())) else { continue };
            let fate = match self.take_rows(&path, stale, changed, |_| true)? {
                Ok(rows) => Fate::Part(rows.into_iter().collect()),
                Err(reason) => Fate::SetAside(reason),
            };
            fates.push((place, Known { stat, fate }));
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(fates)
    }

    /// Puts the wanted rows of a part into their series; returns their number by series, or why the
    /// part is set aside.
    fn take_rows(
        &self,
        path: &str,
        stale: &Stale,
        changed: &mut Changed,
        is_wanted: impl Fn(&SeriesKey) -> bool,
    ) -> Result<Result<BTreeMap<SeriesKey, usize>, String>> {
        let wanted = |key: &str| is_wanted(&SeriesKey(key.to_owned()));
        let mut counts = BTreeMap::new();
        let reader = match Reader::open(&self.path(path)) {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(unreadable(&error))),
        };
        for group in 0..reader.groups() {
            let rows = match reader.rows(group, wanted) {
                Ok(rows) => rows,
                // what was read of it before stays; it is named all the same
                Err(error) => return Ok(Err(unreadable(&error))),
            };
            for Row { series: key, path, record } in rows {
                if stale.head.contains_key(&key) {
                    changed.load(self, [&key])?;
                }
                changed.push(&key, &record, path);
                *counts.entry(key).or_default() += 1;
            }
        }
        Ok(Ok(counts))
    }

    /// The record of a series that was read from a path: from its file, else from a part; `None`
    /// where neither has it.
    ///
    /// # Errors
    /// Where a part cannot be read.
    pub fn record(&self, key: &SeriesKey, path: &str) -> Result<Option<Record>> {
        let file = fs::read(self.path(path)).ok();
        let record = file.and_then(|bytes| Record::from_slice(&bytes).ok());
        // in FastVideo's layout a path may have become that of another GPU's record
        if let Some(record) = record.filter(|record| record.cohort().key() == *key) {
            return Ok(Some(record));
        }
        let row = self.rows(key)?.into_iter().rfind(|row| row.path == path);
        Ok(row.map(|row| row.record))
    }

    /// The rows of a series in all parts, oldest part first.
    ///
    /// # Errors
    /// Where a part cannot be read.
    pub fn rows(&self, key: &SeriesKey) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for path in self.part_paths()? {
            let reader = Reader::open(&self.path(&path))?;
            for group in (0..reader.groups()).filter(|group| reader.may_hold(*group, key)) {
                rows.extend(reader.rows(group, |series| series == key.0)?);
            }
        }
        Ok(rows)
    }

    /// Paths of the parts, in order.
    ///
    /// # Errors
    /// Where the folder cannot be listed.
    pub fn part_paths(&self) -> Result<Vec<String>> {
        let mut paths: Vec<String> = Vec::new();
        for listing in scan_parts(self.root())? {
            let parts = listing.files.iter().filter(|file| is_part(&listing.folder, file.name()));
            paths.extend(parts.map(|file| join(&listing.folder, file.name())));
        }
        Ok(paths)
    }
}

fn unreadable(error: &anyhow::Error) -> String {
    format!("cannot be read as a part ({error:#}); restore it")
}
