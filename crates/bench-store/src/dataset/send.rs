//! Sending the jobs of the spool, each in one commit.
//!
//! In: the jobs that wait. Out: those that the dataset has now, off the spool; the others wait on, with
//! the reason.

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context, Result};
use bench_hub::dataset::{self as remote, Operation};

use super::{
    Dataset, SpooledJob,
    push::{self, Replacement},
    spool, sync,
};
use crate::{Addition, layout};

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

    /// Sends it and takes it off the spool; `false` where another process is sending it.
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

    fn send(&self, job: &SpooledJob) -> Result<()> {
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
    fn send_with_lines(&self, job: &SpooledJob, puts: &[Operation]) -> Result<()> {
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
