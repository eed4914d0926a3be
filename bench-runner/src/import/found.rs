//! One imported measurement: its record, and what says which series it belongs to.
//!
//! In: a record without a name, and its workload. Out: the record with the workload's name and
//! identity; what earlier versions called it stays beside it, so that their series go on.

use std::ops::Deref;

use bench_records::record::Record;

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

    /// The same, which earlier versions called `name`.
    pub fn formerly(mut self, name: impl Into<String>) -> Self {
        self.former_names.push(name.into());
        self
    }
}

impl Deref for Found {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}
