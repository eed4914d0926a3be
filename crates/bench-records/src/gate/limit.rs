//! What a change is held against: a fraction of the baseline, and a floor in the metric's unit.

use serde::{Deserialize, Serialize};

use super::finding::Outcome;
use crate::metric::Gating;

/// How much worse a metric may become: the change must exceed both parts to count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// As a fraction of the baseline: 0.05 is 5 %. Strictly more is a regression.
    pub fraction: f64,
    /// In the metric's unit; `None` where only the fraction counts.
    pub absolute: Option<f64>,
    /// Whether exceeding it fails the gate.
    pub gating: Gating,
}

impl Limit {
    /// A limit on the fraction alone.
    #[must_use]
    pub fn fraction(fraction: f64, gating: Gating) -> Self {
        Self { fraction, absolute: None, gating }
    }

    /// Whether a change in the bad direction is beyond both parts.
    #[must_use]
    pub fn is_exceeded_by(self, fraction: f64, absolute: f64) -> bool {
        fraction > self.fraction && self.absolute.is_none_or(|floor| absolute > floor)
    }

    /// How a change in the bad direction comes out: negative ones are improvements.
    #[must_use]
    pub fn outcome(self, fraction: f64, absolute: f64) -> Outcome {
        match self.gating {
            Gating::Gated if self.is_exceeded_by(fraction, absolute) => Outcome::Regression,
            Gating::Reported if self.is_exceeded_by(fraction, absolute) => Outcome::Exceeded,
            _ if self.is_exceeded_by(-fraction, -absolute) => Outcome::Improved,
            _ => Outcome::Pass,
        }
    }
}
