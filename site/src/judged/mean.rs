//! The geometric mean of ratios, and what it says beside the pairs that it is of.

use bench_records::stats;

/// The fewest ratios whose mean has an interval: of fewer chance makes equal ones too often.
const INTERVAL_NEEDS: usize = 5;

/// A geometric mean of ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub ratio: f64,
    /// Number of ratios in it.
    pub count: usize,
    /// Its 95 % confidence interval, where there are ratios enough for one.
    pub interval: Option<(f64, f64)>,
}

/// What a mean says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// Nothing changed.
    Same,
    /// Nothing differs by more than noise.
    WithinNoise,
    /// It differs as its ratio says.
    Tells,
    /// Some are more and some less, or it says otherwise than they do.
    Mixed,
}

impl Mean {
    /// The mean of those ratios that are positive; `None` without any.
    #[must_use]
    pub fn of(ratios: impl Iterator<Item = f64>) -> Option<Self> {
        let ratios: Vec<f64> = ratios.filter(|ratio| *ratio > 0.0).collect();
        let is_enough = ratios.len() >= INTERVAL_NEEDS;
        Some(Self {
            ratio: stats::geometric_mean(&ratios)?,
            count: ratios.len(),
            interval: is_enough.then(|| stats::geometric_mean_interval(&ratios)).flatten(),
        })
    }

    /// What it says, with the changes of those pairs that differ by more than noise: its ratio tells where its
    /// interval leaves 1 out or all of them say the same. A mean that none of them bears out is mixed.
    #[must_use]
    pub fn leaning(&self, telling: &[Option<f64>]) -> Leaning {
        let is_more = self.ratio > 1.0;
        let goes_along =
            |change: &Option<f64>| change.is_none_or(|change| (change > 0.0) == is_more);
        let is_certain = self.interval.is_some_and(|(low, high)| low > 1.0 || high < 1.0);
        let (some, all) = (telling.iter().any(goes_along), telling.iter().all(goes_along));
        match (telling.is_empty(), is_certain) {
            _ if (self.ratio - 1.0).abs() < 5e-5 && !some => Leaning::Same,
            (true, false) => Leaning::WithinNoise,
            (true, true) => Leaning::Tells,
            (false, true) if some => Leaning::Tells,
            (false, false) if all => Leaning::Tells,
            (false, _) => Leaning::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_tells_where_what_it_is_of_bears_it_out() {
        let mean = |ratios: &[f64]| Mean::of(ratios.iter().copied()).expect("ratios");
        assert_eq!(mean(&[1.1]).leaning(&[]), Leaning::WithinNoise);
        assert_eq!(mean(&[1.1, 1.0]).leaning(&[Some(0.1)]), Leaning::Tells);
        assert_eq!(mean(&[1.1, 0.99]).leaning(&[Some(0.1), Some(-0.01)]), Leaning::Mixed);
        assert_eq!(mean(&[1.0]).leaning(&[]), Leaning::Same);
        assert_eq!(mean(&[1.1, 1.12, 1.11, 1.1, 1.13]).leaning(&[]), Leaning::Tells);
        assert_eq!(Mean::of([0.0, -1.0].into_iter()), None);
    }
}
