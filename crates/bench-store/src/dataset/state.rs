//! What a local copy was made from: `.hub/listing.ndjson`.
//!
//! In and out: a header line, then a line a file. It is written after the files, so that an
//! interrupted sync at worst looks at some of them again.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::atomic::{self, Durability};

const FORMAT: &str = "bench-runner/dataset-copy/1";
const PATH: &str = ".hub/listing.ndjson";

/// First line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: String,
    /// What it is a copy of.
    pub dataset: String,
    /// Where that was.
    pub endpoint: String,
    /// Commit that it was made from.
    pub commit: String,
    /// When the sync began, in milliseconds since 1970.
    pub begun_ms: u64,
    /// Whether trials are in it.
    pub has_trials: bool,
}

/// A file of the copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Path in the dataset.
    pub path: String,
    /// Path in the copy, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_as: Option<String>,
    /// Id of its content.
    pub id: String,
    /// Size in bytes.
    pub size: u64,
    /// When this copy wrote it to the dataset, in milliseconds since 1970; such a file may be
    /// missing from listings for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed_ms: Option<u64>,
    /// Why it is set aside, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<String>,
}

/// What a local copy was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// `None` before the first sync.
    pub header: Option<Header>,
    /// Files by their path in the dataset.
    pub files: BTreeMap<String, Copied>,
    /// Entries of the listing that are set aside, with the reason.
    pub entries_set_aside: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct EntrySetAside {
    entry: String,
    reason: String,
}

impl Header {
    /// The header of a sync.
    #[must_use]
    pub fn new(
        dataset: String,
        endpoint: String,
        commit: String,
        begun_ms: u64,
        has_trials: bool,
    ) -> Self {
        Self { format: FORMAT.to_owned(), dataset, endpoint, commit, begun_ms, has_trials }
    }
}

impl Copied {
    /// Path in the copy.
    #[must_use]
    pub fn local(&self) -> &str {
        self.kept_as.as_deref().unwrap_or(&self.path)
    }
}

impl State {
    /// Reads it; empty where there is none or it cannot be used: then files are told by content.
    ///
    /// # Errors
    /// Where it is a copy of another dataset.
    pub fn read(root: &Path, dataset: &str, endpoint: &str) -> Result<Self> {
        let Some(state) = fs::read_to_string(root.join(PATH)).ok().and_then(|text| parse(&text))
        else {
            return Ok(Self::default());
        };
        if let Some(header) = &state.header {
            ensure!(
                header.dataset == dataset && header.endpoint == endpoint,
                "{} is a copy of {} at {}; set PERFORMANCE_TRACKING_ROOT to another folder for \
                 {dataset}",
                root.display(),
                header.dataset,
                header.endpoint
            );
        }
        Ok(state)
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, root: &Path) -> Result<()> {
        let mut text = line(&self.header)?;
        for copied in self.files.values() {
            text.push_str(&line(copied)?);
        }
        for (entry, reason) in &self.entries_set_aside {
            let (entry, reason) = (entry.clone(), reason.clone());
            text.push_str(&line(&EntrySetAside { entry, reason })?);
        }
        atomic::write(&root.join(PATH), text.as_bytes(), Durability::Derived)
    }

    /// Everything that is set aside, with the reason.
    pub fn set_aside(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.values();
        let files = files.filter_map(|file| Some((file.path.as_str(), file.set_aside.as_deref()?)));
        files
            .chain(self.entries_set_aside.iter().map(|(entry, why)| (entry.as_str(), why.as_str())))
    }
}

fn line(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value).context("a line of the listing serializes")? + "\n")
}

fn parse(text: &str) -> Option<State> {
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next()?).ok()?;
    let mut state = State { header: Some(header), ..State::default() };
    if state.header.as_ref()?.format != FORMAT {
        return None;
    }
    for line in lines {
        match serde_json::from_str::<Copied>(line) {
            Ok(copied) => drop(state.files.insert(copied.path.clone(), copied)),
            Err(_) => {
                let set_aside: EntrySetAside = serde_json::from_str(line).ok()?;
                state.entries_set_aside.push((set_aside.entry, set_aside.reason));
            }
        }
    }
    Some(state)
}
