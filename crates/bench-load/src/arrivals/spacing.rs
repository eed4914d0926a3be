//! How the gaps between requests scatter around their mean.

use super::error::{ArrivalError, positive};
use crate::random::Random;

/// The distribution of the gaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spacing {
    /// All gaps are equal.
    Even,
    /// Exponential gaps: requests of many people who do not know of each other.
    Poisson,
    /// Gamma-distributed gaps of shape `burstiness`, as `vllm bench serve` has them: below 1 in bursts,
    /// 1 is Poisson, far above 1 is even.
    Gamma {
        /// The shape.
        burstiness: f64,
    },
}

impl Spacing {
    /// The spacing that `--burstiness` asks for: 1 is Poisson, infinite is even.
    ///
    /// # Errors
    /// When it is not a positive number.
    pub fn of_burstiness(burstiness: f64) -> Result<Self, ArrivalError> {
        if burstiness == f64::INFINITY {
            return Ok(Self::Even);
        }
        let burstiness = checked(burstiness)?;
        Ok(if burstiness == 1.0 { Self::Poisson } else { Self::Gamma { burstiness } })
    }

    pub(super) fn check(self) -> Result<(), ArrivalError> {
        match self {
            Self::Even | Self::Poisson => Ok(()),
            Self::Gamma { burstiness } => checked(burstiness).map(drop),
        }
    }

    /// The place of request `index` on a clock on which one is expected a second, where the one before
    /// was at `last`.
    pub(super) fn place(self, index: usize, last: f64, random: &mut Random) -> f64 {
        match self {
            // not a sum, whose rounding would drift
            Self::Even => index as f64,
            Self::Poisson => last + random.exponential(),
            Self::Gamma { burstiness } => last + random.gamma(burstiness) / burstiness,
        }
    }
}

fn checked(burstiness: f64) -> Result<f64, ArrivalError> {
    positive(
        "burstiness",
        burstiness,
        "1 for Poisson arrivals, less for bursts, or inf for even gaps",
    )
}
