//! A number of trials and a probability in, the ranks that cut off a given tail out.

use std::iter::successors;

/// Masses this small against the mode's change no sum of masses in f64.
const NEGLIGIBLE: f64 = 1e-40;

/// The binomial distribution's mass, on the counts where it is not negligible.
///
/// Built from the mode outward by the ratio of neighbours,
/// P(k+1) / P(k) = (n−k)/(k+1) · p/(1−p), then normalised: no factorial to overflow, and an error
/// that grows with the some √n terms walked only (1e-12 at a million trials).
#[derive(Debug, Clone)]
pub(super) struct Binomial {
    first: usize,
    mass: Vec<f64>,
}

impl Binomial {
    /// `probability` lies between 0 and 1, both excluded.
    pub(super) fn new(trials: usize, probability: f64) -> Self {
        let odds = probability / (1.0 - probability);
        let down = |k: usize| k as f64 / ((trials - k + 1) as f64 * odds);
        let up = |k: usize| (trials - k) as f64 * odds / (k + 1) as f64;
        let mode = (((trials + 1) as f64 * probability) as usize).min(trials);

        let mut mass = walk(mode, |k, m| (k > 0).then(|| (k - 1, m * down(k))));
        mass.reverse();
        let first = mode + 1 - mass.len();
        mass.extend(walk(mode, |k, m| (k < trials).then(|| (k + 1, m * up(k)))).split_off(1));
        let total: f64 = mass.iter().sum();
        mass.iter_mut().for_each(|m| *m /= total);
        Self { first, mass }
    }

    /// The largest l with P(B < l) ≤ `tail`.
    pub(super) fn lower_rank(&self, tail: f64) -> usize {
        self.first + how_many_fit(self.mass.iter(), tail)
    }

    /// The smallest u with P(B ≥ u) ≤ `tail`.
    pub(super) fn upper_rank(&self, tail: f64) -> usize {
        self.first + self.mass.len() - how_many_fit(self.mass.iter().rev(), tail)
    }

    /// P(lower ≤ B < upper).
    pub(super) fn between(&self, lower: usize, upper: usize) -> f64 {
        let index = |k: usize| k.saturating_sub(self.first).min(self.mass.len());
        self.mass[index(lower)..index(upper)].iter().sum()
    }
}

/// The masses from the mode, taken as 1, as far as they matter.
fn walk(mode: usize, step: impl Fn(usize, f64) -> Option<(usize, f64)>) -> Vec<f64> {
    successors(Some((mode, 1.0)), |(k, mass)| step(*k, *mass))
        .map(|(_, mass)| mass)
        .take_while(|mass| *mass > NEGLIGIBLE)
        .collect()
}

fn how_many_fit<'a>(mass: impl Iterator<Item = &'a f64>, tail: f64) -> usize {
    mass.scan(0.0, |sum, m| {
        *sum += m;
        Some(*sum)
    })
    .take_while(|sum| *sum <= tail)
    .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64) -> bool {
        (actual - expected).abs() <= 1e-14 * expected
    }

    #[test]
    fn mass_of_four_fair_trials_is_one_four_six_four_one() {
        let binomial = Binomial::new(4, 0.5);
        for (k, expected) in [1.0, 4.0, 6.0, 4.0, 1.0].into_iter().enumerate() {
            assert!(close(binomial.between(k, k + 1), expected / 16.0));
        }
    }

    #[test]
    fn ranks_cut_off_no_more_than_the_tail() {
        // P(B ≤ 0) = 1/16, P(B ≤ 1) = 5/16, and the same from above.
        let binomial = Binomial::new(4, 0.5);
        assert_eq!([binomial.lower_rank(0.05), binomial.upper_rank(0.05)], [0, 5]);
        assert_eq!([binomial.lower_rank(0.07), binomial.upper_rank(0.07)], [1, 4]);
        assert_eq!([binomial.lower_rank(0.32), binomial.upper_rank(0.32)], [2, 3]);
    }

    #[test]
    fn a_million_trials_neither_overflow_nor_underflow() {
        let binomial = Binomial::new(1_000_000, 0.5);
        // √(2/(πn)) · (1 − 1/(4n)), the central mass to second order.
        let central = (2.0 / (std::f64::consts::PI * 1e6)).sqrt() * (1.0 - 0.25e-6);
        let mass = binomial.between(500_000, 500_001);
        assert!((mass / central - 1.0).abs() < 1e-11);
        assert!(close(binomial.between(0, 1_000_001), 1.0));
    }

    #[test]
    fn one_trial_has_both_outcomes() {
        let binomial = Binomial::new(1, 0.9);
        assert!(close(binomial.between(0, 1), 1.0 - 0.9));
        assert!(close(binomial.between(1, 2), 0.9));
    }
}
