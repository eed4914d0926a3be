//! Adding a record to a store.
//!
//! In: a judged record. Out: the path of its file, which is on the disk when the call returns.

use std::path::PathBuf;

use anyhow::Result;
use bench_records::{
    identity::fingerprint::sha256_hex,
    index::columns::record_path,
    naming::{fastvideo_path, short_name},
    paths::without_folders,
    provenance::Provenance,
    raw::RawRecord,
    record::Record,
    series::LIMITS_FIELD,
};
use rayon::prelude::*;
use ulid::Ulid;

use super::FolderStore;
use crate::atomic::{self, Durability};

/// Where in a store new records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
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
    pub fn append(&self, record: &mut Record, layout: Layout) -> Result<String> {
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
        layout: Layout,
        written: impl Fn() + Sync,
    ) -> Result<()> {
        let write = |record: &mut Record| {
            let path = self.path(&self.place(record, layout));
            atomic::write(&path, record.to_json().as_bytes(), Durability::Derived)?;
            written();
            Ok(path)
        };
        let paths: Vec<PathBuf> = records.par_iter_mut().map(write).collect::<Result<_>>()?;
        atomic::sync(&paths)
    }

    /// Where a record goes: in FastVideo's layout, beside the record of another GPU that has the
    /// same benchmark, time and commit.
    #[must_use]
    pub fn place(&self, record: &mut Record, layout: Layout) -> String {
        identify(record);
        let path = path_of(record, layout);
        let is_taken = |path: &str| {
            let there = std::fs::read(self.path(path)).ok();
            let there = there.and_then(|bytes| Record::from_slice(&bytes).ok());
            there.is_some_and(|other| other.id != record.id)
        };
        if layout == Layout::Fastvideo && is_taken(&path) {
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

/// Gives a record that has no id the one that follows from what was measured.
pub fn identify(record: &mut Record) {
    let is_ulid = record.id.as_deref().is_some_and(|id| Ulid::from_string(id).is_ok());
    if !is_ulid {
        record.id = Some(content_id(record));
    }
}

fn path_of(record: &Record, layout: Layout) -> String {
    let id = record.id.as_deref().unwrap_or_default();
    match layout {
        Layout::Records => record_path(&record.cohort().key(), record.time.unwrap_or_default(), id),
        Layout::Fastvideo => fastvideo_path(
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
    measured.extra.shift_remove(LIMITS_FIELD);
    let digest = sha256_hex(&measured.to_json());
    let random = u128::from_str_radix(&digest[..20], 16).expect("a digest is hexadecimal");
    let millis = record.time.unwrap_or_default().0.div_euclid(1000);
    Ulid::from_parts(u64::try_from(millis).unwrap_or_default(), random).to_string()
}
