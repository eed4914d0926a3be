//! A store in a Hugging Face dataset: a local copy that is read, and a spool that is written first.
//!
//! In: the name of a dataset. Out: its copy, up to date; and jobs that reach the dataset, now or
//! with the next `push`.

pub mod compact;
pub mod index;
mod place;
mod push;
mod spool;
mod state;
mod sync;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use bench_hub::{
    Client, MOST_JSON_BYTES, TOKEN_VARIABLES,
    dataset::{self as remote, DatasetUri, Listed, Operation},
    git,
};

pub use place::Wanted;
pub use push::Replacement;
pub use spool::Job;
pub use sync::{Freshness, Synced};

use crate::{Addition, FolderStore, layout};
use state::State;

/// A dataset and its local copy.
#[derive(Debug, Clone)]
pub struct Dataset {
    uri: DatasetUri,
    client: Client,
    copy: FolderStore,
}

/// What became of the jobs in the spool.
#[derive(Debug, Default)]
pub struct Pushed {
    /// Jobs that the dataset has now.
    pub sent: usize,
    /// Jobs that another process is sending.
    pub busy: usize,
    /// Jobs that wait on, with the reason.
    pub failed: Vec<anyhow::Error>,
}

impl Dataset {
    /// The dataset; nobody is asked yet. Its copy is in `copy`, or in a folder of its own below the
    /// system's temporary one.
    #[must_use]
    pub fn new(uri: DatasetUri, client: Client, copy: Option<PathBuf>) -> Self {
        let root = copy.unwrap_or_else(|| root_of(&uri));
        Self { uri, client, copy: FolderStore::new(root) }
    }

    /// Its name.
    #[must_use]
    pub fn uri(&self) -> &DatasetUri {
        &self.uri
    }

