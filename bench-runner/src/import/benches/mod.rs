//! Runs of named values, as benchmark tools print them and github-action-benchmark collects them.
//!
//! In: the benches of one run, and what they have in common. Out: a record for each benchmark,
//! with the metric of its unit and direction; values of one name become samples, or are set aside.

mod apart;
mod bench;
mod extra;
mod further;
mod lot;
mod parts;
mod repeated;
mod run;
mod tool;
mod unheeded;

pub use bench::{Bench, Further};
pub use extra::{Extra, ExtraRule, Guesses, Lines, PROCS, stated_in};
pub use lot::Lot;
pub use run::Run;
pub use tool::{Tool, julia_memory};

/// What all of these formats are called in an identity: the output of a tool continues the history
/// that github-action-benchmark made of it.
pub const FAMILY: &str = "benches";

/// A bench of a run, or why it is none, and where it stands.
pub type Placed = (String, Result<Bench, super::error::Unusable>);
