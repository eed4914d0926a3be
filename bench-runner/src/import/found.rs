//! One imported measurement: its record, and what says which series it belongs to.
//!
//! In: a record without a name, and its workload. Out: the record with the workload's name and
//! identity; what earlier versions called it stays beside it, so that their series go on.

use std::{cell::RefCell, collections::HashMap, ops::Deref};

use bench_records::{
    identity::{Cohort, Identity, SeriesKey},
    record::Record,
};

use super::{benches::PROCS, unit::Published, workload::Workload};

/// A record that a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The record, as a new series has it.
    pub record: Record,
    /// What was measured; `None` where the record came with an identity or name of its own.
    pub workload: Option<Workload>,
    /// Model ids that earlier versions gave such a measurement, the most likely first.
    pub former_names: Vec<String>,
    /// Its values as the file has them, where units are converted.
    pub published: Vec<Published>,
    /// What its project was called, where it moved.
    pub lineage: Lineage,
    /// What its file holds.
    pub origin: Origin,
}

/// What a file holds: whether another file with other values of the same commit contradicts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// A history, or a run of a suite.
    #[default]
    History,
    /// Runs, of which there may be several of one commit.
    Runs,
}

/// The repositories of one history: a project that moved keeps its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineage {
    /// The one that the measurement itself names.
    pub own: Option<String>,
    /// All that its suite names, the oldest first.
    pub repositories: Vec<String>,
}

impl Found {
    /// A measurement of `workload`, which names its record.
    pub fn new(mut record: Record, workload: Workload) -> Self {
        let gpu = record.gpu_type.as_deref().unwrap_or("unknown");
        record.identity = workload.identity(gpu);
        record.model_id = workload.model_id();
        Self { workload: Some(workload), ..Self::as_it_is(record) }
    }

    /// A record whose name and identity are its own.
    pub fn as_it_is(record: Record) -> Self {
        let (former_names, lineage) = (Vec::new(), Lineage::default());
        let (published, origin) = (Vec::new(), Origin::default());
        Self { record, workload: None, former_names, published, lineage, origin }
    }

    /// On how many processors Go ran it, where it says so.
    pub fn procs(&self) -> Option<&str> {
        self.workload.as_ref()?.parameters.get(PROCS).map(String::as_str)
    }

    /// The same as earlier versions named it, which did not distinguish numbers of processors;
    /// `None` where it states none.
    pub fn without_procs(&self) -> Option<Self> {
        let mut workload = self.workload.clone()?;
        workload.parameters.remove(PROCS)?;
        let lineage = self.lineage.clone();
        Some(Self { lineage, ..Self::new(self.record.clone(), workload) })
    }

    /// The key of its series, where no other is found for it.
    pub fn series_key(&self) -> SeriesKey {
        series_key(self)
    }

    /// The same, which earlier versions called `name`.
    pub fn formerly(mut self, name: impl Into<String>) -> Self {
        self.former_names.push(name.into());
        self
    }
}

/// The key of a record's series.
pub fn series_key(record: &Record) -> SeriesKey {
    if record.identity.missing().is_empty() {
        return key_of(&record.identity);
    }
    record.cohort().key()
}

/// The key of the series of an identity that is complete. A history has thousands of records of each,
/// so that what was hashed is remembered.
pub fn key_of(identity: &Identity) -> SeriesKey {
    KEYS.with_borrow_mut(|known| match known.get(identity) {
        Some(key) => key.clone(),
        None => {
            let key = Cohort::of(identity, "", "").key();
            if known.len() < MOST_REMEMBERED {
                known.insert(identity.clone(), key.clone());
            }
            key
        }
    })
}

/// Series whose key is remembered; more than most stores have.
const MOST_REMEMBERED: usize = 100_000;

thread_local! {
    static KEYS: RefCell<HashMap<Identity, SeriesKey>> = RefCell::default();
}

impl Deref for Found {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}
