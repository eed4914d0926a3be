//! Two sides of a split in, how far apart their ranks are out.

use crate::stats;

/// |U − mk/2| less ½, in standard deviations of U corrected for ties; 0 where all values are equal.
///
/// It guards the t statistic: a few wild values move a mean, and hardly a rank sum. Reference: as
/// [`stats::mann_whitney`].
pub(super) fn rank_z(values: &[f64], split: usize) -> f64 {
    let (before, after) = values.split_at(split.min(values.len()));
    stats::rank_distance(before, after).map_or(0.0, |distance| distance.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_values_below_five_others_without_and_with_ties() {
        // U = 0, mk/2 = 12.5; σ² = 25/12 · 11
        let ascending: Vec<f64> = (0..10).map(f64::from).collect();
        let expected = 12.0 / (25.0_f64 / 12.0 * 11.0).sqrt();
        assert!((rank_z(&ascending, 5) - expected).abs() < 1e-12);
        // two groups of 5 ties: σ² = 25/12 · (11 − 240/90)
        let levels = [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0];
        assert!((rank_z(&levels, 5) - 2.88).abs() < 1e-12);
    }

    #[test]
    fn equal_values_and_empty_sides_are_not_apart() {
        assert_eq!(rank_z(&[3.0; 9], 4), 0.0);
        assert_eq!(rank_z(&[1.0, 2.0], 0), 0.0);
        assert_eq!(rank_z(&[1.0, 2.0], 2), 0.0);
        assert_eq!(rank_z(&[], 0), 0.0);
    }
}
