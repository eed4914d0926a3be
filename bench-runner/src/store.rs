//! The store that a command is about: what a flag or a variable names, opened with exit codes.
//!
//! In: the flag. Out: a store of bench-store, whose names are passed on from here.

use anyhow::anyhow;

use crate::{
    exit::{OrExit, Outcome},
    variables::{self, var},
};

pub use bench_store::{Additions, FolderStore, Store, atomic, dataset, folder, layout, progress};

use dataset::{Freshness, Wanted};

/// Opens the store that the flag names; else the dataset of `HF_REPO_ID`, else the local copy in
/// `PERFORMANCE_TRACKING_ROOT`, else `./history`. A dataset's copy is brought up to date.
///
/// # Errors
/// Usage, where the name is none; unable, where the dataset cannot be read.
pub fn open(flag: Option<&str>) -> Outcome<Store> {
    synced(flag, Freshness::Now)
}

/// As [`open`], for what only shows: a young copy of a dataset does.
///
/// # Errors
/// As [`open`].
pub fn open_to_show(flag: Option<&str>) -> Outcome<Store> {
    synced(flag, variables::reuse()?)
}

fn synced(flag: Option<&str>, freshness: Freshness) -> Outcome<Store> {
    let store = named(flag)?;
    store.sync(freshness, Wanted::History).or_unable()?;
    Ok(store)
}

/// The store that the flag or a variable names; a dataset's copy stays as it is.
///
/// # Errors
/// Usage, where the name is none.
pub fn named(flag: Option<&str>) -> Outcome<Store> {
    let name = name(flag).unwrap_or_else(|| "history".to_owned());
    Store::named(&name, variables::hub_client, variables::copy_root()).or_usage()
}

/// What the flag or a variable says.
fn name(flag: Option<&str>) -> Option<String> {
    let dataset = || var("HF_REPO_ID").map(|id| format!("hf://datasets/{}", id.trim()));
    let copy = || var("PERFORMANCE_TRACKING_ROOT");
    flag.map(str::to_owned).or_else(dataset).or_else(copy)
}

/// What a command does with the folder that it takes where nobody names one, and that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// It shows a history without records.
    MayBegin,
    /// It has nothing to work on.
    MustBeThere,
}

/// Holds that what is to be read is there. A folder that nobody named may not be there yet where it
/// may begin.
///
/// # Errors
/// Usage, where a folder is not there.
pub fn check_there(store: &Store, flag: Option<&str>, unnamed: Unnamed) -> Outcome<()> {
    let may_begin = unnamed == Unnamed::MayBegin && name(flag).is_none();
    if store.dataset().is_some() || store.folder().root().is_dir() || may_begin {
        return Ok(());
    }
    let name = store.name();
    let parts: Vec<&str> = name.split('/').collect();
    let remedy = match parts[..] {
        [owner, repository] if ![".", "..", ""].contains(&owner) && !repository.is_empty() => {
            format!("if it is a dataset, name it hf://datasets/{name}")
        }
        _ => "name one that is there with --store".to_owned(),
    };
    Err(anyhow!("store {name}: there is no such folder; {remedy}")).or_usage()
}

/// Holds that something can be added to it, without making a folder that is not there.
///
/// # Errors
/// Unable, where its folder cannot be written to; else as [`add`].
pub fn check_writable(store: &Store) -> Outcome<()> {
    add(store).map(drop)?;
    store.check_folder().or_unable()
}

/// Begins to add to it.
///
/// # Errors
/// Usage, for a dataset without a token, and for one in a job of a pull request.
pub fn add(store: &Store) -> Outcome<Additions<'_>> {
    if let Some(dataset) = store.dataset() {
        if variables::job_context()?.provenance.is_pull_request() {
            let name = store.name();
            let error = anyhow!("a pull request never writes to a dataset; {name} stays as it is");
            return Err(error).or_usage();
        }
        dataset.check_writable().or_usage()?;
    }
    Ok(store.additions())
}
