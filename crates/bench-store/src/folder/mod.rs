//! A store in a folder: append, list, read incrementally, index.
//!
//! Writers need no lock to add a record; the index is derived, kept up under a lock by whoever
//! reads, and made again where it is missing or broken.

mod append;
mod changed;
mod compact;
mod dir;
mod files;
mod history;
mod ingest;
mod lock;
mod manifest;
mod parts;
mod persist;
mod refresh;
mod scan;
mod update;

use std::path::{Path, PathBuf};

pub use append::{StoreLayout, identify};
pub use compact::Compacted;
pub use history::History;
pub use refresh::Refreshed;

/// A folder that holds records.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// The store in `root`, which need not exist yet.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }
}
