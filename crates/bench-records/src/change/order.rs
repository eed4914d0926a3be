//! Deviations in, what their order says out: does each resemble the one before it?
//!
//! Runs on one machine are not independent: caches, heat and neighbours last. A test that ignores
//! that takes each warm afternoon for a change.

use super::robust::{is_still, sum_of_products, sum_of_squares};

/// Fewer deviations than this say too little of their order to widen a test.
const LEAST_FOR_LEFTOVER: usize = 20;
/// Fewer than this have no lag-1 autocorrelation.
const LEAST_FOR_LAG: usize = 6;
/// Beyond this, a series is as good as a random walk.
const MOST_CORRELATED: f64 = 0.95;

/// Σ rᵢ·rᵢ₊ₗ over pairs that do not straddle `split` (i < split ≤ i + l); 0: all pairs.
fn lagged(deviations: &[f64], lag: usize, split: usize) -> f64 {
    let (left, right) = deviations.split_at(split);
    let within = |side: &[f64]| sum_of_products(side, side.get(lag..).unwrap_or_default());
    within(left) + within(right)
}

/// By what factor correlated deviations widen the variance of a mean:
/// 1 + 2·max(ρ₁, 0) + 2·max(ρ₂, 0).
///
/// Two lags, because further ones are mostly noise; negative ones are ignored, since they would make
/// the test less strict. `split` separates the two sides of a step; the deviations have mean 0.
pub(super) fn leftover(deviations: &[f64], split: usize) -> f64 {
    let squares = sum_of_squares(deviations);
    if deviations.len() < LEAST_FOR_LEFTOVER || is_still(deviations, squares) {
        return 1.0;
    }
    let positive = |lag| (lagged(deviations, lag, split) / squares).max(0.0);
    1.0 + 2.0 * positive(1) + 2.0 * positive(2)
}

/// The lag-1 autocorrelation φ of deviations with mean 0, in 0..=0.95.
///
/// ρ + (1 + 3ρ)/n takes off the bias of short series. Reference: Kendall, "Note on bias in the
/// estimation of autocorrelation", Biometrika 41 (1954). Fewer than 6 points, or no scatter: 0.
pub(super) fn lag1(deviations: &[f64]) -> f64 {
    let squares = sum_of_squares(deviations);
    if deviations.len() < LEAST_FOR_LAG || is_still(deviations, squares) {
        return 0.0;
    }
    let n = deviations.len() as f64;
    let rho = lagged(deviations, 1, 0) / squares * n / (n - 2.0);
    (rho + (1.0 + 3.0 * rho) / n).clamp(0.0, MOST_CORRELATED)
}

/// The autocorrelation at a lag, for n deviations of which n − lag pairs exist.
pub(super) fn autocorrelation(deviations: &[f64], squares: f64, lag: usize) -> f64 {
    let n = deviations.len() as f64;
    lagged(deviations, lag, 0) / squares * n / (n - lag as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_across_the_split_do_not_count() {
        // 1·2 + 3·4 within the sides; 2·3 straddles
        assert_eq!(lagged(&[1.0, 2.0, 3.0, 4.0], 1, 2), 14.0);
        assert_eq!(lagged(&[1.0, 2.0, 3.0, 4.0], 1, 0), 20.0);
        assert_eq!(lagged(&[1.0, 2.0], 5, 1), 0.0);
    }

    #[test]
    fn a_slow_wave_widens_the_test_and_alternation_does_not() {
        let slow: Vec<f64> = (0..24).map(|i| if i % 12 < 6 { 1.0 } else { -1.0 }).collect();
        let fast: Vec<f64> = (0..24).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        // ρ₁ = (20 − 3)/24, ρ₂ = (16 − 6)/24
        let expected = 1.0 + 2.0 * 17.0 / 24.0 + 2.0 * 10.0 / 24.0;
        assert!((leftover(&slow, 0) - expected).abs() < 0.2);
        assert!(leftover(&fast, 0) < 1.0 + 2.0);
        assert_eq!(lag1(&fast), 0.0);
        assert!(lag1(&slow) > 0.5);
    }

    #[test]
    fn few_or_still_deviations_say_nothing_of_their_order() {
        assert_eq!(leftover(&[1.0; 19], 0), 1.0);
        assert_eq!(leftover(&[0.0; 30], 0), 1.0);
        assert_eq!(lag1(&[1.0; 5]), 0.0);
        assert_eq!(lag1(&[]), 0.0);
    }
}
