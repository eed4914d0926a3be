//! Bringing a local copy up to a dataset.
//!
//! In: the listing of the dataset's head, and what the copy was made from. Out: the copy with what is
//! new or changed fetched, what is gone removed, and what cannot be kept set aside by name.

mod fetch;
mod plan;

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};

use bench_hub::{
    Client,
    dataset::{self as remote, DatasetUri},
    git,
};

use self::{fetch::check_folders, plan::Plan};
use super::{
    place::Wanted,
    state::{Copied, Header, State},
};

/// How long listings may lack a file that was just written.
const LAG: Duration = Duration::from_secs(600);

/// How old the copy may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// As the dataset is now.
    Now,
    /// As it was at most this long ago.
    Within(Duration),
}

/// What a sync did.
#[derive(Debug, Default)]
pub struct Synced {
    /// Commit that the copy is of.
    pub commit: String,
    /// Files of the dataset that are in the copy.
    pub files: usize,
    /// Files that were fetched.
    pub fetched: usize,
    /// Files that were removed, for the dataset has them no more.
    pub removed: usize,
    /// Files that are kept under another name, for one has theirs in another case.
    pub renamed: Vec<(String, String)>,
    /// What is set aside, with the reason.
    pub set_aside: Vec<(String, String)>,
}

/// A dataset and its copy.
pub(super) struct Sync<'a> {
    pub(super) client: &'a Client,
    pub(super) uri: &'a DatasetUri,
    pub(super) root: &'a Path,
    pub(super) wanted: Wanted,
}

impl Sync<'_> {
    /// Brings the copy up to the dataset, unless it is young enough.
    ///
    /// # Errors
    /// Where the dataset cannot be listed, or the copy cannot be written.
    pub(super) fn run(&self, freshness: Freshness) -> Result<Synced> {
        let asked_ms = now_ms();
        let _lock = lock(self.root)?;
        let before =
            State::read(self.root, &self.uri.to_string(), self.client.endpoint().as_str())?;
        let age_ms = match freshness {
            Freshness::Now => 0,
            Freshness::Within(age) => u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        };
        let has_wanted = |header: &Header| header.has_trials || self.wanted == Wanted::History;
        let young = |header: &&Header| {
            has_wanted(header) && header.begun_ms >= asked_ms.saturating_sub(age_ms)
        };
        if let Some(header) = before.header.as_ref().filter(young) {
            return Ok(synced(&before, &header.commit));
        }
        let commit = remote::head(self.client, self.uri)?;
        let is_same = |header: &Header| header.commit == commit && has_wanted(header);
        let is_complete = before.set_aside().next().is_none() && self.has_all(&before);
        if before.header.as_ref().is_some_and(is_same) && is_complete {
            self.write(before.clone(), &commit, asked_ms)?;
            return Ok(synced(&before, &commit));
        }
        self.update(&before, &commit, asked_ms)
    }

    fn update(&self, before: &State, commit: &str, begun_ms: u64) -> Result<Synced> {
        let listing = remote::list(self.client, self.uri, commit)?;
        let mut plan = self.plan(before, listing);
        let fetched = self.fetch_all(&mut plan, commit);
        let removed = self.remove_gone(before, &mut plan.state, begun_ms);
        self.write(plan.state.clone(), commit, begun_ms)?;
        let Plan { state, renamed, .. } = plan;
        Ok(Synced { fetched, removed, renamed, ..synced(&state, commit) })
    }

    fn write(&self, mut state: State, commit: &str, begun_ms: u64) -> Result<()> {
        let (dataset, endpoint) = (self.uri.to_string(), self.client.endpoint().to_string());
        let has_trials = self.wanted == Wanted::HistoryAndTrials;
        let header = Header::new(dataset, endpoint, commit.to_owned(), begun_ms, has_trials);
        state.header = Some(header);
        state.write(self.root)
    }

    /// Removes files that the dataset had and has no more; one that was just pushed may be missing
    /// from its listings for a while.
    fn remove_gone(&self, before: &State, state: &mut State, begun_ms: u64) -> usize {
        let mut removed = 0;
        for (path, copied) in &before.files {
            if state.files.contains_key(path) {
                continue;
            }
            let lag_ms = u64::try_from(LAG.as_millis()).unwrap_or(u64::MAX);
            if copied.pushed_ms.is_some_and(|pushed| pushed + lag_ms > begun_ms) {
                state.files.insert(path.clone(), copied.clone());
            } else if copied.set_aside.is_none() && check_folders(self.root, copied.local()).is_ok()
            {
                removed += usize::from(fs::remove_file(self.root.join(copied.local())).is_ok());
            }
        }
        removed
    }
}

/// Notes files that were just written to the dataset, so that the next sync does not fetch them.
pub(super) fn note_pushed(
    uri: &DatasetUri,
    client: &Client,
    root: &Path,
    files: &[(&str, &[u8])],
) -> Result<()> {
    let _lock = lock(root)?;
    let mut state = State::read(root, &uri.to_string(), client.endpoint().as_str())?;
    if state.header.is_none() {
        return Ok(());
    }
    for (path, bytes) in files {
        let copied = Copied {
            path: (*path).to_owned(),
            kept_as: None,
            id: git::blob_id(bytes),
            size: bytes.len() as u64,
            pushed_ms: Some(now_ms()),
            set_aside: None,
        };
        state.files.insert((*path).to_owned(), copied);
    }
    state.write(root)
}

fn synced(state: &State, commit: &str) -> Synced {
    let set_aside = state.set_aside().map(|(path, reason)| (path.to_owned(), reason.to_owned()));
    let files = state.files.values().filter(|copied| copied.set_aside.is_none()).count();
    let set_aside = set_aside.collect();
    Synced { commit: commit.to_owned(), files, set_aside, ..Synced::default() }
}

/// One process at a time changes a copy; the system lets go when the process ends.
fn lock(root: &Path) -> Result<File> {
    let folder = root.join(".hub");
    let shown = || {
        format!(
            "cannot write the local copy {}; set PERFORMANCE_TRACKING_ROOT to a folder of yours",
            root.display()
        )
    };
    fs::create_dir_all(&folder).with_context(shown)?;
    let file = File::options().create(true).append(true).open(folder.join("lock"));
    let file = file.with_context(shown)?;
    file.lock().with_context(shown)?;
    Ok(file)
}

pub(super) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
