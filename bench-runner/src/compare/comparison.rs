//! What a comparison comes to: each result with what became of it, and what all reports say.

use bench_records::{
    coverage::Coverage,
    gate::{Judgement, PolicyName},
    levels::Shift,
    metric::MetricTable,
    provenance::Provenance,
    raw::{RawRecord, StoppingRule},
    record::Record,
    time::Micros,
};

use super::{FailOn, Leveled, results::Note};
use crate::exit::Exit;

/// A result with what became of it.
#[derive(Debug, Clone)]
pub struct Compared {
    /// File that the result was read from.
    pub source: String,
    /// The result; `None` where another tool measured it.
    pub raw: Option<Box<RawRecord>>,
    /// Its record, with the verdict in it.
    pub record: Record,
    /// How it was judged.
    pub judgement: Judgement,
    /// The newest record of its baseline.
    pub last_good: Option<LastGood>,
    /// What the levels of its series say of it.
    pub levels: Vec<Leveled>,
    /// Whether it may be added to the history.
    pub admission: Admission,
    /// Path of the record in the store, where it is stored.
    pub stored_as: Option<String>,
}

impl Compared {
    /// Whether it made certain that its series became worse.
    #[must_use]
    pub fn confirms_worse(&self) -> bool {
        self.levels.iter().filter_map(|said| said.step.as_ref()).any(Shift::is_worse)
    }

    /// Whether its run was interrupted, so that it stands for fewer trials than were asked for.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.raw
            .as_ref()
            .is_some_and(|raw| raw.measured.stopping_rule == Some(StoppingRule::Interrupted))
    }
}

/// The newest record that a result was judged by: it passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastGood {
    /// Its commit, or empty.
    pub commit: String,
    /// When it ran.
    pub time: Micros,
}

/// Whether a record may be added to the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    New,
    /// History has it at this path, with the verdict that it had when it was stored.
    Known(String),
    /// Its run was interrupted, so that it stands for fewer trials than the others.
    Interrupted,
}

/// Everything that a report says.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The policy that judged.
    pub policy: PolicyName,
    /// Its limit on metrics that nothing else limits, as a fraction.
    pub max_regression: f64,
    /// What ends with exit code 1.
    pub fail_on: FailOn,
    /// When.
    pub now: Micros,
    /// Commit under test: what CI says, else what the results name; or empty.
    pub commit: String,
    /// Where the job comes from.
    pub origin: Provenance,
    /// Address at which the dashboard is served, where that is known; it ends with `/`.
    pub dashboard: Option<String>,
    /// What was compared with: a store or given results.
    pub against: String,
    /// Which of both it is.
    pub basis: Basis,
    /// Series of given results that no result is of.
    pub unused_base: Vec<String>,
    /// Each result, in the order of their files.
    pub compared: Vec<Compared>,
    /// Benchmarks that could not be measured.
    pub failed: Vec<Note>,
    /// Files that could not be read.
    pub set_aside: Vec<Note>,
    /// Benchmarks that were not run, with the reason.
    pub skipped: Vec<Note>,
    /// Folders and files that results were looked for in.
    pub searched: Vec<String>,
    /// How much was judged.
    pub coverage: Coverage,
    /// Metrics of the dataset.
    pub table: MetricTable,
    /// Files of the store that could not be read.
    pub history_set_aside: usize,
    /// Imported records that ran before those that were judged, to be stored with them.
    pub earlier: Vec<Record>,
    /// How many of them were stored.
    pub earlier_stored: usize,
    /// How to leave for what happened before and after judging.
    pub besides: Exit,
}

/// What results are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A store, which the first run of a series begins.
    History,
    /// Results that somebody named: what they do not have is not judged.
    Given,
}
