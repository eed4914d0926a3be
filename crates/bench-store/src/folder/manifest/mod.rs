//! The manifest: which files the index was made from, and what became of each.
//!
//! In and out: `index/v1/files.ndjson`, a line a folder, column-wise. Comparing it with a fresh
//! listing tells what is new, changed or gone without opening a record.

mod lines;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use bench_records::identity::SeriesKey;

use super::{
    refresh::Place,
    scan::{FileStat, FolderListing, Listed, join},
};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its record is in this series.
    InSeries(SeriesKey),
    /// It is a part, with this many records of each of these series.
    Part(Vec<(SeriesKey, usize)>),
    /// It was set aside, for this reason.
    SetAside(String),
}

impl Fate {
    /// Number of records that a part has of a series.
    #[must_use]
    pub fn rows_of(&self, key: &SeriesKey) -> usize {
        let Self::Part(rows) = self else { return 0 };
        rows.iter().filter(|(of, _)| of == key).map(|(_, count)| count).sum()
    }
}

/// A file that the index knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As it was listed then.
    pub stat: FileStat,
    /// What became of it.
    pub fate: Fate,
}

impl Known {
    /// Whether a listed file is this one, unchanged.
    fn is(&self, listed: &Listed) -> bool {
        matches!(listed, Listed::Seen(stat) if *stat == self.stat)
    }
}

/// A folder that the index knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownFolder {
    /// As [`FolderListing::modified_ns`].
    pub modified_ns: i64,
    /// Its files, sorted by name.
    pub files: Vec<Known>,
}

/// Every file that the index was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Every folder of the store, empty ones included, by path.
    pub folders: BTreeMap<String, KnownFolder>,
    /// Size and modification time of `events.ndjson` and `metrics.ndjson` then.
    pub sidecars: Vec<Option<(u64, i64)>>,
}

/// What a fresh listing has that the manifest does not, and the other way round.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// New or changed files.
    pub to_read: Vec<Place>,
    /// Paths of changed and vanished files, with their series.
    pub outdated: HashMap<String, SeriesKey>,
    /// Whether a part changed or vanished, which none of ours does: then all is read again.
    pub lacks_part: bool,
    /// Whether anything differs at all.
    pub is_any: bool,
}

impl Manifest {
    /// Paths that were set aside, with their reasons.
    pub fn set_aside(&self) -> impl Iterator<Item = (String, &str)> {
        self.files().filter_map(|(folder, known)| match &known.fate {
            Fate::SetAside(reason) => Some((join(folder, &known.stat.name), reason.as_str())),
            Fate::InSeries(_) | Fate::Part(_) => None,
        })
    }

    /// Every file with its folder.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Known)> {
        let folders = self.folders.iter();
        folders
            .flat_map(|(path, folder)| folder.files.iter().map(move |file| (path.as_str(), file)))
    }

    /// Names of the folders directly below a folder.
    #[must_use]
    pub fn names_below(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from = self.folders.range(prefix.clone()..);
        let within = from.take_while(|(path, _)| path.starts_with(&prefix));
        let names = within.filter_map(|(path, _)| path.strip_prefix(&prefix));
        names.filter(|name| !name.is_empty() && !name.contains('/')).map(str::to_owned).collect()
    }

    /// Compares with a fresh listing; both are sorted.
    #[must_use]
    pub fn difference(&self, listings: &[FolderListing]) -> Difference {
        let mut difference = Difference::default();
        for listing in listings {
            let known = self.folders.get(&listing.folder).map_or(&[][..], |known| &known.files);
            compare_folder(&listing.folder, known, &listing.files, &mut difference);
        }
        let listed: std::collections::HashSet<&str> =
            listings.iter().map(|listing| listing.folder.as_str()).collect();
        for (folder, known) in &self.folders {
            if !listed.contains(folder.as_str()) {
                compare_folder(folder, &known.files, &[], &mut difference);
            }
        }
        difference
    }
}

fn compare_folder(folder: &str, known: &[Known], listed: &[Listed], difference: &mut Difference) {
    let mut known = known.iter().peekable();
    let shared: Arc<str> = folder.into();
    for file in listed {
        let name = file.name();
        while let Some(gone) = known.next_if(|known| *known.stat.name < *name) {
            difference.forget(folder, gone);
        }
        match known.next_if(|known| known.stat.name == name) {
            Some(same) if same.is(file) => continue,
            Some(changed) => difference.forget(folder, changed),
            None => {}
        }
        difference.is_any = true;
        difference.to_read.push((shared.clone(), name.to_owned()));
    }
    for gone in known {
        difference.forget(folder, gone);
    }
}

impl Difference {
    fn forget(&mut self, folder: &str, known: &Known) {
        self.is_any = true;
        match &known.fate {
            Fate::InSeries(key) => {
                self.outdated.insert(join(folder, &known.stat.name), key.clone());
            }
            Fate::Part(_) => self.lacks_part = true,
            Fate::SetAside(_) => {}
        }
    }
}

/// Files that were read, and what became of each.
pub type Fates<'f> = Vec<(&'f Place, Known)>;

/// The manifest of `listings`: what became of files that were read, the last time of each, else what was
/// known of them.
pub(super) fn manifest_of(
    before: &Manifest,
    listings: Vec<FolderListing>,
    mut fates: Fates<'_>,
    sidecars: Vec<Option<(u64, i64)>>,
) -> Manifest {
    fates.sort_by_key(|(place, _)| *place);
    let mut fates = fates.into_iter().peekable();
    let mut read = |folder: &str, name: &str| {
        let of = |place: &Place| (&*place.0, place.1.as_str()).cmp(&(folder, name));
        while fates.next_if(|(place, _)| of(place).is_lt()).is_some() {}
        std::iter::from_fn(|| fates.next_if(|(place, _)| of(place).is_eq())).last()
    };
    let mut folders = BTreeMap::new();
    for FolderListing { folder, modified_ns, files } in listings {
        let known = before.folders.get(&folder).map_or(&[][..], |known| &known.files);
        let mut of = |file: Listed| match read(&folder, file.name()) {
            Some((_, read)) => Some(read),
            None => {
                let by_name = |known: &Known| known.stat.name.as_str().cmp(file.name());
                let at = known.binary_search_by(by_name).ok()?;
                known[at].is(&file).then(|| known[at].clone())
            }
        };
        let files = files.into_iter().filter_map(&mut of).collect();
        folders.insert(folder, KnownFolder { modified_ns, files });
    }
    Manifest { folders, sidecars }
}
