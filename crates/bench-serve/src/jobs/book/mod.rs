//! All jobs, in memory as on disk. Whatever changes goes to the disk first.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ulid::Generator;

use super::{FileOf, Job, JobError, JobsError, Owner, Status, folder::Folder};
use crate::{order::Order, picture::Format, queue::Progress};

mod look;

pub use look::Page;

use look::is_seen;

/// All jobs.
#[derive(Debug)]
pub struct Book {
    shelf: Mutex<Shelf>,
    folder: Folder,
    ttl: Duration,
}

#[derive(Debug, Default)]
struct Shelf {
    names: Generator,
    jobs: BTreeMap<String, Job>,
    /// Of those that wait or run.
    running: BTreeMap<String, Arc<Progress>>,
}

/// A job that is to be kept.
#[derive(Debug)]
pub struct Accepted {
    /// Whose it is.
    pub owner: Owner,
    /// What is asked for.
    pub order: Order,
    /// Its length, in words.
    pub seconds: String,
    /// The key that the client gave it.
    pub idempotency_key: Option<String>,
    /// Hash of what was asked.
    pub fingerprint: String,
}

impl Book {
    /// Opens the folder. Those of its jobs that had not ended wait again.
    ///
    /// # Errors
    /// Where the folder cannot be used.
    pub fn open(root: &Path, ttl: Duration) -> Result<Self, JobsError> {
        let (folder, jobs) = Folder::open(root)?;
        let again = |mut job: Job| {
            if job.status == Status::InProgress {
                job.status = Status::Queued;
            }
            (job.id.clone(), job)
        };
        let jobs = jobs.into_iter().map(again).collect();
        let shelf = Mutex::new(Shelf { jobs, ..Shelf::default() });
        Ok(Self { shelf, folder, ttl })
    }

    /// Jobs that wait for a device since the last server, the oldest first.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Job> {
        self.shelf().jobs.values().filter(|job| !job.has_ended()).cloned().collect()
    }

    /// Keeps a job that the queue has taken.
    ///
    /// # Errors
    /// Where it cannot be written; then there is no such job.
    pub fn accept(&self, new: Accepted, progress: Arc<Progress>) -> Result<Job, JobsError> {
        let Accepted { owner, order, seconds, idempotency_key, fingerprint } = new;
        let mut shelf = self.shelf();
        // in the order of their names, jobs are in that of their coming
        let name =
            shelf.names.generate().unwrap_or_else(|overflow| overflow.commit_overflow_random());
        let job = Job {
            id: format!("video_{}", name.to_string().to_lowercase()),
            owner,
            order,
            seconds,
            status: Status::Queued,
            created_at: now(),
            completed_at: None,
            expires_at: None,
            file: None,
            pending: None,
            error: None,
            durations: None,
            idempotency_key,
            fingerprint,
        };
        self.folder.keep(&job)?;
        shelf.running.insert(job.id.clone(), progress);
        shelf.jobs.insert(job.id.clone(), job.clone());
        Ok(job)
    }

    /// A job of the last server waits again.
    pub fn resume(&self, id: &str, progress: Arc<Progress>) {
        self.shelf().running.insert(id.to_owned(), progress);
    }

    /// A job has its file. Where it was deleted meanwhile, there is no file either; says whether it was not.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn complete(
        &self,
        id: &str,
        (bytes, format): (&[u8], Format),
        durations: serde_json::Map<String, serde_json::Value>,
    ) -> Result<bool, JobsError> {
        let file = FileOf::of(bytes, format);
        self.announce(id, &file)?;
        // a large file takes a while, in which others may look
        self.folder.keep_file(&file, bytes)?;
        let mut shelf = self.shelf();
        if !shelf.jobs.contains_key(id) {
            return shelf.forget_file(&self.folder, &file).map(|()| false);
        }
        // another job of the same content may have gone with it meanwhile
        self.folder.keep_file(&file, bytes)?;
        self.end(&mut shelf, id, |job| {
            job.status = Status::Completed;
            job.file = Some(file);
            job.durations = Some(durations);
        })
        .map(|()| true)
    }

    /// Says on the disk which file comes next, so that the next server knows whose it is.
    fn announce(&self, id: &str, file: &FileOf) -> Result<(), JobsError> {
        let mut shelf = self.shelf();
        let Some(job) = shelf.jobs.get_mut(id) else { return Ok(()) };
        job.pending = Some(file.clone());
        self.folder.keep(job)
    }

    /// A job failed.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn fail(&self, id: &str, code: &str, message: String) -> Result<(), JobsError> {
        let error = JobError { code: code.to_owned(), message };
        self.end(&mut self.shelf(), id, |job| {
            job.status = Status::Failed;
            job.error = Some(error);
        })
    }

    fn end(
        &self,
        shelf: &mut Shelf,
        id: &str,
        change: impl FnOnce(&mut Job),
    ) -> Result<(), JobsError> {
        shelf.running.remove(id);
        let Some(job) = shelf.jobs.get_mut(id) else { return Ok(()) };
        change(job);
        let at = now();
        job.completed_at = (job.status == Status::Completed).then_some(at);
        job.expires_at = Some(at.saturating_add(self.ttl.as_secs().try_into().unwrap_or(i64::MAX)));
        let pending = job.pending.take();
        let unused = pending.filter(|pending| job.file.as_ref() != Some(pending));
        self.folder.keep(job)?;
        // what was to be its output when storing it failed; the job has ended with or without it
        let removed = unused.map_or(Ok(()), |unused| shelf.forget_file(&self.folder, &unused));
        if let Err(error) = removed {
            log::warn!("{error}");
        }
        Ok(())
    }

    /// Forgets a job of an owner with its file, and cancels it where it has not ended.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn delete(&self, id: &str, owner: &Owner) -> Result<Option<Job>, JobsError> {
        let mut shelf = self.shelf();
        if !shelf.jobs.get(id).is_some_and(|job| is_seen(job, owner)) {
            return Ok(None);
        }
        self.forget(&mut shelf, id)
    }

    /// Forgets jobs whose time is over.
    pub fn expire(&self) {
        let mut shelf = self.shelf();
        let is_over = |job: &&Job| !is_seen(job, &job.owner);
        let over: Vec<String> =
            shelf.jobs.values().filter(is_over).map(|job| job.id.clone()).collect();
        for id in over {
            if let Err(error) = self.forget(&mut shelf, &id) {
                log::warn!("{error}");
            }
        }
    }

    fn forget(&self, shelf: &mut Shelf, id: &str) -> Result<Option<Job>, JobsError> {
        let Some(job) = shelf.jobs.remove(id) else { return Ok(None) };
        if let Some(progress) = shelf.running.remove(id) {
            progress.cancel();
        }
        // in this order, a server that is killed in between leaves a job without its file, and no file of no job
        if let Some(file) = &job.file {
            shelf.forget_file(&self.folder, file)?;
        }
        self.folder.forget(id)?;
        Ok(Some(job))
    }

    /// Bytes of a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(&self, file: &FileOf) -> Result<Vec<u8>, JobsError> {
        self.folder.read_file(file)
    }

    /// How many have not ended.
    #[must_use]
    pub fn count_unfinished(&self) -> usize {
        self.shelf().jobs.values().filter(|job| !job.has_ended()).count()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Removes a file that no job has.
    fn forget_file(&self, folder: &Folder, file: &FileOf) -> Result<(), JobsError> {
        match self.jobs.values().any(|job| job.file.as_ref() == Some(file)) {
            true => Ok(()),
            false => folder.forget_file(file),
        }
    }
}

/// Unix seconds.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
