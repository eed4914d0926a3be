//! Where each field of a record goes.
//!
//! In: the name of a field. Out: its [`Place`].

use super::{BROKEN_LIMITS_FIELD, LIMITS_FIELD};
use crate::{
    identity::cohort::{IDENTITY_FIELDS, VERSION_FIELD},
    metric::METRICS,
    provenance,
};

/// What a field of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    ModelId,
    Timestamp,
    CommitSha,
    GpuType,
    Success,
    Spread,
    Verdict,
    VerdictReason,
    Id,
    /// A position among [`METRICS`].
    Metric(usize),
    /// The metrics that are not built in.
    OwnMetrics,
    /// A position among [`IDENTITY_FIELDS`].
    Identity(usize),
    /// The version that says whether the record has an identity; kept as it is, too.
    Version,
    /// A position among [`provenance::FIELDS`].
    Provenance(usize),
    /// The limits of its benchmark, and those that it broke.
    Limits,
    /// A field that this code does not know.
    Unknown,
}

impl Place {
    /// The place of a field.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "model_id" => Self::ModelId,
            "timestamp" => Self::Timestamp,
            "commit_sha" => Self::CommitSha,
            "gpu_type" => Self::GpuType,
            "success" => Self::Success,
            "spread" => Self::Spread,
            "verdict" => Self::Verdict,
            "verdict_reason" => Self::VerdictReason,
            "id" => Self::Id,
            "metrics" => Self::OwnMetrics,
            VERSION_FIELD => Self::Version,
            LIMITS_FIELD | BROKEN_LIMITS_FIELD => Self::Limits,
            other => Self::further(other),
        }
    }

    fn further(name: &str) -> Self {
        let among = |fields: &[&str]| fields.iter().position(|field| *field == name);
        among(&IDENTITY_FIELDS)
            .map(Self::Identity)
            .or_else(|| among(&provenance::FIELDS).map(Self::Provenance))
            .or_else(|| METRICS.iter().position(|metric| metric.key == name).map(Self::Metric))
            .unwrap_or(Self::Unknown)
    }

    /// Whether a series needs what stands there.
    pub(super) fn is_of_series(self) -> bool {
        !matches!(self, Self::Spread | Self::VerdictReason | Self::Unknown)
    }
}
