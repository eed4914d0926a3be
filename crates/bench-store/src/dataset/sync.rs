//! Bringing a local copy up to a dataset.
//!
//! In: the listing of the dataset's head, and what the copy was made from. Out: the copy with what is
//! new or changed fetched, what is gone removed, and what cannot be kept set aside by name.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};

use bench_hub::{
    Client, Sent,
    dataset::{self as remote, DatasetUri, Listed, Listing, file_target},
    git,
};

use super::{
    place::{self, Names, Wanted},
    state::{Copied, Header, State},
};
use crate::{
    atomic::{self, Durability},
    progress,
};

/// Files that are fetched at the same time.
const AT_ONCE: usize = 8;
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

/// What a listing asks for.
#[derive(Default)]
struct Plan {
    state: State,
    fetch: Vec<(Copied, Listed, u64)>,
    renamed: Vec<(String, String)>,
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
        let fetched = self.fetch_all(&mut plan, commit)?;
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

    fn has_all(&self, state: &State) -> bool {
        state.files.values().all(|copied| self.has(copied))
    }

    fn has(&self, copied: &Copied) -> bool {
        let there = fs::symlink_metadata(self.root.join(copied.local()));
        there.is_ok_and(|data| data.is_file() && data.len() == copied.size)
    }

    /// What to keep, what to fetch, and what to set aside.
    fn plan(&self, before: &State, listing: Listing) -> Plan {
        let mut plan = Plan::default();
        let mut names = Names::default();
        plan.state.entries_set_aside = listing.set_aside;
        for (path, listed) in listing.files {
            let Some(limit) = place::limit(&path, self.wanted) else { continue };
            let kept_as = Some(names.keep(&path)).filter(|kept| *kept != path);
            if let Some(kept) = &kept_as {
                plan.renamed.push((path.clone(), kept.clone()));
            }
            let (id, size) = (listed.id.clone(), listed.size);
            let mut copied = Copied { path, kept_as, id, size, pushed_ms: None, set_aside: None };
            if size > limit {
                let reason = format!("has {size} bytes, more than the {limit} that are read");
                copied.set_aside = Some(reason);
            } else if !self.is_known(before, &copied, &listed) {
                plan.fetch.push((copied, listed, limit));
                continue;
            }
            plan.state.files.insert(copied.path.clone(), copied);
        }
        plan
    }

    /// Whether the copy has this content already: by what it was made from, else by looking.
    fn is_known(&self, before: &State, copied: &Copied, listed: &Listed) -> bool {
        if !self.has(copied) {
            return false;
        }
        match before.files.get(&copied.path) {
            Some(known) if known.local() == copied.local() && known.set_aside.is_none() => {
                known.id == listed.id
            }
            _ => fs::read(self.root.join(copied.local()))
                .is_ok_and(|bytes| id_of(&bytes, listed) == listed.id),
        }
    }

    /// Fetches what is planned; returns how many files came whole.
    fn fetch_all(&self, plan: &mut Plan, commit: &str) -> Result<usize> {
        let queue = std::mem::take(&mut plan.fetch);
        let bar = progress::fetching(queue.len());
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(queue.len()));
        let work = || {
            while let Some((copied, listed, limit)) =
                queue.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let set_aside = self.fetch(copied, listed, *limit, commit).err();
                let copied = Copied { set_aside, ..copied.clone() };
                done.lock().unwrap_or_else(PoisonError::into_inner).push(copied);
                bar.inc(1);
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(queue.len()) {
                scope.spawn(work);
            }
        });
        bar.finish_and_clear();
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let fetched = done.iter().filter(|copied| copied.set_aside.is_none()).count();
        plan.state.files.extend(done.into_iter().map(|copied| (copied.path.clone(), copied)));
        Ok(fetched)
    }

    fn fetch(
        &self,
        copied: &Copied,
        listed: &Listed,
        limit: u64,
        commit: &str,
    ) -> Result<(), String> {
        let target = file_target(self.uri, commit, &copied.path);
        let answer = self.client.read(Sent::get(&target, limit));
        let body = answer.map_err(|error| format!("cannot be fetched: {error}"))?.body;
        check_content(&body, listed)?;
        check_folders(self.root, copied.local())?;
        atomic::write(&self.root.join(copied.local()), &body, Durability::Derived)
            .map_err(|error| format!("cannot be kept: {error:#}"))
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

fn id_of(bytes: &[u8], listed: &Listed) -> String {
    if listed.is_lfs { git::lfs_id(bytes) } else { git::blob_id(bytes) }
}

fn check_content(body: &[u8], listed: &Listed) -> Result<(), String> {
    if id_of(body, listed) == listed.id {
        return Ok(());
    }
    let (found, size) = (body.len(), listed.size);
    let kind = bench_hub::kind(body);
    Err(match kind.starts_with('"') {
        false => format!("came as {kind}; is listed with {size} bytes"),
        true if found as u64 != size => format!("came with {found} of {size} bytes"),
        true => "came with another content than is listed".to_owned(),
    })
}

/// A link in the copy must not lead a file out of it.
fn check_folders(root: &Path, local: &str) -> Result<(), String> {
    let mut folder = PathBuf::from(root);
    let components: Vec<&str> = local.split('/').collect();
    for component in &components[..components.len() - 1] {
        folder.push(component);
        if fs::symlink_metadata(&folder).is_ok_and(|data| data.is_symlink()) {
            return Err(format!("would be kept behind the link {}", folder.display()));
        }
    }
    Ok(())
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
