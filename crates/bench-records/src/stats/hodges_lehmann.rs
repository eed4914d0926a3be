//! Two runs' samples in, by how much the second lies above the first out.

use super::finite;
use super::order::{from_ordered_bits, ordered_bits};
use super::sorted::Sorted;

/// The Hodges-Lehmann estimate of a shift: the median of all n·m differences current − base, in
/// the samples' unit; positive when current is larger.
///
/// The pairs are counted, not listed: bisection over the values of f64, each step O(n + m).
/// References: Hodges & Lehmann, Annals of Mathematical Statistics 34 (1963); Hollander, Wolfe &
/// Chicken, "Nonparametric Statistical Methods", 3rd ed., section 4.2.
///
/// 0 points on a side: `None`. 1 point on each: their difference.
pub fn hodges_lehmann_shift(base: &[f64], current: &[f64]) -> Option<f64> {
    let base = Sorted::new(base)?;
    let current = Sorted::new(current)?;
    let pairs = base.len() as u64 * current.len() as u64;
    let below = difference_at_rank(pairs.div_ceil(2), &base, &current);
    let above = difference_at_rank(pairs / 2 + 1, &base, &current);
    finite(below.midpoint(above))
}

/// The rank-th smallest difference: the first value that so many differences do not exceed.
fn difference_at_rank(rank: u64, base: &Sorted, current: &Sorted) -> f64 {
    let mut low = ordered_bits(current.min() - base.max());
    let mut high = ordered_bits(current.max() - base.min());
    while low < high {
        let middle = low.midpoint(high);
        if differences_up_to(from_ordered_bits(middle), base, current) >= rank {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    // A difference of nothing may be found as −0, which a report would print with its sign.
    from_ordered_bits(low) + 0.0
}

/// Rises with each base sample, so that one walk through both sides counts all pairs.
fn differences_up_to(limit: f64, base: &Sorted, current: &Sorted) -> u64 {
    let current = current.as_slice();
    let mut reached = 0;
    let counts = base.as_slice().iter().map(|base| {
        let within = |sample: &&f64| *sample - base <= limit;
        reached += current[reached..].iter().take_while(within).count();
        reached as u64
    });
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_is_the_median_of_all_differences() {
        // Differences 3, 2, 0; 7, 6, 4.
        assert_eq!(hodges_lehmann_shift(&[1.0, 2.0, 4.0], &[4.0, 8.0]), Some(3.5));
        // Differences 9, 8, 6.
        assert_eq!(hodges_lehmann_shift(&[1.0, 2.0, 4.0], &[10.0]), Some(8.0));
    }

    #[test]
    fn one_point_on_each_side_gives_their_difference() {
        assert_eq!(hodges_lehmann_shift(&[5.0], &[3.0]), Some(-2.0));
    }

    #[test]
    fn equal_runs_are_not_shifted_and_have_no_minus_sign() {
        let run = [0.3, 0.1, 0.2];
        let shift = hodges_lehmann_shift(&run, &run).expect("samples on both sides");
        assert_eq!(shift.to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn one_outlier_does_not_move_the_shift_far() {
        let base = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(hodges_lehmann_shift(&base, &[2.0, 3.0, 4.0, 5.0, 900.0]), Some(1.0));
    }

    #[test]
    fn an_empty_side_or_a_non_finite_sample_has_no_shift() {
        assert_eq!(hodges_lehmann_shift(&[], &[1.0]), None);
        assert_eq!(hodges_lehmann_shift(&[1.0], &[]), None);
        assert_eq!(hodges_lehmann_shift(&[f64::NAN], &[1.0]), None);
        assert_eq!(hodges_lehmann_shift(&[f64::MIN], &[f64::MAX]), None);
    }

    #[test]
    fn twenty_thousand_samples_a_side_are_no_burden() {
        let base: Vec<f64> = (0..20_000).map(f64::from).collect();
        let current: Vec<f64> = base.iter().map(|x| x + 7.0).collect();
        assert_eq!(hodges_lehmann_shift(&base, &current), Some(7.0));
    }
}
