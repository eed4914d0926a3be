//! Limits that a benchmark sets for itself, so that whoever shows its series judges as its gate does.

use serde::{Deserialize, Serialize};

use crate::{config::RegressionThresholds, record::Record, time::Micros};

/// Field of records that holds them, as their benchmark's file wrote it.
pub const FIELD: &str = "regression_thresholds";

/// The `regression_thresholds` of the newest record of a series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnLimits {
    /// Time of that record, in microseconds since 1970.
    pub at: Micros,
    /// Its limits by metric; left out where it sets none.
    #[serde(default, skip_serializing_if = "RegressionThresholds::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, crate::config::MetricLimits>")
    )]
    pub thresholds: RegressionThresholds,
}

impl OwnLimits {
    /// Whether no record was looked at yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// Takes the limits of a record that is no older. What a pull request tries holds for itself.
    pub(super) fn follow(&mut self, record: &Record) {
        let at = record.time.unwrap_or_default();
        if at < self.at || record.provenance.is_pull_request() {
            return;
        }
        let said = record.extra.get(FIELD);
        let thresholds = said.and_then(RegressionThresholds::resolve_lenient).unwrap_or_default();
        *self = Self { at, thresholds };
    }

    /// Takes those of the same series that are newer.
    pub(super) fn absorb(&mut self, other: &Self) {
        if other.at >= self.at {
            self.clone_from(other);
        }
    }
}
