//! Listing the record files of a folder.
//!
//! In: the root of a store. Out: each folder below it that holds `.json` files, with their names,
//! sizes and modification times. Nothing is opened.

use std::{fs, io, path::Path, time::UNIX_EPOCH};

use anyhow::Context;
use rayon::prelude::*;

/// A file as its folder lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// Name within its folder.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i64,
}

/// A folder and its record files, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderListing {
    /// Path within the store, with `/`; empty for the root.
    pub folder: String,
    /// Its `.json` files.
    pub files: Vec<FileStat>,
}

/// Lists `root`; a root that does not exist is empty. Hidden files and folders, the index, and
/// symbolic links are passed over.
///
/// # Errors
/// Where a folder cannot be read.
pub fn scan(root: &Path) -> anyhow::Result<Vec<FolderListing>> {
    if !root.exists() {
        return Ok(Vec::new());
    }
    let mut listings = list_below(root, String::new())?;
    listings.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(listings)
}

fn list_below(path: &Path, folder: String) -> anyhow::Result<Vec<FolderListing>> {
    let (names, below) =
        read_folder(path, &folder).with_context(|| format!("cannot list {}", path.display()))?;
    let nested: Vec<Vec<FolderListing>> = below
        .into_par_iter()
        .map(|name| list_below(&path.join(&name), join(&folder, &name)))
        .collect::<anyhow::Result<_>>()?;
    let mut listings: Vec<FolderListing> = nested.into_iter().flatten().collect();
    if !names.is_empty() {
        listings.push(FolderListing { files: stat_all(path, names), folder });
    }
    Ok(listings)
}

/// Names of the `.json` files, and of the folders, in one folder.
fn read_folder(path: &Path, folder: &str) -> io::Result<(Vec<String>, Vec<String>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && !(folder.is_empty() && matches!(name.as_str(), "index" | "raw")) {
            folders.push(name);
        } else if kind.is_file() && name.ends_with(".json") {
            files.push(name);
        }
    }
    Ok((files, folders))
}

/// A file that vanishes between listing and looking is left out.
fn stat_all(folder: &Path, mut names: Vec<String>) -> Vec<FileStat> {
    names.sort_unstable();
    let stat = |name: String| {
        let metadata = fs::metadata(folder.join(&name)).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        let modified_ns = i64::try_from(modified.as_nanos()).ok()?;
        Some(FileStat { name, size: metadata.len(), modified_ns })
    };
    names.into_par_iter().with_min_len(512).filter_map(stat).collect()
}

/// `folder/name`, or `name` in the root.
#[must_use]
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
