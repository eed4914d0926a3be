//! A window of values in, the split that separates it best out.

use std::ops::RangeInclusive;

/// The fewest points before a split.
pub(super) const LEAST_BEFORE: usize = 5;

/// Gains closer than this part are ties. Ties are common where values are coarse, and rounding must
/// not decide between them: the same series in another unit would change at another record.
const TIE: f64 = 1e-9;

/// Splits of a window near the one that the scan proposed.
pub(super) struct Splits {
    /// Σ of the first i values, less the first value each.
    sums: Vec<f64>,
    near: RangeInclusive<usize>,
}

impl Splits {
    /// The splits within `radius` of `proposed`.
    pub(super) fn new(values: &[f64], proposed: usize, radius: usize) -> Self {
        let first = values.first().copied().unwrap_or(0.0);
        let mut sums = Vec::with_capacity(values.len() + 1);
        sums.push(0.0);
        sums.extend(values.iter().scan(0.0, |sum, value| {
            *sum += value - first;
            Some(*sum)
        }));
        let low = LEAST_BEFORE.max(proposed.saturating_sub(radius));
        let high = (proposed + radius).min(values.len().saturating_sub(1));
        Self { sums, near: low..=high }
    }

    /// By how much splitting at i reduces the sum of squares:
    /// i(N − i)/N · (mean of the left − mean of the right)².
    pub(super) fn gain(&self, split: usize) -> f64 {
        let total = self.sums.len() - 1;
        let (left, right) = (split as f64, (total - split) as f64);
        let all = self.sums[total];
        let apart = self.sums[split] / left - (all - self.sums[split]) / right;
        left * right / total as f64 * apart * apart
    }

    /// The first split with the greatest gain; `None` where there is none to choose from.
    pub(super) fn best(&self) -> Option<usize> {
        let gains = self.near.clone().map(|split| (split, self.gain(split)));
        let best = gains.reduce(|best, next| match next.1 > best.1 * (1.0 + TIE) {
            true => next,
            false => best,
        });
        best.map(|(split, _)| split)
    }

    /// The first and last split that lose no more than `tolerated` of the gain at `split`.
    pub(super) fn as_good_as(&self, split: usize, tolerated: f64) -> (usize, usize) {
        let best = self.gain(split);
        let mut good = self.near.clone().filter(|at| best - self.gain(*at) <= tolerated);
        let first = good.next().unwrap_or(split);
        (first.min(split), good.next_back().unwrap_or(first).max(split))
    }
}

/// Where the window is best split, within `radius` of `proposed`.
pub(super) fn place(values: &[f64], proposed: usize, radius: usize) -> usize {
    Splits::new(values, proposed, radius).best().unwrap_or(proposed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_split_where_its_level_changes() {
        let values = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0];
        assert_eq!(place(&values, 6, 8), 7);
        let splits = Splits::new(&values, 6, 8);
        // 7·4/11 · 1²
        assert!((splits.gain(7) - 28.0 / 11.0).abs() < 1e-12);
        assert_eq!(splits.as_good_as(7, 0.1), (7, 7));
        assert_eq!(splits.as_good_as(7, 10.0), (5, 10));
    }

    #[test]
    fn the_radius_and_the_least_points_before_bound_the_search() {
        let values = [1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0];
        assert_eq!(place(&values, 7, 1), 6);
        assert_eq!(place(&values, 7, 8), 5);
        assert_eq!(place(&values[..3], 2, 8), 2);
    }

    #[test]
    fn the_first_of_equal_splits_wins_in_any_unit() {
        for factor in [1.0, 1e-3, 3.0, 1.0 / 7.0] {
            let values = [4.0; 12].map(|value: f64| (value * factor).ln());
            assert_eq!(place(&values, 8, 8), 5);
        }
    }
}
