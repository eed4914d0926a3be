//! The manifest: which files the index was made from, and what became of each.
//!
//! In and out: `index/v1/files.ndjson`, a line a folder, column-wise. Comparing it with a fresh
//! listing tells what is new, changed or gone without opening a record.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, ensure};
use bench_records::identity::SeriesKey;
use serde::{Deserialize, Serialize};

use super::scan::{FileStat, FolderListing, join};

const FORMAT: &str = "bench-runner/files/2";

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its record is in this series.
    InSeries(SeriesKey),
    /// It was set aside, for this reason.
    SetAside(String),
}

/// A file that the index knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As it was listed then.
    pub stat: FileStat,
    /// What became of it.
    pub fate: Fate,
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

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    series: Vec<SeriesKey>,
    sidecars: Vec<Option<(u64, i64)>>,
}

#[derive(Serialize, Deserialize)]
struct FolderLine {
    folder: String,
    folder_modified_ns: i64,
    names: Vec<String>,
    sizes: Vec<u64>,
    modified_ns: Vec<i64>,
    /// Position in the header's list; -1 for a file that was set aside.
    series: Vec<i64>,
    /// Reasons of the files that were set aside, in order.
    reasons: Vec<String>,
}

/// What a fresh listing has that the manifest does not, and the other way round.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// New or changed files: folder and file.
    pub to_read: Vec<(String, FileStat)>,
    /// Paths of changed and vanished files, with their series.
    pub outdated: HashMap<String, SeriesKey>,
    /// Whether anything differs at all.
    pub is_any: bool,
}

impl Manifest {
    /// Number of files whose records are in a series, and of those that were set aside.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let all = || self.folders.values().flat_map(|folder| &folder.files);
        let set_aside = all().filter(|known| matches!(known.fate, Fate::SetAside(_))).count();
        (all().count() - set_aside, set_aside)
    }

    /// Paths that were set aside, with their reasons.
    pub fn set_aside(&self) -> impl Iterator<Item = (String, &str)> {
        self.files().filter_map(|(folder, known)| match &known.fate {
            Fate::SetAside(reason) => Some((join(folder, &known.stat.name), reason.as_str())),
            Fate::InSeries(_) => None,
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

    /// The text of the file.
    #[must_use]
    pub fn to_ndjson(&self) -> String {
        let mut series: Vec<SeriesKey> = Vec::new();
        let mut positions: HashMap<SeriesKey, i64> = HashMap::new();
        for (_, known) in self.files() {
            if let Fate::InSeries(key) = &known.fate {
                positions.entry(key.clone()).or_insert_with(|| {
                    series.push(key.clone());
                    series.len() as i64 - 1
                });
            }
        }
        let header = Header { format: FORMAT.to_owned(), series, sidecars: self.sidecars.clone() };
        let mut out = to_line(&header);
        for (path, folder) in &self.folders {
            out.push_str(&to_line(&FolderLine::of(path, folder, &positions)));
        }
        out
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Where the text is of another version, broken, or cut short.
    pub fn from_ndjson(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines();
        let header: Header = serde_json::from_str(lines.next().unwrap_or_default())?;
        ensure!(header.format == FORMAT, "format is {:?}", header.format);
        let mut folders = BTreeMap::new();
        for line in lines {
            let line: FolderLine = serde_json::from_str(line)?;
            let (path, folder) = line.into_folder(&header.series)?;
            folders.insert(path, folder);
        }
        Ok(Self { folders, sidecars: header.sidecars })
    }
}

fn to_line(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).expect("manifest lines hold plain values");
    line.push('\n');
    line
}

fn compare_folder(folder: &str, known: &[Known], listed: &[FileStat], difference: &mut Difference) {
    let mut known = known.iter().peekable();
    for file in listed {
        while let Some(gone) = known.next_if(|known| known.stat.name < file.name) {
            difference.forget(folder, gone);
        }
        match known.next_if(|known| known.stat.name == file.name) {
            Some(same) if same.stat == *file => continue,
            Some(changed) => difference.forget(folder, changed),
            None => {}
        }
        difference.is_any = true;
        difference.to_read.push((folder.to_owned(), file.clone()));
    }
    for gone in known {
        difference.forget(folder, gone);
    }
}

impl Difference {
    fn forget(&mut self, folder: &str, known: &Known) {
        self.is_any = true;
        if let Fate::InSeries(key) = &known.fate {
            self.outdated.insert(join(folder, &known.stat.name), key.clone());
        }
    }
}

impl FolderLine {
    fn of(path: &str, folder: &KnownFolder, positions: &HashMap<SeriesKey, i64>) -> Self {
        let files = &folder.files;
        let position = |known: &Known| match &known.fate {
            Fate::InSeries(key) => positions[key],
            Fate::SetAside(_) => -1,
        };
        let reason = |known: &Known| match &known.fate {
            Fate::SetAside(reason) => Some(reason.clone()),
            Fate::InSeries(_) => None,
        };
        Self {
            folder: path.to_owned(),
            folder_modified_ns: folder.modified_ns,
            names: files.iter().map(|known| known.stat.name.clone()).collect(),
            sizes: files.iter().map(|known| known.stat.size).collect(),
            modified_ns: files.iter().map(|known| known.stat.modified_ns).collect(),
            series: files.iter().map(position).collect(),
            reasons: files.iter().filter_map(reason).collect(),
        }
    }

    fn into_folder(self, series: &[SeriesKey]) -> anyhow::Result<(String, KnownFolder)> {
        let count = self.names.len();
        let even = [self.sizes.len(), self.modified_ns.len(), self.series.len()];
        ensure!(even.iter().all(|length| *length == count), "columns of different lengths");
        let mut reasons = self.reasons.into_iter();
        let mut files = Vec::with_capacity(count);
        for (index, name) in self.names.into_iter().enumerate() {
            let fate = match usize::try_from(self.series[index]) {
                Ok(position) => {
                    Fate::InSeries(series.get(position).context("no such series")?.clone())
                }
                Err(_) => Fate::SetAside(reasons.next().context("a reason is missing")?),
            };
            let (size, modified_ns) = (self.sizes[index], self.modified_ns[index]);
            files.push(Known { stat: FileStat { name, size, modified_ns }, fate });
        }
        Ok((self.folder, KnownFolder { modified_ns: self.folder_modified_ns, files }))
    }
}
