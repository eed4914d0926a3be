//! All samples of one metric in one run in, the numbers that a record and a page show of them out.

use serde::{Deserialize, Serialize};

use super::interval::{PercentileInterval, interval_of_sorted};
use super::percentile::percentile_of_sorted;
use super::sorted::Sorted;
use super::{finite, mean, std_dev};

/// What one run's samples come to; each number in the samples' unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// How many samples there are.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Median, the middle pair averaged.
    pub median: f64,
    /// Median absolute deviation, raw.
    pub mad: f64,
    /// Sample standard deviation (n − 1); null for one sample.
    pub std_dev: Option<f64>,
    /// Smallest sample.
    pub min: f64,
    /// Largest sample.
    pub max: f64,
    /// 50th percentile by nearest rank: for an even count the lower of the middle pair.
    pub p50: Percentile,
    /// 90th percentile.
    pub p90: Percentile,
    /// 95th percentile.
    pub p95: Percentile,
    /// 99th percentile.
    pub p99: Percentile,
}

/// A percentile of the samples, and where that of the population lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Percentile {
    /// By nearest rank, so one of the samples.
    pub value: f64,
    /// The 95 % confidence interval, or how many samples it needs.
    pub interval: PercentileInterval,
}

impl Summary {
    /// Each field as the function of its name computes it, after one sort for all.
    ///
    /// 0 points: `None`. 1 point: that point everywhere, a MAD of 0 and no standard deviation. A
    /// sample that is not finite, or a spread past the range of f64: `None`.
    pub fn of(samples: &[f64]) -> Option<Self> {
        let sorted = Sorted::new(samples)?;
        Some(Self {
            count: sorted.len(),
            mean: mean(sorted.as_slice())?,
            median: sorted.median(),
            mad: finite(sorted.mad())?,
            std_dev: spread(&sorted)?,
            min: sorted.min(),
            max: sorted.max(),
            p50: Percentile::of(&sorted, 50.0)?,
            p90: Percentile::of(&sorted, 90.0)?,
            p95: Percentile::of(&sorted, 95.0)?,
            p99: Percentile::of(&sorted, 99.0)?,
        })
    }
}

impl Percentile {
    fn of(sorted: &Sorted, percent: f64) -> Option<Self> {
        Some(Self {
            value: percentile_of_sorted(sorted, percent)?,
            interval: interval_of_sorted(sorted, percent)?,
        })
    }
}

/// Tells the one sample that has no standard deviation from the many whose squares overflow.
fn spread(sorted: &Sorted) -> Option<Option<f64>> {
    match sorted.len() {
        1 => Some(None),
        _ => std_dev(sorted.as_slice()).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{mad, median, percentile, percentile_interval};

    fn hundred() -> Vec<f64> {
        (0..100).map(|k| f64::from((k * 37) % 100) + 1.0).collect()
    }

    #[test]
    fn one_to_a_hundred_summed_up_by_hand() {
        let summary = Summary::of(&hundred()).expect("a hundred samples");
        assert_eq!((summary.count, summary.min, summary.max), (100, 1.0, 100.0));
        assert_eq!((summary.mean, summary.median, summary.mad), (50.5, 50.5, 25.0));
        // (100² − 1)/12 · 100/99.
        let expected = (9999.0_f64 / 12.0 * 100.0 / 99.0).sqrt();
        assert!((summary.std_dev.expect("many samples") - expected).abs() < 1e-12);
        let percentiles = [summary.p50, summary.p90, summary.p95, summary.p99];
        assert_eq!(percentiles.map(|p| p.value), [50.0, 90.0, 95.0, 99.0]);
    }

    #[test]
    fn each_field_is_what_the_function_of_its_name_says() {
        let samples = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0];
        let summary = Summary::of(&samples).expect("seven samples");
        assert_eq!(Some(summary.median), median(&samples));
        assert_eq!(Some(summary.mad), mad(&samples));
        assert_eq!(Some(summary.p90.value), percentile(&samples, 90.0));
        assert_eq!(Some(summary.p50.interval), percentile_interval(&samples, 50.0));
        assert_eq!(Some(summary.p99.interval), percentile_interval(&samples, 99.0));
    }

    #[test]
    fn order_of_the_samples_changes_no_bit() {
        let mut reversed = hundred();
        reversed.reverse();
        assert_eq!(Summary::of(&reversed), Summary::of(&hundred()));
    }

    #[test]
    fn one_sample_is_all_it_says_and_has_no_standard_deviation() {
        let summary = Summary::of(&[2.5]).expect("one sample");
        assert_eq!((summary.mean, summary.median, summary.p99.value), (2.5, 2.5, 2.5));
        assert_eq!((summary.mad, summary.std_dev), (0.0, None));
        assert_eq!(summary.p90.interval, PercentileInterval::TooFewSamples { needed: 29 });
    }

    #[test]
    fn nothing_and_non_finite_samples_have_no_summary() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
        assert_eq!(Summary::of(&[f64::MIN, f64::MAX]), None);
    }

    #[test]
    fn a_summary_survives_json() {
        let summary = Summary::of(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]).expect("six samples");
        let json = serde_json::to_string(&summary).expect("plain data");
        let back: Summary = serde_json::from_str(&json).expect("its own output");
        assert_eq!((back.count, back.p50.value), (6, 4.0));
        assert_eq!(back.p90.interval, summary.p90.interval);
    }
}
