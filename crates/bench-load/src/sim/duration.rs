//! How long something takes, or how much of it there is.

use crate::random::Random;

/// A distribution of positive numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Duration {
    /// Always the same.
    Fixed {
        /// It.
        mean: f64,
    },
    /// Exponential.
    Exponential {
        /// Its mean.
        mean: f64,
    },
    /// Gamma-distributed; the coefficient of variation is 1 / √shape.
    Gamma {
        /// Its mean.
        mean: f64,
        /// Its shape.
        shape: f64,
    },
    /// Log-normal: many short, a few very long, as answers of chats are.
    LogNormal {
        /// Its mean.
        mean: f64,
        /// Standard deviation of its logarithm.
        sigma: f64,
    },
}

impl Duration {
    /// Its mean.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Self::Fixed { mean }
            | Self::Exponential { mean }
            | Self::Gamma { mean, .. }
            | Self::LogNormal { mean, .. } => mean,
        }
    }

    /// The same with another mean.
    pub(super) fn times(self, factor: f64) -> Self {
        match self {
            Self::Fixed { mean } => Self::Fixed { mean: mean * factor },
            Self::Exponential { mean } => Self::Exponential { mean: mean * factor },
            Self::Gamma { mean, shape } => Self::Gamma { mean: mean * factor, shape },
            Self::LogNormal { mean, sigma } => Self::LogNormal { mean: mean * factor, sigma },
        }
    }

    pub(super) fn draw(self, random: &mut Random) -> f64 {
        match self {
            Self::Fixed { mean } => mean,
            Self::Exponential { mean } => mean * random.exponential(),
            Self::Gamma { mean, shape } => mean * random.gamma(shape) / shape,
            Self::LogNormal { mean, sigma } => {
                mean * libm::exp(sigma * random.normal() - sigma * sigma / 2.0)
            }
        }
    }

    /// A whole number of at least 1.
    pub(super) fn draw_count(self, random: &mut Random) -> u32 {
        libm::rint(self.draw(random)).clamp(1.0, 1e6) as u32
    }
}
