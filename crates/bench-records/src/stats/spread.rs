//! Samples in, how far they spread out.

use super::sorted::Sorted;
use super::{are_samples, finite, mean};

/// Times this, the [`mad`] of normally distributed samples estimates their standard deviation:
/// 1 / Φ⁻¹(¾).
///
/// Reference: Rousseeuw & Croux, "Alternatives to the median absolute deviation", JASA 88 (1993).
pub const MAD_TO_SIGMA: f64 = 1.482_602_218_505_602;

/// The smallest sample. 0 points: `None`. 1 point: that point.
pub fn min(samples: &[f64]) -> Option<f64> {
    let smallest = || samples.iter().copied().reduce(f64::min);
    are_samples(samples).then(smallest).flatten()
}

/// The largest sample. 0 points: `None`. 1 point: that point.
pub fn max(samples: &[f64]) -> Option<f64> {
    let largest = || samples.iter().copied().reduce(f64::max);
    are_samples(samples).then(largest).flatten()
}

/// The sample standard deviation, √(Σ (xᵢ − x̄)² / (n − 1)); two passes, so that a large mean does
/// not drown a small spread.
///
/// The same as NumPy's `std(ddof=1)`. Reference: Chan, Golub & LeVeque, "Algorithms for computing
/// the sample variance", The American Statistician 37 (1983).
///
/// 0 points and 1 point: `None`, since one sample says nothing of spread.
pub fn std_dev(samples: &[f64]) -> Option<f64> {
    let centre = mean(samples)?;
    if samples.len() < 2 {
        return None;
    }
    let squares: f64 = samples.iter().map(|x| (x - centre).powi(2)).sum();
    finite((squares / (samples.len() - 1) as f64).sqrt())
}

/// The median absolute deviation, median |xᵢ − median(x)|, raw: [`MAD_TO_SIGMA`] turns it into an
/// estimate of σ.
///
/// The same as SciPy's `median_abs_deviation(scale=1)`. Reference: Hampel, "The influence curve
/// and its role in robust estimation", JASA 69 (1974).
///
/// 0 points: `None`. 1 point: 0.
pub fn mad(samples: &[f64]) -> Option<f64> {
    finite(Sorted::new(samples)?.mad())
}

/// The coefficient of variation, s / |x̄|: the spread as a fraction of the mean.
///
/// 0 points and 1 point: `None`. A mean of 0: `None`.
pub fn coefficient_of_variation(samples: &[f64]) -> Option<f64> {
    finite(std_dev(samples)? / mean(samples)?.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_deviation_divides_by_one_less_than_the_count() {
        // Mean 5, squares 9+1+1+1+0+0+4+16 = 32, over 7.
        let samples = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let expected = (32.0_f64 / 7.0).sqrt();
        assert!((std_dev(&samples).expect("eight samples") - expected).abs() < 1e-15);
    }

    #[test]
    fn one_sample_has_no_standard_deviation_but_a_mad_of_zero() {
        assert_eq!(std_dev(&[3.0]), None);
        assert_eq!(coefficient_of_variation(&[3.0]), None);
        assert_eq!(mad(&[3.0]), Some(0.0));
    }

    #[test]
    fn equal_samples_do_not_spread() {
        assert_eq!(std_dev(&[0.1; 7]), Some(0.0));
        assert_eq!(mad(&[0.1; 7]), Some(0.0));
    }

    #[test]
    fn mad_is_raw_and_ignores_one_outlier() {
        // Median 3; distances 2, 1, 0, 1, 97.
        assert_eq!(mad(&[1.0, 2.0, 3.0, 4.0, 100.0]), Some(1.0));
        // Median 2.5; distances 1.5, 0.5, 0.5, 1.5.
        assert_eq!(mad(&[1.0, 2.0, 3.0, 4.0]), Some(1.0));
    }

    #[test]
    fn coefficient_of_variation_is_relative_to_the_size_of_the_mean() {
        let half = std::f64::consts::FRAC_1_SQRT_2 / 2.0;
        let of = |samples: &[f64]| coefficient_of_variation(samples).expect("a mean other than 0");
        assert!((of(&[1.5, 2.5]) - half).abs() < 1e-15);
        assert!((of(&[-1.5, -2.5]) - half).abs() < 1e-15);
        assert_eq!(coefficient_of_variation(&[-1.0, 1.0]), None);
        assert_eq!(coefficient_of_variation(&[0.0, 0.0]), None);
    }

    #[test]
    fn extremes_of_hand_worked_samples() {
        let samples = [3.0, -1.0, 2.0];
        assert_eq!((min(&samples), max(&samples)), (Some(-1.0), Some(3.0)));
        assert_eq!((min(&[5.0]), max(&[5.0])), (Some(5.0), Some(5.0)));
    }

    #[test]
    fn nothing_and_non_finite_samples_have_no_spread() {
        for samples in [vec![], vec![1.0, f64::NAN], vec![1.0, 2.0, f64::INFINITY]] {
            for spread in [min, max, std_dev, mad, coefficient_of_variation] {
                assert_eq!(spread(&samples), None);
            }
        }
    }

    #[test]
    fn squares_past_the_range_of_f64_are_none() {
        assert_eq!(std_dev(&[-1e200, 1e200]), None);
    }
}
