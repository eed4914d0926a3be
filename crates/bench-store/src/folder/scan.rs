//! Listing the record files of a folder.
//!
//! In: the root of a store, and what is known of it. Out: each folder below it, with the names of its
//! `.json` files, and sizes and modification times of those that are known: whoever reads a new one
//! learns these as well, for less. No file is opened.

use std::{
    fs::{self, Metadata},
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use bench_records::naming::holds_no_records;
use rayon::prelude::*;

use super::{
    dir::Dir,
    manifest::{Known, Manifest},
};
use crate::part::{PARTS, is_part};

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

/// A file in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// The index knows a file of this name; how it is now.
    Seen(FileStat),
    /// The index knows no file of this name.
    New(String),
}

impl Listed {
    /// Its name within its folder.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Seen(stat) => &stat.name,
            Self::New(name) => name,
        }
    }
}

/// A folder and its record files, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderListing {
    /// Path within the store, with `/`; empty for the root.
    pub folder: String,
    /// Modification time of the folder; 0 where it changed so lately that a file could have been
    /// added since without changing it again.
    pub modified_ns: i64,
    /// Its `.json` files and its parts.
    pub files: Vec<Listed>,
}

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Folders that did not change since the index was made are taken as they were then: files
    /// that were added, replaced or removed are found, files that were overwritten in place not.
    Folders,
    /// Every file that is known is looked at.
    Files,
}

/// A folder must have rested this long before its modification time is trusted.
const SETTLED_NS: i64 = 1_000_000_000;

struct Scan<'a> {
    known: &'a Manifest,
    depth: Depth,
    begun_ns: i64,
}

/// Lists `root`; a root that does not exist is empty. Hidden files and folders, the index, and
/// symbolic links are passed over.
///
/// # Errors
/// Where a folder cannot be read.
pub fn scan(root: &Path, known: &Manifest, depth: Depth) -> anyhow::Result<Vec<FolderListing>> {
    if root.exists() { list_from(root, String::new(), known, depth) } else { Ok(Vec::new()) }
}

/// Lists the folder of parts, which is a small part of a store.
///
/// # Errors
/// As [`scan`].
pub fn scan_parts(root: &Path) -> anyhow::Result<Vec<FolderListing>> {
    let path = root.join(PARTS);
    if fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
        list_from(&path, PARTS.to_owned(), &Manifest::default(), Depth::Files)
    } else {
        Ok(Vec::new())
    }
}

fn list_from(
    path: &Path,
    folder: String,
    known: &Manifest,
    depth: Depth,
) -> anyhow::Result<Vec<FolderListing>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let begun_ns = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
    let scan = Scan { known, depth, begun_ns };
    let mut listings = scan.list_below(path, folder)?;
    listings.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(listings)
}

impl Scan<'_> {
    fn list_below(&self, path: &Path, folder: String) -> anyhow::Result<Vec<FolderListing>> {
        let shown = || format!("cannot list {}", path.display());
        let modified_ns = modified_ns(&fs::metadata(path).with_context(shown)?).unwrap_or(0);
        let (below, listing) = match self.as_known(&folder, modified_ns) {
            Some(known) => known,
            None => self.list(path, folder, modified_ns).with_context(shown)?,
        };
        let nested: Vec<Vec<FolderListing>> = below
            .into_par_iter()
            .map(|name| self.list_below(&path.join(&name), join(&listing.folder, &name)))
            .collect::<anyhow::Result<_>>()?;
        let mut listings: Vec<FolderListing> = nested.into_iter().flatten().collect();
        listings.push(listing);
        Ok(listings)
    }

    /// The listing that the manifest has of a folder which did not change since.
    fn as_known(&self, folder: &str, modified_ns: i64) -> Option<(Vec<String>, FolderListing)> {
        let known = self.known.folders.get(folder).filter(|_| self.depth == Depth::Folders)?;
        if known.modified_ns == 0 || known.modified_ns != modified_ns {
            return None;
        }
        let files = known.files.iter().map(|known| Listed::Seen(known.stat.clone())).collect();
        let below = self.known.names_below(folder);
        Some((below, FolderListing { folder: folder.to_owned(), modified_ns, files }))
    }

    fn list(
        &self,
        path: &Path,
        folder: String,
        modified_ns: i64,
    ) -> io::Result<(Vec<String>, FolderListing)> {
        let (names, below) = read_folder(path, &folder)?;
        let settled = self.begun_ns.saturating_sub(modified_ns) > SETTLED_NS;
        let modified_ns = if settled { modified_ns } else { 0 };
        let known = self.known.folders.get(&folder).map_or(&[][..], |known| &known.files);
        Ok((below, FolderListing { files: look_at(path, names, known)?, folder, modified_ns }))
    }
}

/// Names of the `.json` files and parts, and of the folders, in one folder.
fn read_folder(path: &Path, folder: &str) -> io::Result<(Vec<String>, Vec<String>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && !holds_no_records(folder, &name) {
            folders.push(name);
        } else if kind.is_file() && (name.ends_with(".json") || is_part(folder, &name)) {
            files.push(name);
        }
    }
    Ok((files, folders))
}

/// A known file that vanishes between listing and looking is left out.
fn look_at(folder: &Path, mut names: Vec<String>, known: &[Known]) -> io::Result<Vec<Listed>> {
    names.sort_unstable();
    if known.is_empty() {
        return Ok(names.into_iter().map(Listed::New).collect());
    }
    let dir = Dir::open(folder)?;
    let look = |name: String| match known.binary_search_by(|known| known.stat.name.cmp(&name)) {
        Ok(_) => dir.stat(name).map(Listed::Seen),
        Err(_) => Some(Listed::New(name)),
    };
    Ok(names.into_par_iter().with_min_len(512).filter_map(look).collect())
}

/// Modification time in nanoseconds since 1970.
#[must_use]
pub fn modified_ns(metadata: &Metadata) -> Option<i64> {
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(modified.as_nanos()).ok()
}

/// `folder/name`, or `name` in the root.
#[must_use]
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { [folder, "/", name].concat() }
}