    /// Folder of its local copy.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.copy.root()
    }

    /// Its local copy.
    #[must_use]
    pub fn copy(&self) -> &FolderStore {
        &self.copy
    }

    /// Brings the local copy up to it, with what waits in the spool.
    ///
    /// # Errors
    /// Where the dataset cannot be listed or the copy cannot be written.
    pub fn sync(&self, freshness: Freshness, wanted: Wanted) -> Result<Synced> {
        let (client, uri, root) = (&self.client, &self.uri, self.root());
        let synced = sync::Sync { client, uri, root, wanted }.run(freshness)?;
        for job in spool::waiting(self.root()) {
            if let Ok(job) = spool::read(&job, &self.uri.to_string()) {
                layout::apply_all(self.root(), &job.additions)?;
            }
        }
        Ok(synced)
    }

    /// What the local copy lacks, with the reason.
    #[must_use]
    pub fn set_aside(&self) -> Vec<(String, String)> {
        let state =
            State::read(self.root(), &self.uri.to_string(), self.client.endpoint().as_str());
        let state = state.unwrap_or_default();
        state.set_aside().map(|(path, why)| (path.to_owned(), why.to_owned())).collect()
    }

    /// Says what keeps this process from writing to it.
    ///
    /// # Errors
    /// Where there is no token, or the revision is a commit.
    pub fn check_writable(&self) -> Result<()> {
        ensure!(
            !self.uri.is_commit(),
            "{} is a commit, which nobody can write to; name a branch",
            self.uri
        );
        ensure!(
            self.client.token().is_some(),
            "no token to write to {} with; set {}",
            self.uri,
            TOKEN_VARIABLES.join(", or ")
        );
        Ok(())
    }

    /// Puts a job on the disk, then into the local copy. The dataset gets it with [`Dataset::push`].
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn submit(&self, job: &Job) -> Result<()> {
        spool::put(self.root(), &self.uri.to_string(), job)?;
        layout::apply_all(self.root(), &job.additions)
    }

    /// Sends every job that waits, each in one commit.
    #[must_use]
    pub fn push(&self) -> Pushed {
        let mut pushed = Pushed::default();
        for path in spool::waiting(self.root()) {
            match self.push_one(&path) {
                Ok(true) => pushed.sent += 1,
                Ok(false) => pushed.busy += 1,
                Err(error) => pushed.failed.push(error),
            }
        }
        pushed
    }

    /// Number of jobs that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        spool::waiting(self.root()).len()
    }

    /// Commits what `make` says on the head, and asks it again where the dataset has moved on
    /// meanwhile. Returns whether there was anything to do.
    ///
    /// # Errors
    /// The error of `make`; and where the Hub refuses for good, or patience ends.
    pub fn replace(&self, make: impl FnMut() -> Result<Option<Replacement>>) -> Result<bool> {
        push::replace(&self.client, &self.uri, make)
    }

    /// All files of the dataset as of a commit.
    ///
    /// # Errors
    /// Where it cannot be listed.
    pub fn list(&self, commit: &str) -> Result<std::collections::BTreeMap<String, Listed>> {
        Ok(remote::list(&self.client, &self.uri, commit)?.files)
    }

    /// Path in the dataset of each file that the copy has of it, by its path in the copy.
    #[must_use]
    pub fn listed_names(&self) -> std::collections::HashMap<String, String> {
        let state =
            State::read(self.root(), &self.uri.to_string(), self.client.endpoint().as_str());
        let files = state.unwrap_or_default().files.into_values();
        let sound = files.filter(|file| file.set_aside.is_none() && file.pushed_ms.is_none());
        sound.map(|file| (file.local().to_owned(), file.path)).collect()
    }

    /// Whether another process is sending it; else sends it and takes it off the spool.
    fn push_one(&self, path: &Path) -> Result<bool> {
        let file = match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
            other => other.with_context(|| format!("cannot open the job {}", path.display()))?,
        };
        if file.try_lock().is_err() {
            return Ok(false);
        }
        if !path.exists() {
            return Ok(true);
        }
        let job = spool::read(path, &self.uri.to_string())?;
        self.check_writable()?;
        self.send(&job).with_context(|| {
            format!("the job waits in {}; `bench-runner push` sends it", path.display())
        })?;
        fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
        Ok(true)
    }

    fn send(&self, job: &Job) -> Result<()> {
        let puts: Vec<Operation> = job.additions.iter().filter_map(put).collect();
        if puts.len() == job.additions.len() {
            push::add(&self.client, &self.uri, &job.summary, &puts)?;
        } else {
            self.send_with_lines(job, &puts)?;
        }
        let files: Vec<(&str, &[u8])> = job.additions.iter().filter_map(file).collect();
        sync::note_pushed(&self.uri, &self.client, self.root(), &files)
    }

    /// A job that adds lines to files that others add to as well.
    fn send_with_lines(&self, job: &Job, puts: &[Operation]) -> Result<()> {
        let make = || {
            let parent = remote::head(&self.client, &self.uri)?;
            let mut operations = puts.to_vec();
            for path in layout::LINE_FILES {
                let before = self.read(&parent, path)?;
                let after = layout::with_lines(&before, path, &job.additions);
                if after != before {
                    operations.push(Operation::Put { path: path.to_owned(), bytes: after });
                }
            }
            let is_new = operations.len() > puts.len() || !self.has_all(puts)?;
            let summary = job.summary.clone();
            Ok(is_new.then_some(Replacement { parent, summary, operations }))
        };
        self.replace(make).map(|_| ())
    }

    fn has_all(&self, puts: &[Operation]) -> Result<bool> {
        let paths: Vec<&str> = puts.iter().map(Operation::path).collect();
        let found = remote::look_up(&self.client, &self.uri, &paths)?;
        Ok(paths.iter().all(|path| found.contains_key(*path)))
    }

    fn read(&self, commit: &str, path: &str) -> Result<Vec<u8>> {
        let most_bytes = place::limit(path, Wanted::History).unwrap_or(MOST_JSON_BYTES);
        let found = remote::read_file(&self.client, &self.uri, commit, path, most_bytes)?;
        Ok(found.unwrap_or_default())
    }
}

/// Ids that a listing would have for this content.
#[must_use]
pub fn is_same(listed: &Listed, bytes: &[u8]) -> bool {
    listed.id == if listed.is_lfs { git::lfs_id(bytes) } else { git::blob_id(bytes) }
}

/// A folder a dataset below the system's temporary one.
fn root_of(uri: &DatasetUri) -> PathBuf {
    let revision = uri.revision.replace('/', "_");
    let name =
        if revision == "main" { uri.name.clone() } else { format!("{}@{revision}", uri.name) };
    std::env::temp_dir().join("perf-tracking").join(&uri.owner).join(name)
}

fn file(addition: &Addition) -> Option<(&str, &[u8])> {
    match addition {
        Addition::File { path, text } => Some((path, text.as_bytes())),
        Addition::Line { .. } => None,
    }
}

fn put(addition: &Addition) -> Option<Operation> {
    let (path, bytes) = file(addition)?;
    Some(Operation::Put { path: path.to_owned(), bytes: bytes.to_vec() })
}
