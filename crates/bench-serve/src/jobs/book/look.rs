//! What the book shows, and to whom.

use super::{Book, Shelf, now};
use crate::jobs::{Job, Owner, Status};

/// Which jobs are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Those behind this one.
    pub after: Option<String>,
    /// So many.
    pub limit: usize,
    /// Whether the newest come first.
    pub newest_first: bool,
}

impl Book {
    /// The job of an owner, as it is now; with the steps that are done.
    #[must_use]
    pub fn get(&self, id: &str, owner: &Owner) -> Option<(Job, u64)> {
        let shelf = self.shelf();
        shelf.jobs.get(id).filter(|job| is_seen(job, owner)).map(|job| shelf.now(job))
    }

    /// Jobs of an owner, and whether there are more.
    #[must_use]
    pub fn list(&self, owner: &Owner, page: &Page) -> Option<(Vec<(Job, u64)>, bool)> {
        let shelf = self.shelf();
        let own = shelf.jobs.values().filter(|job| is_seen(job, owner));
        let mut own: Vec<&Job> = own.collect();
        if page.newest_first {
            own.reverse();
        }
        let begin = match &page.after {
            Some(after) => own.iter().position(|job| job.id == *after)? + 1,
            None => 0,
        };
        let has_more = own.len() > begin + page.limit;
        let listed = own.into_iter().skip(begin).take(page.limit);
        Some((listed.map(|job| shelf.now(job)).collect(), has_more))
    }

    /// Jobs of an owner that were given this key.
    #[must_use]
    pub fn with_key(&self, owner: &Owner, key: &str) -> Option<(Job, u64)> {
        let shelf = self.shelf();
        let found = shelf
            .jobs
            .values()
            .find(|job| is_seen(job, owner) && job.idempotency_key.as_deref() == Some(key));
        found.map(|job| shelf.now(job))
    }

    /// The one job of an owner that was asked for in these words since then and has not failed; `None`
    /// where there are several.
    #[must_use]
    pub fn only_like(&self, owner: &Owner, fingerprint: &str, since: i64) -> Option<(Job, u64)> {
        let shelf = self.shelf();
        let mut alike = shelf.jobs.values().filter(|job| {
            let is_like = job.fingerprint == fingerprint && job.created_at >= since;
            is_like && is_seen(job, owner) && job.status != Status::Failed
        });
        let first = alike.next()?;
        alike.next().is_none().then(|| shelf.now(first))
    }
}

impl Shelf {
    fn now(&self, job: &Job) -> (Job, u64) {
        let mut job = job.clone();
        let progress = self.running.get(&job.id);
        if job.status == Status::Queued && progress.is_some_and(|progress| progress.has_begun()) {
            job.status = Status::InProgress;
        }
        (job, progress.map_or(0, |progress| progress.steps()))
    }
}

/// Whether an owner sees a job: it is theirs, and its time is not over.
pub(super) fn is_seen(job: &Job, owner: &Owner) -> bool {
    job.owner == *owner && job.expires_at.is_none_or(|at| now() < at)
}
