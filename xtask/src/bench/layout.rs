//! Where a store keeps a record.

use bench_records::{index::columns::record_path, naming::fastvideo_path, record::Record};

/// The two layouts of a store.
#[derive(Clone, Copy)]
pub enum StoreLayout {
    /// `<model>/<timestamp>_<commit>.json`.
    FastVideo,
    /// `records/<YYYY-MM>/<DD>/<series>-<timestamp>-<ulid>.json`.
    Records,
}

impl StoreLayout {
    /// Its name in folders and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::FastVideo => "fastvideo",
            Self::Records => "records",
        }
    }

    /// Path of a record within the store.
    pub fn path(self, record: &Record) -> String {
        match self {
            Self::FastVideo => {
                fastvideo_path(&record.model_id, &record.timestamp, &record.commit_sha)
            }
            Self::Records => {
                let id = record.id.as_deref().unwrap_or_default();
                record_path(&record.cohort().key(), record.time.unwrap_or_default(), id)
            }
        }
    }
}
