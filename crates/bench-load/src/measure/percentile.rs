//! Percentiles of samples some of which are infinite, and how many samples they need.

/// The percentile of sorted samples, between the two nearest in proportion: NumPy's default, which
/// `vllm bench serve` uses. Where one of the two is infinite and counts, so is the percentile.
///
/// 0 points: `None`. 1 point: that point. A percentage outside 0 to 100: `None`.
#[must_use]
pub fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    if !(0.0..=100.0).contains(&percent) || sorted.is_empty() {
        return None;
    }
    let rank = percent / 100.0 * (sorted.len() - 1) as f64;
    let (below, part) = (sorted[rank.floor() as usize], rank.fract());
    if part == 0.0 || below.is_infinite() {
        return Some(below);
    }
    let above = sorted[rank.ceil() as usize];
    Some(below + (above - below) * part)
}

/// How sure one is, from [`samples_needed`] on, that the percentile of all requests is not above the
/// second largest sample.
const CONFIDENCE: f64 = 0.99;

/// The fewest samples that say something of a percentile: the first n of which, with 99 % confidence, two
/// at least lie above it, P(Binomial(n, 1−p) ≤ 1) ≤ 1 %. 64 for P90, 662 for P99 and 6636 for P99.9, as
/// in the early stopping of MLPerf's LoadGen.
///
/// `None` at 0 %, 100 % and outside.
#[must_use]
pub fn samples_needed(percent: f64) -> Option<usize> {
    if !(percent > 0.0 && percent < 100.0) {
        return None;
    }
    let below = percent / 100.0;
    let above = 1.0 - below;
    let is_enough = |count: usize| {
        let others = below.powf(count as f64 - 1.0);
        others * below + count as f64 * above * others <= 1.0 - CONFIDENCE
    };
    let mut most = 2;
    while !is_enough(most) {
        most *= 2;
    }
    let mut fewest = most / 2;
    while fewest + 1 < most {
        let middle = usize::midpoint(fewest, most);
        if is_enough(middle) {
            most = middle;
        } else {
            fewest = middle;
        }
    }
    Some(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_numpy() {
        let samples = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(percentile(&samples, 50.0), Some(2.5));
        assert_eq!(percentile(&samples, 99.0), Some(3.9699999999999998));
        assert_eq!(percentile(&samples, 0.0), Some(1.0));
        assert_eq!(percentile(&samples, 100.0), Some(4.0));
        assert_eq!(percentile(&[7.0], 99.0), Some(7.0));
        assert_eq!(percentile(&[], 50.0), None);
        assert_eq!(percentile(&samples, 101.0), None);
    }

    #[test]
    fn a_percentile_that_reaches_a_failure_is_infinite_and_one_that_does_not_is_finite() {
        let mut samples = vec![1.0; 99];
        samples.extend([f64::INFINITY; 2]);
        assert_eq!(percentile(&samples, 98.0), Some(1.0));
        assert_eq!(percentile(&samples, 98.5), Some(f64::INFINITY));
        assert_eq!(percentile(&samples, 99.0), Some(f64::INFINITY));
        assert_eq!(percentile(&[f64::INFINITY; 3], 50.0), Some(f64::INFINITY));
    }

    #[test]
    fn the_fewest_samples_are_those_of_mlperf() {
        for (percent, needed) in [(50.0, 11), (90.0, 64), (95.0, 130), (99.0, 662), (99.9, 6636)] {
            assert_eq!(samples_needed(percent), Some(needed), "P{percent}");
        }
        assert_eq!(samples_needed(100.0).or(samples_needed(0.0)), None);
    }
}
