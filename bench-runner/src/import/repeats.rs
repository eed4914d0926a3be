//! Several values of one name in one run: samples of one measurement, or things that are not told
//! apart.
//!
//! In: the values, and what the user says of them. Out: their summary, or why there is none.

use bench_records::stats;
use serde_json::{Value, json};

/// The largest value is at most so many times the smallest one where both measure the same.
const SAME_WITHIN: f64 = 2.0;

/// Counts that round the same average differ by no more.
const ONE_COUNT: f64 = 1.0;

/// Parameter that holds the position of a result among those of its name.
pub const POSITION: &str = "position";

/// What several values of one name in one run are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Repeats {
    /// Samples if the farthest from zero is at most twice the nearest, or if counts differ by one;
    /// otherwise set aside
    #[default]
    Auto,
    /// Samples of one measurement, however much they differ
    Samples,
    /// Separate benchmarks, by their position in the run
    Apart,
}

/// Whether values may be samples of one measurement: they are equal, or of one sign and the
/// farthest from zero is at most twice the nearest, or they are whole numbers next to each other,
/// as a count is that rounds an average.
pub fn are_repeats(repeats: Repeats, values: &[f64]) -> bool {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (near, far) = (min.abs().min(max.abs()), min.abs().max(max.abs()));
    let is_of_one_sign = min > 0.0 || max < 0.0;
    let are_counts = values.iter().all(|value| value.fract() == 0.0);
    repeats == Repeats::Samples
        || min == max
        || (is_of_one_sign && far <= near * SAME_WITHIN)
        || (are_counts && max - min <= ONE_COUNT)
}

/// Count, median, deviation and ends of samples, as a record keeps them.
pub fn summary(samples: &[f64]) -> Value {
    let min = samples.iter().copied().reduce(f64::min);
    let max = samples.iter().copied().reduce(f64::max);
    let (median, mad) = (stats::median(samples), stats::mad(samples));
    json!({"count": samples.len(), "median": median, "mad": mad, "min": min, "max": max})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_agree_are_samples_and_values_that_do_not_are_none() {
        for (values, expected) in [
            (&[100.0, 100.0, 100.0, 100.0, 140.0][..], true),
            (&[50.0, 100.0], true),
            (&[50.0, 900.0], false),
            (&[0.0, 0.0], true),
            (&[0.0, 1.0, 1.0], true),
            (&[0.0, 2.0], false),
            (&[0.0, 0.5], false),
            (&[-1.0, 0.0], true),
            (&[-1.0, 1.0], false),
            (&[-10.0, -11.0], true),
            (&[-10.0, -21.0], false),
            (&[-10.0, 11.0], false),
        ] {
            assert_eq!(are_repeats(Repeats::Auto, values), expected, "{values:?}");
            assert!(are_repeats(Repeats::Samples, values));
        }
    }

    #[test]
    fn samples_keep_their_count_median_and_spread() {
        let summary = summary(&[100.0, 140.0, 100.0, 101.0]);
        assert_eq!(
            summary,
            json!({"count": 4, "median": 100.5, "mad": 0.5, "min": 100.0, "max": 140.0})
        );
    }
}
