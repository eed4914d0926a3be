//! Deviations in, the period with which they repeat out.
//!
//! Nightly and weekly jobs swing with the load of the machine. Such a swing is no change, and it
//! hides one: it is taken off before the two sides are compared.

use super::{
    order::autocorrelation,
    robust::{is_still, sum_of_squares},
};

/// The least autocorrelation at the period.
const REPEATS: f64 = 0.5;
/// How much better a longer period must be than a shorter one.
const BETTER: f64 = 0.05;
/// The shortest period.
const SHORTEST: usize = 3;
/// Between two peaks the deviations must oppose each other by at least this, or they only wander.
const OPPOSED: f64 = -0.1;
/// What must remain of [`REPEATS`] at twice the period.
const AGAIN: f64 = 0.7;

/// The period of deviations, at most `longest`, which is below half of their number.
pub(super) fn period(deviations: &[f64], longest: usize) -> Option<usize> {
    let squares = sum_of_squares(deviations);
    if is_still(deviations, squares) || deviations.len() <= 2 * longest.max(SHORTEST) {
        return None;
    }
    let at = |lag| autocorrelation(deviations, squares, lag);
    let (mut period, mut peak) = (SHORTEST, at(SHORTEST));
    for lag in SHORTEST + 1..=longest {
        let here = at(lag);
        if here > peak + BETTER {
            (period, peak) = (lag, here);
        }
    }
    if peak < REPEATS {
        return None;
    }
    let low = (1..period).map(at).fold(f64::INFINITY, f64::min);
    let swings = low <= OPPOSED && peak - low >= 2.0 * REPEATS;
    (swings && at(2 * period) >= AGAIN * REPEATS).then_some(period)
}

/// The mean of the deviations at each phase i mod `period`.
pub(super) fn phases(deviations: &[f64], period: usize) -> Vec<f64> {
    let mean_of = |phase| {
        let (sum, count) = deviations
            .iter()
            .skip(phase)
            .step_by(period)
            .fold((0.0, 0.0_f64), |(sum, count), deviation| (sum + deviation, count + 1.0));
        sum / count.max(1.0)
    };
    (0..period).map(mean_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(points: usize) -> Vec<f64> {
        let week = [-0.02, -0.02, 0.0, 0.0, 0.0, 0.02, 0.02];
        (0..points).map(|i| week[i % 7]).collect()
    }

    #[test]
    fn a_weekly_swing_has_period_seven() {
        assert_eq!(period(&weekly(70), 17), Some(7));
        assert_eq!(phases(&[1.0, 2.0, 3.0, 5.0], 3), [3.0, 2.0, 3.0]);
    }

    #[test]
    fn still_wandering_and_short_deviations_have_none() {
        assert_eq!(period(&[0.0; 70], 17), None);
        let wandering: Vec<f64> = (0..70).map(|i| f64::from(i) / 70.0 - 0.5).collect();
        assert_eq!(period(&wandering, 17), None);
        assert_eq!(period(&weekly(6), 17), None);
        assert_eq!(period(&[], 0), None);
    }
}
