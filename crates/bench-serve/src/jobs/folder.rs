//! The folder of jobs: `<id>.json` a job, `files/<sha256>.png` or `.mp4` an output.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{FileOf, Job};

const FILES: &str = "files";
const LOCK: &str = "lock";
/// How names of temporary files begin and end.
const TEMPORARY: (&str, &str) = (".new-", ".half-written");

/// Why the folder of jobs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// A file or folder cannot be read or written.
    #[error("cannot {task} {}: {cause}; choose another folder with --jobs", path.display())]
    Io {
        /// What was tried.
        task: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// Another server has the folder.
    #[error("{} is used by another server; end it, or choose another folder with --jobs", .0.display())]
    InUse(PathBuf),
}

/// The folder of jobs, held against other servers.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder, makes it where it is missing, and reads its jobs. What a server that was killed
    /// left half written is removed, and outputs of no job; other files stay.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn open(root: &Path) -> Result<(Self, Vec<Job>), JobsError> {
        let files = root.join(FILES);
        fs::create_dir_all(&files).map_err(|cause| io_error("create", &files, cause))?;
        let path = root.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(|cause| io_error("write", &path, cause))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JobsError::InUse(root.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(io_error("lock", &path, cause)),
        }
        let folder = Self { root: root.to_owned(), _lock: lock };
        let jobs = folder.read()?;
        folder.sweep_temporary()?;
        let jobs = folder.forget_half_deleted(jobs)?;
        let jobs = folder.sweep_half_made(jobs)?;
        Ok((folder, jobs))
    }

    fn read(&self) -> Result<Vec<Job>, JobsError> {
        let mut jobs = Vec::new();
        for path in entries(&self.root)? {
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let text = fs::read(&path).map_err(|cause| io_error("read", &path, cause))?;
            match job(&path, &text) {
                Ok(job) => jobs.push(job),
                Err(problem) => {
                    log::warn!("{} is no job and is passed over: {problem}", path.display());
                }
            }
        }
        // names begin with the time
        jobs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(jobs)
    }

    fn sweep_temporary(&self) -> Result<(), JobsError> {
        let folders = [self.root.clone(), self.root.join(FILES)];
        for path in
            folders.iter().map(|folder| entries(folder)).collect::<Result<Vec<_>, _>>()?.concat()
        {
            if is_temporary(&path) {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Forgets jobs whose output is gone: deleting them had begun, and the output goes first.
    fn forget_half_deleted(&self, jobs: Vec<Job>) -> Result<Vec<Job>, JobsError> {
        let mut kept = Vec::new();
        for job in jobs {
            if job.file.as_ref().is_none_or(|file| self.path(file).exists()) {
                kept.push(job);
                continue;
            }
            log::warn!("{} has no file any more and is forgotten", job.id);
            self.forget(&job.id)?;
        }
        Ok(kept)
    }

    /// Removes outputs that a killed server was about to give to their jobs, which are made once more.
    fn sweep_half_made(&self, mut jobs: Vec<Job>) -> Result<Vec<Job>, JobsError> {
        let known: Vec<FileOf> = jobs.iter().filter_map(|job| job.file.clone()).collect();
        for job in &mut jobs {
            match job.pending.take() {
                Some(pending) if !known.contains(&pending) => self.forget_file(&pending)?,
                _ => {}
            }
        }
        Ok(jobs)
    }

    /// Keeps a job; it is on the disk when this returns.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep(&self, job: &Job) -> Result<(), JobsError> {
        let bytes = serde_json::to_vec(job).expect("a job serializes");
        self.write(&self.root, &self.root.join(format!("{}.json", job.id)), &bytes)
    }

    /// Keeps an output under the hash of its content.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_file(&self, file: &FileOf, bytes: &[u8]) -> Result<(), JobsError> {
        let path = self.path(file);
        // the same content may be there already
        if fs::metadata(&path).is_ok_and(|known| known.len() == file.bytes) {
            return Ok(());
        }
        self.write(&self.root.join(FILES), &path, bytes)
    }

    fn write(&self, folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), JobsError> {
        let write = || {
            let (prefix, suffix) = TEMPORARY;
            let named = tempfile::Builder::new().prefix(prefix).suffix(suffix).tempfile_in(folder);
            let mut file = named?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|cause| io_error("write", path, cause))
    }

    /// Bytes of an output.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read_file(&self, file: &FileOf) -> Result<Vec<u8>, JobsError> {
        let path = self.path(file);
        fs::read(&path).map_err(|cause| io_error("read", &path, cause))
    }

    /// Forgets a job.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn forget(&self, id: &str) -> Result<(), JobsError> {
        remove(&self.root.join(format!("{id}.json")))
    }

    /// Removes an output.
    ///
    /// # Errors
    /// Where it cannot.
    pub fn forget_file(&self, file: &FileOf) -> Result<(), JobsError> {
        remove(&self.path(file))
    }

    fn path(&self, file: &FileOf) -> PathBuf {
        self.root.join(FILES).join(format!("{}.{}", file.sha256, file.format.name()))
    }
}

/// The job of a file, or why it is none.
fn job(path: &Path, text: &[u8]) -> Result<Job, String> {
    let job: Job = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if path.file_stem().is_none_or(|stem| stem != job.id.as_str()) {
        return Err(format!("its id is {:?}, which is not its name", job.id));
    }
    let named = job.file.iter().chain(&job.pending);
    match named.map(|file| &file.sha256).find(|hash| !is_hash(hash)) {
        Some(hash) => Err(format!("sha256 is {hash:?}, but must be 64 hexadecimal digits")),
        None => Ok(job),
    }
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.strip_prefix(TEMPORARY.0).is_some_and(|rest| rest.ends_with(TEMPORARY.1))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn remove(path: &Path) -> Result<(), JobsError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(io_error("remove", path, cause))
        }
        _ => Ok(()),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, JobsError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let paths: Vec<PathBuf> = paths.collect::<io::Result<_>>()?;
        Ok(paths.into_iter().filter(|path| path.is_file()).collect())
    };
    list().map_err(|cause| io_error("list", folder, cause))
}

fn io_error(task: &'static str, path: &Path, cause: io::Error) -> JobsError {
    JobsError::Io { task, path: path.to_owned(), cause }
}
