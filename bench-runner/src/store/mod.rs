//! Stores: where records live.
//!
//! In: what the user named. Out: a folder that can be read, appended to and indexed.

pub mod atomic;
pub mod events;
pub mod folder;

use std::path::PathBuf;

use anyhow::{anyhow, bail};

use crate::{
    exit::{OrExit, Outcome},
    variables::var,
};

pub use folder::FolderStore;

/// Opens the store that the flag names; else the dataset of `HF_REPO_ID`, else the local copy in
/// `PERFORMANCE_TRACKING_ROOT`, else `./history`.
///
/// # Errors
/// Usage, where the name is no folder.
pub fn open(flag: Option<&str>) -> Outcome<FolderStore> {
    let dataset = || var("HF_REPO_ID").map(|id| format!("hf://datasets/{id}"));
    let copy = || var("PERFORMANCE_TRACKING_ROOT");
    let uri = flag.map(str::to_owned).or_else(dataset).or_else(copy);
    folder_of(uri.as_deref().unwrap_or("history")).map(FolderStore::new).or_usage()
}

fn folder_of(uri: &str) -> anyhow::Result<PathBuf> {
    if uri.trim().is_empty() {
        bail!("the store has no name; name a folder such as ./history");
    }
    if uri.starts_with("hf://") {
        return Err(anyhow!(
            "store {uri}: this version keeps history in folders; copy the dataset to a folder and \
             pass `--store DIR` (or unset HF_REPO_ID)"
        ));
    }
    if uri.contains("://") && !uri.starts_with("file:///") {
        bail!("store {uri}: expected a folder such as ./history");
    }
    let path = PathBuf::from(uri.strip_prefix("file://").unwrap_or(uri));
    if path.exists() && !path.is_dir() {
        bail!("store {}: is a file, expected a folder", path.display());
    }
    Ok(path)
}
