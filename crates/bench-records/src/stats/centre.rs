//! Samples in, the one number they are centred on out.

use std::cmp::Ordering;

use super::sorted::{Sorted, middle};
use super::{are_samples, finite, select};

/// The arithmetic mean, (1/n) Σ xᵢ.
///
/// Summed as x₁ + (1/n) Σ (xᵢ − x₁), so that equal samples have exactly their own value as mean.
///
/// 0 points: `None`. 1 point: that point.
pub fn mean(samples: &[f64]) -> Option<f64> {
    if !are_samples(samples) {
        return None;
    }
    let first = samples[0];
    let excess: f64 = samples.iter().map(|sample| sample - first).sum();
    finite(first + excess / samples.len() as f64)
}

/// The median: X((n+1)/2) for odd n, the mean of X(n/2) and X(n/2+1) for even n.
///
/// The same as NumPy's `median`. Reference: Hyndman & Fan, "Sample quantiles in statistical
/// packages", The American Statistician 50 (1996), definition 2 at p = ½.
///
/// 0 points: `None`. 1 point: that point.
pub fn median(samples: &[f64]) -> Option<f64> {
    // a baseline is this short, and asked for at each point of a history: it takes no memory
    let mut few = [0.0; 8];
    let Some(few) = few.get_mut(..samples.len()) else {
        return Sorted::new(samples).map(|sorted| sorted.median());
    };
    if !are_samples(samples) {
        return None;
    }
    few.copy_from_slice(samples);
    // 0 and -0 are equal and keep their order, as in Python's `statistics.median`
    few.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    Some(middle(few))
}

/// The same as [`median`], of thousands, which detecting changes asks for: selecting takes a third of the
/// time of sorting. Where a few are judged it would be one more algorithm for a browser to download.
pub(crate) fn median_of_many(samples: &[f64]) -> Option<f64> {
    let count = samples.len();
    if count == 0 || !are_samples(samples) {
        return None;
    }
    let mut samples = samples.to_vec();
    let upper = select(&mut samples, count / 2)?;
    if !count.is_multiple_of(2) {
        return Some(upper);
    }
    let lower = samples[..count / 2]
        .iter()
        .fold(f64::NEG_INFINITY, |most, value| if *value > most { *value } else { most });
    Some(lower.midpoint(upper))
}

/// The geometric mean of ratios, exp((1/n) Σ ln rᵢ): the mean under which twice as fast and twice
/// as slow cancel.
///
/// The same as SciPy's `gmean`. Reference: Fleming & Wallace, "How not to lie with statistics",
/// CACM 29 (1986).
///
/// 0 points: `None`. 1 point: that point, to rounding. A ratio of 0 or below: `None`.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    if ratios.iter().any(|ratio| *ratio <= 0.0) {
        return None;
    }
    let logarithms: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
    mean(&logarithms).map(f64::exp).and_then(finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_of_hand_worked_samples() {
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(mean(&[7.5]), Some(7.5));
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn equal_samples_have_exactly_their_own_mean() {
        assert_eq!(mean(&[0.1; 7]), Some(0.1));
    }

    #[test]
    fn median_takes_the_middle_or_averages_the_middle_pair() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[9.0, 1.0, 5.0, 6.0]), Some(5.5));
        assert_eq!(median(&[4.0]), Some(4.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn selecting_and_sorting_find_the_same_median() {
        for count in 0..40 {
            let samples: Vec<f64> = (0..count).map(|i| f64::from(i * 7919 % 23) / 3.0).collect();
            assert_eq!(median_of_many(&samples), median(&samples));
        }
    }

    #[test]
    fn a_non_finite_sample_has_no_centre() {
        for strange in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(mean(&[1.0, strange]), None);
            assert_eq!(median(&[1.0, strange]), None);
            assert_eq!(geometric_mean(&[1.0, strange]), None);
        }
    }

    #[test]
    fn a_sum_past_the_range_of_f64_is_none() {
        assert_eq!(mean(&[f64::MIN, f64::MAX]), None);
    }

    #[test]
    fn twice_as_fast_and_twice_as_slow_cancel() {
        let cancelled = geometric_mean(&[0.5, 2.0]).expect("positive ratios");
        assert!((cancelled - 1.0).abs() < 1e-15);
        let two = geometric_mean(&[1.0, 2.0, 4.0]).expect("positive ratios");
        assert!((two - 2.0).abs() < 1e-15);
    }

    #[test]
    fn a_ratio_of_zero_or_below_has_no_geometric_mean() {
        assert_eq!(geometric_mean(&[1.0, 0.0]), None);
        assert_eq!(geometric_mean(&[-1.0, -1.0]), None);
        assert_eq!(geometric_mean(&[]), None);
    }
}
