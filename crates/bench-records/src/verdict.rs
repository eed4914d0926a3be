//! Verdicts: the outcome of judging one record.

use serde::{Deserialize, Serialize};

/// How a record came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Judged against a baseline, nothing beyond its limit.
    Pass,
    /// As `pass`, and at least one gated metric is better by more than its limit.
    Improved,
    /// A gated metric is worse than its baseline, or above its static limit, by more than allowed.
    Regression,
    /// No history to compare with: passes, and seeds the baseline where it is persisted.
    Calibration,
    /// The series has a gated metric that this run lost.
    MissingMetric,
    /// The workload is known with another recipe only.
    RecipeMismatch,
    /// Could not be judged.
    InfraError,
}

impl Verdict {
    /// Every verdict, worst first.
    pub const ALL: [Self; 7] = [
        Self::InfraError,
        Self::Regression,
        Self::MissingMetric,
        Self::RecipeMismatch,
        Self::Calibration,
        Self::Improved,
        Self::Pass,
    ];

    /// Whether the gate lets it pass.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Pass | Self::Improved | Self::Calibration)
    }

    /// The word in records and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Improved => "improved",
            Self::Regression => "regression",
            Self::Calibration => "calibration",
            Self::MissingMetric => "missing_metric",
            Self::RecipeMismatch => "recipe_mismatch",
            Self::InfraError => "infra_error",
        }
    }

    /// The word that FastVideo's comparator prints for it.
    #[must_use]
    pub fn fastvideo_status(self) -> &'static str {
        match self {
            Self::Pass | Self::Improved => "PASS",
            Self::Regression | Self::MissingMetric => "REGRESSION",
            Self::Calibration => "CALIBRATION_NEEDED",
            Self::RecipeMismatch => "RECIPE_MISMATCH",
            Self::InfraError => "INFRA_ERROR",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
