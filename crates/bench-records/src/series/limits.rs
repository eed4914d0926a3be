//! Limits that a benchmark sets for itself, so that whoever shows its series judges as its gate does.

use super::{Flags, Point};
use crate::{
    config::RegressionThresholds,
    record::{LIMITS_FIELD, Record},
    text::Text,
    time::Micros,
};

/// The limits of the newest record of a series; what a pull request or a branch tries holds for itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnLimits {
    /// Time of the newest record that has a say; `None` where none has.
    at: Option<Micros>,
    /// By metric; empty where the benchmark sets none.
    pub thresholds: RegressionThresholds,
}

impl OwnLimits {
    /// Those that the newest of these points brought along.
    #[must_use]
    pub fn of(thresholds: RegressionThresholds, points: &[Point]) -> Self {
        Self { at: newest(points).map(|point| point.time), thresholds }
    }

    /// Whether this point, or none, was the last that had a say.
    pub(super) fn are_of(&self, newest: Option<&Point>) -> bool {
        self.at == newest.map(|point| point.time)
    }

    /// Takes the limits of a record that is no older; says whether it did.
    pub(super) fn follow(&mut self, record: &Record<impl Text>) -> bool {
        let at = Some(record.time.unwrap_or_default());
        if at < self.at || record.provenance.is_pull_request() {
            return false;
        }
        let said = record.extra.get(LIMITS_FIELD);
        let thresholds = said.and_then(RegressionThresholds::resolve_lenient).unwrap_or_default();
        let thresholds = thresholds.in_range();
        *self = Self { at, thresholds };
        true
    }

    /// Takes those of records of the same series that are no older; says whether it did.
    pub(super) fn absorb(&mut self, other: &Self) -> bool {
        let is_newest = other.at.is_some() && other.at >= self.at;
        if is_newest {
            self.clone_from(other);
        }
        is_newest
    }
}

/// The newest point that has a say.
pub(super) fn newest(points: &[Point]) -> Option<&Point> {
    let tries = Flags(Flags::PULL_REQUEST.0 | Flags::OTHER_BRANCH.0);
    let told = points.iter().filter(|point| !point.flags.any(tries));
    told.max_by_key(|point| point.time)
}
