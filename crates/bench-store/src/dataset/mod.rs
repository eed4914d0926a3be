//! A store in a Hugging Face dataset: a local copy that is read, and a spool that is written first.
//!
//! In: the name of a dataset. Out: its copy, up to date; and jobs that reach the dataset, now or
//! with the next `push`.

pub mod compact;
pub mod index;
mod place;
mod push;
mod send;
mod spool;
mod state;
mod sync;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use bench_hub::{
    Client, MOST_JSON_BYTES, TOKEN_VARIABLES,
    dataset::{self as remote, DatasetUri, Listed},
    git,
};

pub use place::Wanted;
pub use push::Replacement;
pub use send::Pushed;
pub use spool::SpooledJob;
pub use sync::{Freshness, Synced};

use crate::{FolderStore, layout};
use state::State;

/// A dataset and its local copy.
#[derive(Debug, Clone)]
pub struct Dataset {
    uri: DatasetUri,
    client: Client,
    copy: FolderStore,
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
    pub fn submit(&self, job: &SpooledJob) -> Result<()> {
        spool::put(self.root(), &self.uri.to_string(), job)?;
        layout::apply_all(self.root(), &job.additions)
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

    /// A file of the dataset as of a commit; empty where there is none.
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
