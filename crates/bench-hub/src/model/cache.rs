//! The cache's folder of one repository: commits, files and locks, in the layout of huggingface_hub.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use super::{
    error::{ModelError, Result},
    repository::{Repository, is_commit},
};

/// What the cache holds of a repository.
pub struct RepositoryCache {
    repo: CacheRepo,
    /// The folder of the repository.
    root: PathBuf,
    revision: String,
}

impl RepositoryCache {
    /// That of `revision`.
    pub fn of(cache: &Path, repository: &Repository, revision: &str) -> Self {
        let name = repository.as_str().to_owned();
        let repo = Repo::with_revision(name, RepoType::Model, revision.to_owned());
        let root = cache.join(repo.folder_name());
        let repo = Cache::new(cache.to_owned()).repo(repo);
        Self { repo, root, revision: revision.to_owned() }
    }

    /// The commit that the revision was when it was last fetched.
    pub fn commit(&self) -> Option<String> {
        if is_commit(&self.revision) {
            return Some(self.revision.clone());
        }
        let text = fs::read_to_string(self.root.join("refs").join(&self.revision)).ok()?;
        Some(text.trim().to_owned()).filter(|commit| is_commit(commit))
    }

    /// Remembers which commit the revision is.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn remember(&self, commit: &str) -> Result<()> {
        if is_commit(&self.revision) {
            return Ok(());
        }
        let failed = |cause| ModelError::Cache { path: self.root.join("refs"), cause };
        self.repo.create_ref(commit).map_err(failed)
    }

    /// The folder of a commit's files.
    pub fn snapshot(&self, commit: &str) -> PathBuf {
        self.repo.pointer_path(commit)
    }

    /// Where the contents of a file are, by their ETag.
    pub fn blob(&self, etag: &str) -> PathBuf {
        self.repo.blob_path(etag)
    }

    /// Files of a commit that are here, by their paths in the repository.
    pub fn files(&self, commit: &str) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        let snapshot = self.snapshot(commit);
        collect(&snapshot, &snapshot, &mut files);
        files
    }

    /// Lets a file of a commit be found at its contents.
    ///
    /// # Errors
    /// Where that cannot be written.
    pub fn link(&self, blob: &Path, commit: &str, file: &str) -> Result<()> {
        let pointer = self.snapshot(commit).join(file);
        let failed = |cause| ModelError::Cache { path: pointer.clone(), cause };
        fs::create_dir_all(pointer.parent().unwrap_or(&pointer)).map_err(failed)?;
        match fs::remove_file(&pointer) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        // from snapshots/<commit>/<file> up to the folder of the repository
        let up = "../".repeat(2 + file.matches('/').count());
        let name = blob.file_name().unwrap_or_default().to_string_lossy();
        link(Path::new(&format!("{up}blobs/{name}")), blob, &pointer).map_err(failed)
    }
}

#[cfg(unix)]
fn link(relative: &Path, _: &Path, pointer: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(relative, pointer)
}

/// Links take rights that not every user has: the file is moved, as huggingface_hub does.
#[cfg(not(unix))]
fn link(_: &Path, blob: &Path, pointer: &Path) -> io::Result<()> {
    fs::rename(blob, pointer)
}

/// Files below a folder; links to nothing are none.
fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.is_file()
            && let Ok(relative) = path.strip_prefix(root)
        {
            files.insert(relative.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// Held while a file is downloaded; other processes wait.
pub struct Lock {
    _file: File,
}

/// Waits for the lock of a file; `waiting` is called before it has to.
///
/// # Errors
/// Where it cannot be made.
pub fn lock(blob: &Path, waiting: impl FnOnce()) -> io::Result<Lock> {
    let file = File::create(blob.with_extension("lock"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            waiting();
            file.lock()?;
        }
        Err(fs::TryLockError::Error(error)) => return Err(error),
    }
    Ok(Lock { _file: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, revision: &str) -> RepositoryCache {
        let repository = Repository::parse("owner/name").expect("a repository");
        RepositoryCache::of(folder, &repository, revision)
    }

    #[test]
    fn a_branch_is_the_commit_that_was_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let main = cache(folder.path(), "main");
        assert_eq!(main.commit(), None);
        main.remember(commit).expect("it can be written");
        assert_eq!(main.commit().as_deref(), Some(commit));
        assert_eq!(cache(folder.path(), commit).commit().as_deref(), Some(commit));
    }

    #[test]
    fn files_are_found_through_links_and_dead_links_are_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let main = cache(folder.path(), "main");
        let blob = main.blob("etag");
        fs::create_dir_all(blob.parent().expect("a folder")).expect("it can be made");
        fs::write(&blob, "contents").expect("it can be written");
        main.link(&blob, "commit", "vae/config.json").expect("it can be linked");
        main.link(&blob, "commit", "vae/config.json").expect("and once more");
        assert_eq!(main.files("commit"), BTreeSet::from(["vae/config.json".to_owned()]));
        let read = fs::read_to_string(main.snapshot("commit").join("vae/config.json"));
        assert_eq!(read.expect("the link leads there"), "contents");
        if cfg!(unix) {
            fs::remove_file(&blob).expect("it is there");
            assert_eq!(main.files("commit"), BTreeSet::new());
        }
    }
}
