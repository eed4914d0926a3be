//! Samples in, the same samples checked and in ascending order out: the one sort behind medians,
//! percentiles, intervals and the summary.

use super::are_samples;

/// At least one sample, all finite, ascending.
#[derive(Debug, Clone)]
pub(super) struct Sorted(Vec<f64>);

impl Sorted {
    /// `None` for no samples, or where one is not finite.
    pub(super) fn new(samples: &[f64]) -> Option<Self> {
        are_samples(samples).then(|| Self(ascending(samples.to_vec())))
    }

    pub(super) fn as_slice(&self) -> &[f64] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The order statistic X(rank), counted from 1 as in the literature; ranks past either end
    /// give the end.
    pub(super) fn at_rank(&self, rank: usize) -> f64 {
        self.0[rank.clamp(1, self.len()) - 1]
    }

    pub(super) fn min(&self) -> f64 {
        self.at_rank(1)
    }

    pub(super) fn max(&self) -> f64 {
        self.at_rank(self.len())
    }

    pub(super) fn median(&self) -> f64 {
        middle(&self.0)
    }

    /// Infinite where a distance leaves the range of f64.
    pub(super) fn mad(&self) -> f64 {
        let centre = self.median();
        let distances = self.0.iter().map(|sample| (sample - centre).abs());
        middle(&ascending(distances.collect()))
    }
}

/// Stable, because that sort merges runs in linear time, and the distances of sorted samples from
/// their median are two runs.
#[cfg(any(not(target_family = "wasm"), feature = "all-digits"))]
fn ascending(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The overview has few values to sort, and a sort that it needs anyway.
#[cfg(all(target_family = "wasm", not(feature = "all-digits")))]
fn ascending(values: Vec<f64>) -> Vec<f64> {
    crate::order::in_order(values, f64::total_cmp)
}

/// The median of at least one value, ascending.
pub(super) fn middle(sorted: &[f64]) -> f64 {
    let upper = sorted.len() / 2;
    let lower = (sorted.len() - 1) / 2;
    sorted[lower].midpoint(sorted[upper])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_and_non_finite_samples_are_refused() {
        assert!(Sorted::new(&[]).is_none());
        assert!(Sorted::new(&[1.0, f64::NAN]).is_none());
        assert!(Sorted::new(&[f64::NEG_INFINITY]).is_none());
    }

    #[test]
    fn ranks_count_from_one_and_stop_at_the_ends() {
        let sorted = Sorted::new(&[3.0, 1.0, 2.0]).expect("three finite samples");
        let at = |rank| sorted.at_rank(rank);
        assert_eq!([at(0), at(1), at(2), at(3), at(4)], [1.0, 1.0, 2.0, 3.0, 3.0]);
    }

    #[test]
    fn median_of_the_two_largest_values_does_not_overflow() {
        let sorted = Sorted::new(&[f64::MAX, f64::MAX]).expect("two finite samples");
        assert_eq!(sorted.median(), f64::MAX);
    }
}
