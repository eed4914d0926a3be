//! Stores: where records live.
//!
//! In: what the user named. Out: a folder that can be read and indexed, and additions to it; of a
//! dataset it is the local copy.

pub mod atomic;
pub mod folder;
pub mod git;
pub mod hub;
mod job;
pub mod layout;
pub mod part;

use std::{ops::Deref, path::PathBuf};

use anyhow::{anyhow, bail};

use crate::{
    exit::{OrExit, Outcome},
    variables::{self, var},
};

pub use folder::FolderStore;
pub use job::Additions;
pub use layout::Addition;

use hub::{Dataset, DatasetUri, Freshness, Synced, Wanted};

/// A folder, or a dataset with its local copy. It reads as that folder.
#[derive(Debug, Clone)]
pub struct Store {
    folder: FolderStore,
    dataset: Option<Dataset>,
    /// Whether nobody named it: then it may not be there yet.
    is_default: bool,
}

/// Opens the store that the flag names; else the dataset of `HF_REPO_ID`, else the local copy in
/// `PERFORMANCE_TRACKING_ROOT`, else `./history`. A dataset's copy is brought up to date.
///
/// # Errors
/// Usage, where the name is none; unable, where the dataset cannot be read.
pub fn open(flag: Option<&str>) -> Outcome<Store> {
    Store::named(flag)?.synced(Freshness::Now)
}

/// As [`open`], for what only shows: a young copy of a dataset does.
///
/// # Errors
/// As [`open`].
pub fn open_to_show(flag: Option<&str>) -> Outcome<Store> {
    Store::named(flag)?.synced(hub::reuse()?)
}

/// What a command does with the folder that it takes where nobody names one, and that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// It shows a history without records.
    MayBegin,
    /// It has nothing to work on.
    MustBeThere,
}

impl Store {
    /// The store that the flag or a variable names; a dataset's copy stays as it is.
    ///
    /// # Errors
    /// Usage, where the name is none.
    pub fn named(flag: Option<&str>) -> Outcome<Self> {
        let dataset = || var("HF_REPO_ID").map(|id| format!("hf://datasets/{}", id.trim()));
        let copy = || var("PERFORMANCE_TRACKING_ROOT");
        let named = flag.map(str::to_owned).or_else(dataset).or_else(copy);
        let (uri, is_default) = (named.as_deref().unwrap_or("history"), named.is_none());
        if !uri.starts_with("hf://") {
            let folder = folder_of(uri).or_usage()?;
            return Ok(Self { folder: FolderStore::new(folder), dataset: None, is_default });
        }
        let dataset = DatasetUri::parse(uri).and_then(Dataset::new).or_usage()?;
        let folder = FolderStore::new(dataset.root().to_owned());
        Ok(Self { folder, dataset: Some(dataset), is_default })
    }

    /// Holds that what is to be read is there. A folder that nobody named may not be there yet where
    /// `may_begin`.
    ///
    /// # Errors
    /// Usage, where a folder is not there.
    pub fn check_there(&self, unnamed: Unnamed) -> Outcome<()> {
        let may_begin = self.is_default && unnamed == Unnamed::MayBegin;
        if self.dataset.is_some() || self.root().is_dir() || may_begin {
            return Ok(());
        }
        let name = self.name();
        let parts: Vec<&str> = name.split('/').collect();
        let remedy = match parts[..] {
            [owner, repository] if ![".", "..", ""].contains(&owner) && !repository.is_empty() => {
                format!("if it is a dataset, name it hf://datasets/{name}")
            }
            _ => "name one that is there with --store".to_owned(),
        };
        Err(anyhow!("store {name}: there is no such folder; {remedy}")).or_usage()
    }

    fn synced(self, freshness: Freshness) -> Outcome<Self> {
        if let Some(dataset) = &self.dataset {
            dataset.sync(freshness, Wanted::History).or_unable()?;
        }
        Ok(self)
    }

    /// Brings a dataset's copy up to it; a folder is what it is.
    ///
    /// # Errors
    /// Unable, where the dataset cannot be read.
    pub fn sync(&self, freshness: Freshness, wanted: Wanted) -> Outcome<Option<Synced>> {
        let synced = self.dataset.as_ref().map(|dataset| dataset.sync(freshness, wanted));
        synced.transpose().or_unable()
    }

    /// The dataset, where it is one.
    #[must_use]
    pub fn dataset(&self) -> Option<&Dataset> {
        self.dataset.as_ref()
    }

    /// What reports call it.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.dataset {
            Some(dataset) => dataset.uri().to_string(),
            None => self.folder.root().display().to_string(),
        }
    }

    /// What a dataset's copy lacks, with the reason.
    #[must_use]
    pub fn set_aside(&self) -> Vec<(String, String)> {
        self.dataset.as_ref().map(Dataset::set_aside).unwrap_or_default()
    }

    /// Holds that something can be added to it, without making a folder that is not there.
    ///
    /// # Errors
    /// Unable, where its folder cannot be written to; else as [`Store::add`].
    pub fn check_writable(&self) -> Outcome<()> {
        self.add().map(drop)?;
        let written = match self.dataset {
            Some(_) => self.root().to_owned(),
            None => self.root().join("records"),
        };
        atomic::check_writable(&written).or_unable()
    }

    /// Begins to add to it.
    ///
    /// # Errors
    /// Usage, for a dataset without a token, and for one in a job of a pull request.
    pub fn add(&self) -> Outcome<Additions<'_>> {
        if let Some(dataset) = &self.dataset {
            if variables::job_context()?.provenance.is_pull_request() {
                let name = self.name();
                let error =
                    anyhow!("a pull request never writes to a dataset; {name} stays as it is");
                return Err(error).or_usage();
            }
            dataset.check_writable().or_usage()?;
        }
        Ok(Additions::to(self))
    }
}

impl Deref for Store {
    type Target = FolderStore;

    fn deref(&self) -> &FolderStore {
        &self.folder
    }
}

fn folder_of(uri: &str) -> anyhow::Result<PathBuf> {
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
