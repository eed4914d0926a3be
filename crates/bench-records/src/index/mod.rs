//! The index: history in the form that a reader loads fast.
//!
//! In: series. Out: the text of `index/v1/head.ndjson`, what the site loads first, of its pages
//! `index/v1/head/<number>.ndjson`, and of `index/v1/series/<key>.ndjson`, one series in full; and back.

pub mod columns;
mod entry;
pub mod head;
mod head_levels;
mod list;
mod pages;
mod reading;
pub mod series_file;
mod tail;

pub use entry::{HeadEntry, worst_first};
pub use head::{Head, HeadHeader, HeadReading, HeadSeries};
pub use head_levels::HeadLevels;
pub use list::HeadList;
pub use pages::{
    PAGES_DIR, PageHeader, SERIES_A_PAGE, SERIES_AT_FIRST, head_files, is_as_listed, is_page,
    is_whole, page_count, page_path, page_series, read_page,
};

use crate::json::{self, FromJson};

/// Folder of the index within a store.
pub const INDEX_DIR: &str = "index/v1";

/// Folder of the files of series within a store.
pub const SERIES_DIR: &str = "index/v1/series";

/// Path of the head within a store.
pub const HEAD_PATH: &str = "index/v1/head.ndjson";

/// Path of a series' file within a store.
#[must_use]
pub fn series_path(key: &crate::identity::SeriesKey) -> String {
    format!("{SERIES_DIR}/{key}.ndjson")
}

/// Why an index file cannot be used; the remedy is to write it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// A line is not what this version writes.
    #[error("line {line}: {problem}; rebuild it with `bench-runner index`")]
    BadLine {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The file ends early or its columns have different lengths.
    #[error(
        "column {column} has {found} values, expected {expected}; rebuild it with `bench-runner index`"
    )]
    Uneven {
        /// Name of the column.
        column: String,
        /// Values found.
        found: usize,
        /// Values that the header announces.
        expected: usize,
    },
    /// A page has other lines than its head was written with.
    #[error(
        "{} is of another state of the history than its head: it changed meanwhile",
        page_path(*page)
    )]
    OtherState {
        /// Number of the page, from 1.
        page: usize,
    },
    /// A number that no reader of this format could have written.
    #[error("column {column} is out of range at {index}; rebuild it with `bench-runner index`")]
    OutOfRange {
        /// Name of the column.
        column: String,
        /// Position in it, from 0.
        index: usize,
    },
}

/// Reads a line of a file of the index; lines count from 1.
///
/// # Errors
/// [`IndexError::BadLine`] where it is none of this type.
pub fn parse_line<T: FromJson>(number: usize, line: &str) -> Result<T, IndexError> {
    json::from_text(line)
        .map_err(|problem| IndexError::BadLine { line: number, problem: problem.to_string() })
}

pub(crate) fn push_line(out: &mut String, value: &impl serde::Serialize) {
    out.push_str(&serde_json::to_string(value).expect("index lines hold plain values"));
    out.push('\n');
}

#[cfg(test)]
mod tests;
