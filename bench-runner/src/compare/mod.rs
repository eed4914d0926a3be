//! Comparing: results in, judged records out.
//!
//! In: raw results, a policy, and history. Out: a [`Comparison`], which reports are made of.

mod admission;
pub mod adopt;
mod amiss;
pub mod base;
mod comparison;
pub mod imported;
mod input_file;
mod judging;
mod levels;
mod meeting;
mod mismatch;
mod outcome;
pub mod policy;
pub mod refusals;
pub mod results;
pub mod suite;
mod tally;

pub use amiss::Amiss;
pub use comparison::{Admission, Basis, Compared, Comparison, LastGood};
pub use levels::Leveled;
pub use mismatch::{explain_other_recipe, listed};
pub use tally::Tally;

use bench_records::{
    gate::{Batch, Policy},
    normalize::JobContext,
    record::Record,
};

/// What is compared, and with what it is compared.
pub struct Request<'a> {
    /// How to judge.
    pub policy: &'a Policy,
    /// What CI says of the job.
    pub job: &'a JobContext,
    /// The clock, the dataset's metrics, and what else holds for all results.
    pub batch: Batch,
    /// Name of what is compared with.
    pub against: String,
    /// Which of both it is.
    pub basis: Basis,
    /// Which of the records are going to be stored.
    pub storing: Storing,
    /// What ends with exit code 1.
    pub fail_on: FailOn,
}

/// What makes a comparison end with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum FailOn {
    /// The gate: a record beyond a limit
    #[default]
    Gate,
    /// A change to the worse that the newest record confirmed; static limits and lost metrics still count
    Step,
    /// Either
    Both,
}

/// Which records a comparison adds to its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storing {
    /// None.
    Nothing,
    /// Those that pass.
    Passing,
    /// All.
    All,
}

impl Storing {
    /// Whether a judged record is added.
    #[must_use]
    pub fn takes(self, record: &Record) -> bool {
        match self {
            Self::Nothing => false,
            Self::Passing => record.success,
            Self::All => true,
        }
    }
}
