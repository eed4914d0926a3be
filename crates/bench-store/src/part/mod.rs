//! Parts: closed months of records as Parquet files, `data/month=<YYYY-MM>/part-<ulid>.parquet`.
//!
//! In: records with the paths that they were read from, and back. A part is written once and never
//! changed. The columns that other tools query are columns; everything else of a record is JSON in
//! the column `rest`, so that a record read from a part is the record that was written.

mod columns;
mod read;
mod write;

use bench_records::{
    identity::SeriesKey, index::columns::record_path, record::Record, time::Micros,
};
use ulid::Ulid;

pub use read::Reader;
pub use write::write;

/// Folder of a store that has them.
pub const PARTS: &str = "data";

/// A record in a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Key of its series.
    pub series: SeriesKey,
    /// Where its file was in the store.
    pub path: String,
    /// The record; it has a time.
    pub record: Record,
}

impl Row {
    /// When it ran.
    #[must_use]
    pub fn time(&self) -> Micros {
        self.record.time.unwrap_or_default()
    }

    fn id(&self) -> &str {
        self.record.id.as_deref().unwrap_or_default()
    }

    /// The order of rows in a part.
    fn order(&self) -> (&str, Micros, &str, &str) {
        (&self.series.0, self.time(), self.id(), &self.path)
    }

    /// Whether the path is the one that a run would have chosen.
    fn path_follows(&self) -> bool {
        !self.id().is_empty() && self.path == record_path(&self.series, self.time(), self.id())
    }
}

/// A new path for a part of a month such as `2026-05`.
#[must_use]
pub fn new_path(month: &str) -> String {
    format!("{PARTS}/month={month}/part-{}.parquet", Ulid::generate())
}

/// Whether a file of this name in this folder is a part.
#[must_use]
pub fn is_part(folder: &str, name: &str) -> bool {
    let below = folder.strip_prefix(PARTS);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) && name.ends_with(".parquet")
}

#[cfg(test)]
mod tests;
