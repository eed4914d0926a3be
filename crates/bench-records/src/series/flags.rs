//! What sets a point apart from an ordinary one.

use serde::{Deserialize, Serialize};

use crate::{record::Record, text::Text};

/// What keeps a point out of baselines or sets it apart; a set of bits, 0 for an ordinary point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Flags(pub u16);

/// What a record of a reseed says where it comes from.
pub const RESEED: &str = "reseed";

impl Flags {
    /// The run failed a gate.
    pub const FAILED: Self = Self(1);
    /// The record says that it is not eligible for a baseline.
    pub const INELIGIBLE: Self = Self(2);
    /// The record names its source and does not say whether it is eligible.
    pub const UNSTATED: Self = Self(4);
    /// A scheduled run on main, or one that says it is eligible.
    pub const TRUSTED: Self = Self(8);
    /// The run belongs to a pull request.
    pub const PULL_REQUEST: Self = Self(16);
    /// The timestamp is no time; the point stands at 1970.
    pub const UNDATED: Self = Self(32);
    /// Somebody excluded the record, with a reason.
    pub const EXCLUDED: Self = Self(64);
    /// The run measured a branch that is not main.
    pub const OTHER_BRANCH: Self = Self(128);
    /// A reviewed measurement that moved the baseline.
    pub const RESEEDED: Self = Self(256);

    /// What tells nothing of the state of the main branch.
    pub const TELLS_NOTHING: Self =
        Self(Self::PULL_REQUEST.0 | Self::OTHER_BRANCH.0 | Self::EXCLUDED.0 | Self::UNDATED.0);

    /// Whether any bit of `other` is set.
    #[must_use]
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// With the bits of `other` set when `condition` holds.
    #[must_use]
    pub fn with_if(self, other: Self, condition: bool) -> Self {
        if condition { Self(self.0 | other.0) } else { self }
    }

    pub(super) fn of<T: Text>(record: &Record<T>) -> Self {
        let origin = &record.provenance;
        let source = origin.run_source.as_ref().map(T::as_ref);
        let eligible = origin.baseline_eligible;
        Self::default()
            .with_if(Self::FAILED, !record.success)
            .with_if(Self::INELIGIBLE, eligible == Some(false))
            .with_if(Self::UNSTATED, eligible.is_none() && source.is_some())
            .with_if(Self::TRUSTED, eligible == Some(true) || source == Some("scheduled_main"))
            .with_if(Self::PULL_REQUEST, origin.is_pull_request())
            .with_if(Self::UNDATED, record.time.is_none())
            .with_if(Self::RESEEDED, source == Some(RESEED))
    }
}
