//! Adding a record to a store.
//!
//! In: a judged record. Out: the path of its file, which is on the disk when the call returns.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::ErrorKind,
    path::PathBuf,
};

use anyhow::Result;
use bench_records::{
    identity::fingerprint::sha256_hex,
    index::columns::record_path,
    naming::{fastvideo_path, short_name},
    paths::without_folders,
    provenance::Provenance,
    raw::RawRecord,
    record::{BROKEN_LIMITS_FIELD, LIMITS_FIELD, Record},
    time::Micros,
};
use rayon::prelude::*;
use ulid::Ulid;

use super::FolderStore;
use crate::{
    atomic::{self, Durability},
    part::is_part,
};

/// Where in a store new records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreLayout {
    /// `records/<YYYY-MM>/<DD>/<series>-<timestamp>-<ulid>.json`
    #[default]
    Records,
    /// `<model>/<timestamp>_<commit>.json`, as FastVideo's tools write and expect it
    Fastvideo,
}

impl FolderStore {
    /// Writes a record; the same record written twice is one file. Returns its path in the store.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn append(&self, record: &mut Record, layout: StoreLayout) -> Result<String> {
        let path = self.place(record, layout);
        atomic::write(&self.path(&path), record.to_json().as_bytes(), Durability::Synced)?;
        Ok(path)
    }

    /// Writes many records; all of them are on the disk when the call returns. Syncing after the
    /// last one instead of after each is many times faster, and a record that is cut off by a power
    /// failure before that was not acknowledged.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn append_all(
        &self,
        records: &mut [Record],
        layout: StoreLayout,
        written: impl Fn() + Sync,
    ) -> Result<()> {
        let compacted = self.compacted(records, layout);
        let write = |record: &mut Record| {
            let path = self.path(&self.place_beside(record, layout, &compacted));
            atomic::write(&path, record.to_json().as_bytes(), Durability::Derived)?;
            written();
            Ok(path)
        };
        let paths: Vec<PathBuf> = records.par_iter_mut().map(write).collect::<Result<_>>()?;
        atomic::sync(&paths)
    }

    /// Where a record goes: in FastVideo's layout, beside another record that has the same benchmark,
    /// time and commit, be it a file or in a part.
    #[must_use]
    pub fn place(&self, record: &mut Record, layout: StoreLayout) -> String {
        let compacted = self.compacted(std::slice::from_ref(record), layout);
        self.place_beside(record, layout, &compacted)
    }

    fn place_beside(
        &self,
        record: &mut Record,
        layout: StoreLayout,
        compacted: &Compacted,
    ) -> String {
        identify(record);
        let path = path_of(record, layout);
        let is_taken = |path: &str| {
            let there = std::fs::read(self.path(path)).ok();
            let there = there.and_then(|bytes| Record::from_slice(&bytes).ok());
            match there {
                Some(other) => other.id != record.id,
                None => compacted.hides(record, path),
            }
        };
        if layout == StoreLayout::Fastvideo && is_taken(&path) {
            let id = record.id.as_deref().unwrap_or_default();
            return format!("{}_{id}.json", path.trim_end_matches(".json"));
        }
        path
    }

    /// Path and text of the run behind a record: its header, then a line a trial. `None` for a
    /// record that has no id yet. Folders of the machine that measured stay there.
    #[must_use]
    pub fn trials_file(&self, record: &Record, raw: &RawRecord) -> Option<(String, String)> {
        let id = record.id.as_deref()?;
        let day = record.time.unwrap_or_default().to_folders();
        let text = without_folders(&raw.to_ndjson()).into_owned();
        Some((format!("raw/{day}/{id}.ndjson"), text))
    }

    /// Writes the run behind a record beside it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn append_trials(&self, record: &Record, raw: &RawRecord) -> Result<()> {
        let Some((path, text)) = self.trials_file(record, raw) else { return Ok(()) };
        atomic::write(&self.path(&path), text.as_bytes(), Durability::Synced)
    }
}

/// What parts have of some months, by the path that each record had as a file: a file of that path
/// would take the place of the record.
#[derive(Debug, Default)]
struct Compacted(BTreeMap<String, Option<HashMap<String, Record>>>);

impl FolderStore {
    /// What parts have of the months of these records; only FastVideo's paths can be taken.
    fn compacted(&self, records: &[Record], layout: StoreLayout) -> Compacted {
        if layout != StoreLayout::Fastvideo {
            return Compacted::default();
        }
        let months: BTreeSet<String> =
            records.iter().filter_map(|record| Some(record.time?.to_month())).collect();
        let of = |month: String| {
            let known = self.parts_of(&month).and_then(|parts| self.known(&month, &parts)).ok();
            (month, known)
        };
        Compacted(months.into_iter().map(of).collect())
    }

    /// Paths of the parts of a month.
    fn parts_of(&self, month: &str) -> Result<Vec<String>> {
        let folder = format!("data/month={month}");
        let entries = match std::fs::read_dir(self.path(&folder)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let names = names.collect::<Result<Vec<String>>>()?;
        let parts = names.into_iter().filter(|name| is_part(&folder, name));
        Ok(parts.map(|name| format!("{folder}/{name}")).collect())
    }
}

impl Compacted {
    /// Whether a file at `path` would hide another record than this one; of a part that cannot be
    /// read, that is to be feared.
    fn hides(&self, record: &Record, path: &str) -> bool {
        let Some(month) = record.time.map(Micros::to_month) else { return false };
        match self.0.get(&month) {
            None => false,
            Some(None) => true,
            Some(Some(known)) => known.get(path).is_some_and(|other| other.id != record.id),
        }
    }
}

/// Gives a record that has no id the one that follows from what was measured.
pub fn identify(record: &mut Record) {
    let is_ulid = record.id.as_deref().is_some_and(|id| Ulid::from_string(id).is_ok());
    if !is_ulid {
        record.id = Some(content_id(record));
    }
}

fn path_of(record: &Record, layout: StoreLayout) -> String {
    let id = record.id.as_deref().unwrap_or_default();
    match layout {
        StoreLayout::Records => {
            record_path(&record.cohort().key(), record.time.unwrap_or_default(), id)
        }
        StoreLayout::Fastvideo => fastvideo_path(
            &short_name(&record.model_id),
            &record.timestamp,
            &short_name(&record.commit_sha),
        ),
    }
}

/// A ULID that follows from what was measured and when, so that storing a result again changes
/// nothing.
fn content_id(record: &Record) -> String {
    let mut measured = Record {
        id: None,
        verdict: None,
        verdict_reason: None,
        success: true,
        provenance: Provenance::default(),
        ..record.clone()
    };
    // how it was to be judged is not what was measured
    for field in [LIMITS_FIELD, BROKEN_LIMITS_FIELD] {
        measured.extra.shift_remove(field);
    }
    let digest = sha256_hex(&measured.to_json());
    let random = u128::from_str_radix(&digest[..20], 16).expect("a digest is hexadecimal");
    let millis = record.time.unwrap_or_default().0.div_euclid(1000);
    Ulid::from_parts(u64::try_from(millis).unwrap_or_default(), random).to_string()
}
