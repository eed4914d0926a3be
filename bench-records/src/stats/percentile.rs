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
    let rank = (sorted.len() as f64 * (percent / 100.0)).ceil();
    Some(sorted.at_rank(rank as usize))
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
