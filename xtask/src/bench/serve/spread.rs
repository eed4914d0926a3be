//! Samples as a median between the least and the largest.

use anyhow::{Context, Result};
use bench_records::stats::{max, median, min};

/// The median of samples, and what they lie between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The middle, or the mean of the middle pair.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of at least one sample.
    pub fn of(samples: &[f64]) -> Result<Self> {
        let parts = (median(samples), min(samples), max(samples));
        let (Some(median), Some(min), Some(max)) = parts else {
            return Err(anyhow::anyhow!("no number")).context("nothing was measured");
        };
        Ok(Self { median, min, max })
    }

    /// `MEDIAN (LEAST to LARGEST)`.
    pub fn shown(&self, decimals: usize) -> String {
        let Self { median, min, max } = self;
        format!("{median:.decimals$} ({min:.decimals$} to {max:.decimals$})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_the_median_and_both_ends() {
        let spread = Spread::of(&[3.0, 1.0, 2.5]).expect("samples");
        assert_eq!(spread.shown(1), "2.5 (1.0 to 3.0)");
        assert!(Spread::of(&[]).is_err());
    }
}
