//! Samples and a percentage in, the interval in which that percentile of the population lies out.

use serde::{Deserialize, Serialize};

use super::finite;
use super::ranks::{interval_ranks, samples_needed};
use super::sorted::Sorted;

/// Where a percentile of the population lies, as far as the samples tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PercentileInterval {
    /// Between two of the samples.
    Known(Bounds),
    /// There are too few samples to bound it on both sides.
    TooFewSamples {
        /// The count at which an interval exists.
        needed: usize,
    },
}

impl PercentileInterval {
    /// The bounds, where there are enough samples for them.
    pub fn bounds(self) -> Option<Bounds> {
        match self {
            Self::Known(bounds) => Some(bounds),
            Self::TooFewSamples { .. } => None,
        }
    }
}

/// Two samples that enclose a percentile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bounds {
    /// The lower of the two.
    pub lower: f64,
    /// The upper of the two.
    pub upper: f64,
    /// The probability with which such an interval holds the percentile: at least 0.95.
    pub coverage: f64,
}

/// The distribution-free confidence interval of a percentile, [X(l), X(u)], for independent
/// samples of any distribution.
///
/// Formula and references: [`interval_ranks`]. It always holds the sample's own
/// [`percentile`](super::percentile), and at 50 % the [`median`](super::median).
///
/// 0 points and 1 point: [`PercentileInterval::TooFewSamples`]. A non-finite sample, 0 %, 100 % and
/// percentages outside: `None`.
pub fn percentile_interval(samples: &[f64], percent: f64) -> Option<PercentileInterval> {
    if samples.is_empty() {
        let needed = samples_needed(percent)?;
        return Some(PercentileInterval::TooFewSamples { needed });
    }
    interval_of_sorted(&Sorted::new(samples)?, percent)
}

pub(super) fn interval_of_sorted(sorted: &Sorted, percent: f64) -> Option<PercentileInterval> {
    let needed = samples_needed(percent)?;
    let Some(ranks) = interval_ranks(sorted.len(), percent) else {
        return Some(PercentileInterval::TooFewSamples { needed });
    };
    Some(PercentileInterval::Known(Bounds {
        lower: sorted.at_rank(ranks.lower),
        upper: sorted.at_rank(ranks.upper),
        coverage: ranks.coverage,
    }))
}

/// Half the width of the median's interval as a fraction of the median, (X(u) − X(l)) / 2|median|:
/// what a run that repeats until it is stable compares with its limit, 0.02 say.
///
/// Fewer than 6 points: `None`, so 0 and 1 too. A median of 0: `None`.
pub fn median_relative_half_width(samples: &[f64]) -> Option<f64> {
    let sorted = Sorted::new(samples)?;
    let bounds = interval_of_sorted(&sorted, 50.0)?.bounds()?;
    finite((bounds.upper - bounds.lower) / 2.0 / sorted.median().abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: [f64; 6] = [104.0, 96.0, 100.0, 102.0, 98.0, 100.0];

    #[test]
    fn six_samples_bound_their_median_by_their_extremes() {
        let bounds = percentile_interval(&SIX, 50.0).and_then(PercentileInterval::bounds);
        let bounds = bounds.expect("six samples");
        assert_eq!((bounds.lower, bounds.upper), (96.0, 104.0));
        assert!((bounds.coverage - 0.96875).abs() < 1e-15);
    }

    #[test]
    fn too_few_samples_say_how_many_are_needed() {
        let too_few = |needed| Some(PercentileInterval::TooFewSamples { needed });
        assert_eq!(percentile_interval(&SIX[..5], 50.0), too_few(6));
        assert_eq!(percentile_interval(&SIX, 90.0), too_few(29));
        assert_eq!(percentile_interval(&SIX[..1], 95.0), too_few(59));
        assert_eq!(percentile_interval(&[], 99.0), too_few(299));
    }

    #[test]
    fn an_infinity_among_few_samples_is_no_matter_of_their_number() {
        assert_eq!(percentile_interval(&[1.0, f64::INFINITY], 50.0), None);
    }

    #[test]
    fn extremes_of_the_population_have_no_interval() {
        assert_eq!(percentile_interval(&SIX, 0.0), None);
        assert_eq!(percentile_interval(&SIX, 100.0), None);
        assert_eq!(percentile_interval(&[], 100.0), None);
    }

    #[test]
    fn half_width_is_a_fraction_of_the_median() {
        // (104 − 96) / 2 / 100.
        assert_eq!(median_relative_half_width(&SIX), Some(0.04));
        assert_eq!(median_relative_half_width(&SIX.map(|x| -x)), Some(0.04));
        assert_eq!(median_relative_half_width(&[2.0; 6]), Some(0.0));
    }

    #[test]
    fn half_width_needs_six_samples_and_a_median_other_than_zero() {
        assert_eq!(median_relative_half_width(&SIX[..5]), None);
        assert_eq!(median_relative_half_width(&[]), None);
        assert_eq!(median_relative_half_width(&[0.0; 6]), None);
    }

    #[test]
    fn both_outcomes_read_as_words_in_json() {
        let known = PercentileInterval::Known(Bounds { lower: 1.0, upper: 2.0, coverage: 0.96 });
        let json = r#"{"known":{"lower":1.0,"upper":2.0,"coverage":0.96}}"#;
        assert_eq!(serde_json::to_string(&known).expect("plain data"), json);
        let few = PercentileInterval::TooFewSamples { needed: 29 };
        let json = r#"{"too_few_samples":{"needed":29}}"#;
        assert_eq!(serde_json::to_string(&few).expect("plain data"), json);
    }
}
