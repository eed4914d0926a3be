//! Compaction: the records of closed months, from a file each to a part a month.
//!
//! In: the record files of a folder. Out: for each month that is over, a part and the files that it
//! makes superfluous. A part is on the disk before the first of its files goes; readers drop what
//! they meet twice, so that an interruption anywhere harms nothing.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use bench_records::{naming::is_month, record::Record, time::Micros};
use rayon::prelude::*;

use super::{
    FolderStore,
    dir::Dir,
    manifest::Manifest,
    refresh::Place,
    scan::{Depth, FileStat, join, scan},
};
use crate::{
    atomic::{self, Durability},
    part::{self, Reader, Row, is_part},
    progress,
};

/// A part that is ready to be written.
#[derive(Debug)]
pub struct Planned {
    /// The part: path and content. `None` where the parts that are there have all of it.
    pub part: Option<(String, Vec<u8>)>,
    /// Number of its records.
    pub records: usize,
    /// Files that it makes superfluous.
    pub files: Vec<(String, FileStat)>,
}

/// What a compaction did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Compacted {
    /// Parts that were written.
    pub parts: usize,
    /// Records in them.
    pub records: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Files that went.
    pub files: usize,
}

impl Compacted {
    /// Counts a part.
    pub fn count(&mut self, planned: &Planned) {
        self.parts += usize::from(planned.part.is_some());
        self.records += planned.records;
        self.bytes += planned.part.as_ref().map_or(0, |(_, bytes)| bytes.len());
        self.files += planned.files.len();
    }
}

impl FolderStore {
    /// Compacts the months before that of `now`.
    ///
    /// # Errors
    /// Where a part cannot be written, or another process has the lock.
    pub fn compact(&self, now: Micros) -> Result<Compacted> {
        let _lock = self.lock().with_context(|| {
            format!(
                "cannot lock {}; is another process at work, or the folder read-only?",
                self.root().display()
            )
        })?;
        let mut compacted = Compacted::default();
        self.plan_compaction(
            now,
            |_| true,
            |planned| {
                compacted.count(&planned);
                if let Some((path, bytes)) = &planned.part {
                    atomic::write(&self.path(path), bytes, Durability::Synced)?;
                }
                for (path, stat) in &planned.files {
                    self.remove_unchanged(path, stat)?;
                }
                Ok(())
            },
        )?;
        Ok(compacted)
    }

    /// Calls `each` with a part a month that is over, for the files for which `is_candidate` holds.
    ///
    /// # Errors
    /// Where the folder cannot be listed, and the error of `each`.
    pub fn plan_compaction(
        &self,
        now: Micros,
        is_candidate: impl Fn(&str) -> bool,
        mut each: impl FnMut(Planned) -> Result<()>,
    ) -> Result<()> {
        let this_month = now.to_month();
        let mut by_guess: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        let (mut parts, mut count) = (Vec::new(), 0);
        for listing in scan(self.root(), &Manifest::default(), Depth::Files)? {
            for file in &listing.files {
                let (folder, name) = (&listing.folder, file.name());
                let path = join(folder, name);
                let guess = guess_month(folder, name);
                if is_part(folder, name) {
                    parts.push(path);
                } else if guess < this_month && is_candidate(&path) {
                    count += 1;
                    by_guess
                        .entry(guess)
                        .or_default()
                        .push((folder.as_str().into(), name.to_owned()));
                }
            }
        }
        let bar = progress::counted(count, "compacting");
        for files in by_guess.into_values() {
            let mut months: BTreeMap<String, Vec<(Row, FileStat)>> = BTreeMap::new();
            for (row, stat) in self.read_rows(&files) {
                let month = row.time().to_month();
                if month < this_month {
                    months.entry(month).or_default().push((row, stat));
                }
            }
            bar.inc(files.len() as u64);
            for (month, rows) in months {
                each(self.plan(&month, rows, &parts)?)?;
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// The records of files, on all cores. What cannot be read or has no time stays a file.
    fn read_rows(&self, files: &[Place]) -> Vec<(Row, FileStat)> {
        let read = |place: &Place| {
            let (record, stat) = super::ingest::read_whole(self.root(), place)?;
            record.time?;
            let path = join(&place.0, &place.1);
            Some((Row { series: record.cohort().key(), path, record }, stat))
        };
        files.par_iter().filter_map(read).collect()
    }

    /// The part of a month; what a part has already is not written again.
    fn plan(&self, month: &str, rows: Vec<(Row, FileStat)>, parts: &[String]) -> Result<Planned> {
        let known = self.known(month, parts)?;
        let files = rows.iter().map(|(row, stat)| (row.path.clone(), stat.clone())).collect();
        let is_new = |row: &Row| known.get(&row.path).is_none_or(|there| *there != row.record);
        let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).filter(is_new).collect();
        let records = rows.len();
        let part = match records {
            0 => None,
            _ => Some((part::new_path(month), part::write(rows)?)),
        };
        Ok(Planned { part, records, files })
    }

    /// Records of a month that parts have, the last one of each path.
    pub(super) fn known(&self, month: &str, parts: &[String]) -> Result<HashMap<String, Record>> {
        let mut known = HashMap::new();
        let folder = format!("data/month={month}/");
        for path in parts.iter().filter(|path| path.starts_with(&folder)) {
            let read = || -> Result<Vec<Row>> {
                let reader = Reader::open(&self.path(path))?;
                let groups = (0..reader.groups()).map(|group| reader.rows(group, |_| true));
                Ok(groups.collect::<Result<Vec<_>>>()?.concat())
            };
            let rows =
                read().with_context(|| format!("cannot read {path}; restore or remove it"))?;
            known.extend(rows.into_iter().map(|row| (row.path, row.record)));
        }
        Ok(known)
    }

    /// Removes a file, unless somebody wrote it anew since it was read.
    fn remove_unchanged(&self, path: &str, stat: &FileStat) -> Result<()> {
        let full = self.path(path);
        let folder = full.parent().context("a file has a folder")?;
        let now = Dir::open(folder).ok().and_then(|folder| folder.stat(stat.name.clone()));
        if now.as_ref() == Some(stat) {
            std::fs::remove_file(&full)
                .with_context(|| format!("cannot remove {}", full.display()))?;
            // a day's folder that is empty goes too; one that is not stays
            let _ = std::fs::remove_dir(folder);
        }
        Ok(())
    }
}

/// The month that a record's path speaks of, so that files are read a month at a time; a path that
/// says nothing sorts first, and is read to find out.
fn guess_month(folder: &str, name: &str) -> String {
    let own = folder.strip_prefix("records/").and_then(|rest| rest.split('/').next());
    let month = own.or_else(|| name.get(..7)).filter(|month| is_month(month));
    month.unwrap_or_default().to_owned()
}
