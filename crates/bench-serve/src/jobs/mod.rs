//! Jobs: requests that outlive their connection.
//!
//! In: orders that were accepted, and what became of them. Out: their states, and files. A job is on disk
//! before its client hears of it, and a file has its final name only when it is whole, so that a killed server
//! loses no job and shows no half of a file.

mod book;
mod folder;
mod job;

pub use book::{Accepted, Book, Page, now};
pub use folder::JobsError;
pub(crate) use job::hash;
pub use job::{FileOf, Job, JobError, Owner, Status};
