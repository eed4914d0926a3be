//! What is judged: results of ours, or files of another tool, read once their base is known.

use std::path::Path;

use bench_records::normalize::JobContext;

use super::ImportedFiles;
use crate::{
    compare::{base, results::Results},
    exit::{OrExit, Outcome},
    store::{Store, folder::History},
};

/// What is judged, read once it is known with what it is compared.
pub enum Load<'a> {
    /// Results of ours.
    Results(Box<dyn FnOnce() -> Outcome<Results> + 'a>),
    /// Files of another tool.
    Imported(ImportedFiles<'a>),
}

impl<'a> Load<'a> {
    /// The results that `load` gives.
    pub fn results(load: impl FnOnce() -> Outcome<Results> + 'a) -> Self {
        Self::Results(Box::new(load))
    }

    pub(super) fn read(
        self,
        job: &JobContext,
        store: Option<(&Store, &mut History)>,
    ) -> Outcome<Results> {
        match self {
            Self::Results(load) => load(),
            Self::Imported(files) => files.results(job, store),
        }
    }

    pub(super) fn base(&self, path: &Path, job: &JobContext) -> Outcome<base::Base> {
        match self {
            Self::Results(_) => base::load(path, job).or_usage(),
            Self::Imported(files) => files.base(path, job),
        }
    }
}
