//! The false alarms that steps are, each for itself, in; what share of a list would be false out.

use crate::order::sorted;

/// The false discovery rate of each step, if the list ended with it: Benjamini-Hochberg's
/// q₍ᵢ₎ = min over j ≥ i of n·p₍ⱼ₎/j, at most 1, in the order of `p`.
///
/// Among a thousand series some step is strong by chance; `q` orders and filters lists of steps for
/// that, over all that are listed together. It never changes what is confirmed. A p that is not a
/// number counts as 1. Reference: Benjamini & Hochberg, Journal of the Royal Statistical Society B 57
/// (1995). 0 steps: none. 1 step: its own p.
#[must_use]
pub fn false_discovery_rates(p: &[f64]) -> Vec<f64> {
    let certain = |p: f64| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) };
    let p: Vec<f64> = p.iter().copied().map(certain).collect();
    let places: Vec<usize> = (0..p.len()).collect();
    let order = sorted(&places, |a, b| p[*a].total_cmp(&p[*b]));
    let mut rates = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, place) in order.iter().enumerate().rev() {
        least = least.min(p[*place] * p.len() as f64 / (rank + 1) as f64);
        rates[*place] = least;
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_a_hand_worked_list() {
        // sorted 0.01, 0.02, 0.03, 0.5: 0.04, 0.04, 0.04, 0.5
        let rates = false_discovery_rates(&[0.5, 0.02, 0.01, 0.03]);
        for (rate, expected) in rates.iter().zip([0.5, 0.04, 0.04, 0.04]) {
            assert!((rate - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn one_step_has_its_own_p_and_no_steps_have_none() {
        assert_eq!(false_discovery_rates(&[0.2]), [0.2]);
        assert_eq!(false_discovery_rates(&[]), [0.0; 0]);
        assert_eq!(false_discovery_rates(&[f64::NAN, 7.0, -1.0]), [1.0, 1.0, 0.0]);
    }
}
