//! Samples and a percentage in, the sample at that nearest rank out.

use super::sorted::Sorted;

/// The percentile by nearest rank: X(⌈n·percent/100⌉), and X(1) at 0 %. Always one of the samples;
/// at 100 % the largest.
///
/// The same, rounding of n·percent/100 in f64 included, as NumPy's `percentile(method=
/// "inverted_cdf")`. Reference: Hyndman & Fan (1996), definition 1. At 50 % of an even count this
/// is the lower of the middle pair, which [`median`](super::median) averages.
///
/// 0 points: `None`. 1 point: that point. A percentage outside 0 to 100: `None`.
pub fn percentile(samples: &[f64], percent: f64) -> Option<f64> {
    percentile_of_sorted(&Sorted::new(samples)?, percent)
}

pub(super) fn percentile_of_sorted(sorted: &Sorted, percent: f64) -> Option<f64> {
    if !(0.0..=100.0).contains(&percent) {
        return None;
    }
    Some(sorted.at_rank(rank(sorted.len(), percent) as usize))
}

/// Whether some of `count` samples lie beyond the nearest rank of `percent`: 10 at 90 %, 20 at 95 %,
/// 100 at 99 %. With fewer the percentile is the largest sample, and says nothing else.
///
/// 0 points and 1 point: no.
#[must_use]
pub fn has_samples_beyond(count: usize, percent: f64) -> bool {
    rank(count, percent) < count as f64
}

fn rank(count: usize, percent: f64) -> f64 {
    (count as f64 * (percent / 100.0)).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: [f64; 10] = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];

    #[test]
    fn a_rank_that_is_whole_is_taken_as_it_is() {
        assert_eq!(percentile(&TEN, 90.0), Some(90.0));
        assert_eq!(percentile(&TEN, 50.0), Some(50.0));
    }

    #[test]
    fn a_rank_between_two_samples_takes_the_upper() {
        assert_eq!(percentile(&TEN, 91.0), Some(100.0));
        assert_eq!(percentile(&TEN, 0.1), Some(10.0));
    }

    #[test]
    fn the_ends_are_the_smallest_and_the_largest_sample() {
        assert_eq!(percentile(&TEN, 0.0), Some(10.0));
        assert_eq!(percentile(&TEN, 100.0), Some(100.0));
    }

    #[test]
    fn a_tail_needs_samples_beyond_it() {
        for (percent, needed) in [(50.0, 2), (90.0, 10), (95.0, 20), (99.0, 100)] {
            assert!(has_samples_beyond(needed, percent), "{percent}");
            assert!((0..needed).all(|count| !has_samples_beyond(count, percent)), "{percent}");
        }
    }

    #[test]
    fn one_sample_is_its_every_percentile() {
        for percent in [0.0, 50.0, 99.0, 100.0] {
            assert_eq!(percentile(&[4.0], percent), Some(4.0));
        }
    }

    #[test]
    fn what_is_no_percentage_or_no_sample_has_no_percentile() {
        for percent in [-0.1, 100.1, f64::NAN, f64::INFINITY] {
            assert_eq!(percentile(&TEN, percent), None);
        }
        assert_eq!(percentile(&[], 50.0), None);
        assert_eq!(percentile(&[1.0, f64::NAN], 50.0), None);
    }
}
