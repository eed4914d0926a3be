//! Samples in, statistics out: what they are centred on, how far they spread, how sure that is,
//! and whether two runs differ.
//!
//! Held by every function here:
//! - Samples come in any order, in any unit; the answer is in the same unit.
//! - A NaN or an infinity is no sample. Where one number is asked of a slice that holds one, the
//!   answer is `None`; in a series ([`RollingMedian`]) it is a missing value.
//! - What has no answer (an empty slice, a sum past the range of f64) is `None`. Nothing panics.

mod binomial;
mod centre;
mod hodges_lehmann;
mod interval;
mod mann_whitney;
mod mean_interval;
mod normal;
mod order;
mod percentile;
mod ranking;
mod ranks;
mod rolling;
mod select;
mod sorted;
mod spread;
mod summary;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod scipy;

pub(crate) use centre::median_of_many;
pub use centre::{geometric_mean, mean, median};
pub use hodges_lehmann::hodges_lehmann_shift;
pub use interval::{Bounds, PercentileInterval, median_relative_half_width, percentile_interval};
pub(crate) use mann_whitney::rank_distance;
pub use mann_whitney::{MannWhitney, PValueMethod, mann_whitney};
pub use mean_interval::geometric_mean_interval;
pub use percentile::{has_samples_beyond, percentile};
pub use ranks::{CONFIDENCE, IntervalRanks, interval_ranks, samples_needed};
pub use rolling::{RollingMedian, rolling_median_before, rolling_median_through};
pub(crate) use select::select;
pub use spread::{MAD_TO_SIGMA, coefficient_of_variation, mad, max, min, std_dev};
pub use summary::{Percentile, Summary};

/// At least one sample, and no NaN or infinity among them.
fn are_samples(samples: &[f64]) -> bool {
    !samples.is_empty() && samples.iter().all(|sample| sample.is_finite())
}

/// The value, unless it left the range of f64 on the way.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
