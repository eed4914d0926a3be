//! Stores: where records live.
//!
//! In: a store's name, and for a dataset the client of the Hub. Out: a folder that can be read and
//! indexed, and additions to it; of a dataset it is the local copy. No variable is read here, and
//! no exit code is known.

pub mod atomic;
pub mod dataset;
pub mod folder;
mod job;
pub mod layout;
pub mod part;
pub mod progress;
mod several;

use std::path::PathBuf;

use anyhow::{Result, bail};
use bench_hub::{Client, dataset::DatasetUri};

pub use dataset::Dataset;
pub use folder::FolderStore;
pub use job::Additions;
pub use layout::Addition;
pub use several::Several;

use dataset::{Freshness, Synced, Wanted};

/// A folder, or a dataset of the Hub with its local copy.
#[derive(Debug, Clone)]
pub enum Store {
    /// A folder of this machine.
    Folder(FolderStore),
    /// A dataset.
    Dataset(Dataset),
}

impl Store {
    /// The store of a name. `client` is asked for a dataset alone, whose copy is in `copy`, or below
    /// the system's temporary folder. Nobody is asked yet.
    ///
    /// # Errors
    /// Where the name is none; the error of `client`.
    pub fn named(
        name: &str,
        client: impl FnOnce() -> Result<Client>,
        copy: Option<PathBuf>,
    ) -> Result<Self> {
        if !name.starts_with("hf://") {
            return Ok(Self::Folder(FolderStore::new(folder_of(name)?)));
        }
        let uri = DatasetUri::parse(name)?;
        Ok(Self::Dataset(Dataset::new(uri, client()?, copy)))
    }

    /// The folder that is read: its own, or that of a dataset's copy.
    #[must_use]
    pub fn folder(&self) -> &FolderStore {
        match self {
            Self::Folder(folder) => folder,
            Self::Dataset(dataset) => dataset.copy(),
        }
    }

    /// The dataset, where it is one.
    #[must_use]
    pub fn dataset(&self) -> Option<&Dataset> {
        match self {
            Self::Folder(_) => None,
            Self::Dataset(dataset) => Some(dataset),
        }
    }

    /// Brings a dataset's copy up to it; a folder is what it is.
    ///
    /// # Errors
    /// Where the dataset cannot be read.
    pub fn sync(&self, freshness: Freshness, wanted: Wanted) -> Result<Option<Synced>> {
        self.dataset().map(|dataset| dataset.sync(freshness, wanted)).transpose()
    }

    /// What reports call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.root().display().to_string(),
            Self::Dataset(dataset) => dataset.uri().to_string(),
        }
    }

    /// What a dataset's copy lacks, with the reason.
    #[must_use]
    pub fn set_aside(&self) -> Vec<(String, String)> {
        self.dataset().map(Dataset::set_aside).unwrap_or_default()
    }

    /// Holds that its folder can be written to, without making one that is not there.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn check_folder(&self) -> Result<()> {
        match self {
            Self::Folder(folder) => atomic::check_writable(&folder.root().join("records")),
            Self::Dataset(dataset) => atomic::check_writable(dataset.root()),
        }
    }

    /// Begins to add to it.
    #[must_use]
    pub fn additions(&self) -> Additions<'_> {
        Additions::to(self)
    }
}

fn folder_of(uri: &str) -> Result<PathBuf> {
    if uri.trim().is_empty() {
        bail!("the store has no name; name a folder such as ./history");
    }
    if uri.contains("://") && !uri.starts_with("file:///") {
        bail!("store {uri}: expected a folder such as ./history, or hf://datasets/<owner>/<name>");
    }
    let path = PathBuf::from(uri.strip_prefix("file://").unwrap_or(uri));
    if path.exists() && !path.is_dir() {
        bail!("store {}: is a file, expected a folder", path.display());
    }
    Ok(path)
}
