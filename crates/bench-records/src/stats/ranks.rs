//! A number of samples and a percentage in, the ranks of the two samples between which that
//! percentile of the population lies out; how often it does depends on no distribution.

use super::binomial::Binomial;

/// The least probability with which an interval covers the percentile.
pub const CONFIDENCE: f64 = 0.95;

/// α. Not `1.0 - CONFIDENCE`, which is a rounding above it.
const OUTSIDE: f64 = 0.05;

/// Two order statistics, counted from 1, and how surely the percentile lies between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntervalRanks {
    /// l: the interval starts at the l-th smallest sample.
    pub lower: usize,
    /// u: the interval ends at the u-th smallest sample.
    pub upper: usize,
    /// P(l ≤ B ≤ u−1), at least [`CONFIDENCE`].
    pub coverage: f64,
}

/// The ranks (l, u) of the confidence interval [X(l), X(u)] of a percentile, for `count`
/// independent samples.
///
/// The number B of n samples at or below the population's p-quantile is binomial (n, p), so the
/// quantile lies between X(l) and X(u) with probability P(l ≤ B ≤ u−1), or more where values tie.
/// With α = 1 − [`CONFIDENCE`]:
/// - l is the largest rank with P(B < l) ≤ α/2, and u the smallest with P(B ≥ u) ≤ α/2;
/// - where that u is past the last sample, u = n and l uses the rest, α − pⁿ; where that l is
///   before the first, l = 1 and u uses the rest, α − (1−p)ⁿ.
///
/// Both ends are thus samples, chosen by their rank alone, and an interval exists as soon as the
/// smallest and the largest sample cover the quantile: 1 − pⁿ − (1−p)ⁿ ≥ 1 − α. That first n is 6
/// for P50 (2·½ⁿ ≤ 5 %), and where (1−p)ⁿ vanishes (pⁿ ≤ 5 %) 29 for P90, 59 for P95, 299 for P99;
/// for these three neither tail exceeds α/2 from 36, 72 and 368 on.
///
/// References: Hahn & Meeker, "Statistical Intervals", ch. 5; David & Nagaraja, "Order
/// Statistics", 3rd ed., section 7.1; Conover, "Practical Nonparametric Statistics", 3rd ed.,
/// section 3.2. SciPy's `quantile_test` gives the same interval where neither tail
/// exceeds α/2, and none elsewhere.
///
/// `None` below [`samples_needed`], so for 0 and 1 points, and at 0 %, 100 % and outside.
pub fn interval_ranks(count: usize, percent: f64) -> Option<IntervalRanks> {
    if count < samples_needed(percent)? {
        return None;
    }
    let p = percent / 100.0;
    let binomial = Binomial::new(count, p);
    let past_last = all_of(count, p);
    let before_first = all_of(count, 1.0 - p);
    let lower = binomial.lower_rank(left_by(past_last)).max(1);
    let upper = binomial.upper_rank(left_by(before_first)).min(count);
    let coverage = binomial.between(lower, upper);
    Some(IntervalRanks { lower, upper, coverage })
}

/// The fewest samples of which the smallest and the largest enclose the percentile with
/// [`CONFIDENCE`]: the first n with pⁿ + (1−p)ⁿ ≤ α.
///
/// `None` at 0 %, 100 % and outside: no number of samples bounds an extreme.
pub fn samples_needed(percent: f64) -> Option<usize> {
    if !(percent > 0.0 && percent < 100.0) {
        return None;
    }
    let p = percent / 100.0;
    let rarer = p.min(1.0 - p);
    // The commoner side alone needs this many, and one more always satisfies both: with c = 1−r,
    // cⁿ ≤ α gives rⁿ ≤ α, so cⁿ⁺¹ + rⁿ⁺¹ ≤ α(c + r) = α.
    let commoner_needs = (OUTSIDE.ln() / (-rarer).ln_1p()).ceil() as usize;
    let outside = all_of(commoner_needs, p) + all_of(commoner_needs, 1.0 - p);
    Some(commoner_needs.saturating_add(usize::from(outside > OUTSIDE)))
}

/// The probability that `count` samples all fall on the side that one does with `probability`.
fn all_of(count: usize, probability: f64) -> f64 {
    probability.powf(count as f64)
}

/// What one tail may take, given what the other takes at least.
fn left_by(other: f64) -> f64 {
    let half = OUTSIDE / 2.0;
    if other > half { OUTSIDE - other } else { half }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(count: usize, percent: f64) -> (usize, usize) {
        let ranks = interval_ranks(count, percent).expect("enough samples");
        (ranks.lower, ranks.upper)
    }

    #[test]
    fn first_interval_is_at_6_29_59_and_299_samples() {
        for (percent, needed) in [(50.0, 6), (90.0, 29), (95.0, 59), (99.0, 299)] {
            assert_eq!(samples_needed(percent), Some(needed));
            assert!(interval_ranks(needed - 1, percent).is_none());
            assert!(interval_ranks(needed, percent).is_some());
        }
    }

    #[test]
    fn low_percentiles_need_as_many_samples_as_high_ones() {
        for (low, high) in [(10.0, 90.0), (5.0, 95.0), (1.0, 99.0), (40.0, 60.0)] {
            assert_eq!(samples_needed(low), samples_needed(high));
        }
    }

    #[test]
    fn median_ranks_are_those_of_the_sign_test_tables() {
        assert_eq!(ranks(6, 50.0), (1, 6));
        assert_eq!(ranks(8, 50.0), (1, 8));
        assert_eq!(ranks(9, 50.0), (2, 8));
        assert_eq!(ranks(20, 50.0), (6, 15));
        assert_eq!(ranks(100, 50.0), (40, 61));
    }

    #[test]
    fn coverage_of_six_samples_is_two_sixty_fourths_short_of_one() {
        let ranks = interval_ranks(6, 50.0).expect("six samples");
        assert!((ranks.coverage - 62.0 / 64.0).abs() < 1e-15);
    }

    #[test]
    fn a_scarce_upper_tail_leaves_the_rest_of_alpha_to_the_lower() {
        // 0.9²⁹ = 4.71 %, so 0.29 % are left below: P(B < 21) = 0.17 %, P(B < 22) = 0.65 %.
        assert_eq!(ranks(29, 90.0), (21, 29));
        // 0.9³⁶ = 2.25 %: equal tails from here on.
        assert_eq!(ranks(36, 90.0).1, 36);
        assert_eq!(ranks(29, 10.0), (1, 9));
    }

    #[test]
    fn percentages_that_no_sample_can_bound_have_no_interval() {
        for percent in [0.0, 100.0, -1.0, 101.0, f64::NAN] {
            assert_eq!(samples_needed(percent), None);
            assert_eq!(interval_ranks(1000, percent), None);
        }
    }

    #[test]
    fn a_percentage_next_to_zero_needs_more_samples_than_there_can_be() {
        assert_eq!(samples_needed(1e-300), Some(usize::MAX));
    }

    #[test]
    fn the_two_constants_add_up_to_one() {
        assert!((CONFIDENCE + OUTSIDE - 1.0).abs() < 1e-15);
    }
}
