//! Runs of which the store has fewer metrics than a file.
//!
//! In: the further metrics of each run. Out: one line for people.

use std::collections::BTreeSet;

use crate::words::{counted, named};

/// Metrics that a line names at most.
const NAMED: usize = 3;

/// The runs of one import that gained metrics.
#[derive(Debug, Default)]
pub struct Completions {
    runs: usize,
    metrics: BTreeSet<String>,
}

impl Completions {
    /// Adds a run with its further metrics.
    pub fn add(&mut self, further: Vec<String>) {
        self.runs += 1;
        self.metrics.extend(further);
    }

    /// What people should hear; `None` where there is none.
    pub fn in_words(&self) -> Option<String> {
        if self.runs == 0 {
            return None;
        }
        let how = match self.metrics.is_empty() {
            true => "in pieces".to_owned(),
            false => format!("without {}", named(self.metrics.iter().cloned(), NAMED)),
        };
        let runs = counted(self.runs, "run");
        Some(match self.runs {
            1 => format!("{runs} was there {how}; a record with all its metrics takes its place"),
            _ => {
                format!("{runs} were there {how}; records with all their metrics take their place")
            }
        })
    }
}
