//! A series with gaps in, the median of its last few values at each place out.

use std::collections::{BTreeSet, VecDeque};

use super::order::{from_ordered_bits, ordered_bits};

/// The median of the last `window` values before each place, itself left out: the baseline that
/// the value there is judged against.
///
/// Gaps are skipped, so a window always reaches back over `window` values, where there are as many.
/// At a gap the answer is that of the values before it.
///
/// 0 points before a place: `None`. 1 point: that point. O(n log window).
pub fn rolling_median_before(values: &[Option<f64>], window: usize) -> Vec<Option<f64>> {
    let mut rolling = RollingMedian::new(window);
    let before = values.iter().map(|value| {
        let median = rolling.median();
        rolling.push(*value);
        median
    });
    before.collect()
}

/// The median of the last `window` values up to and including each place: the smoothed line of a
/// chart. Otherwise as [`rolling_median_before`].
pub fn rolling_median_through(values: &[Option<f64>], window: usize) -> Vec<Option<f64>> {
    let mut rolling = RollingMedian::new(window);
    values.iter().map(|value| rolling.push(*value)).collect()
}

/// A value's place in the order of values, then its place in time, which tells equal values apart.
type Entry = (u64, u64);

/// The median of the last `window` values pushed, in O(log window) a push.
///
/// The window is kept as its lower and its upper half, so that the middle is where they meet.
/// Reference: Härdle & Steiger, "Optimal median smoothing", Applied Statistics 44 (1995); search
/// trees in place of their heaps, since a tree can drop its oldest value.
#[derive(Debug, Clone)]
pub struct RollingMedian {
    window: usize,
    pushed: u64,
    oldest_first: VecDeque<Entry>,
    low: BTreeSet<Entry>,
    high: BTreeSet<Entry>,
}

impl RollingMedian {
    /// Over the last `window` values; over none, if that is 0.
    pub fn new(window: usize) -> Self {
        Self {
            window,
            pushed: 0,
            oldest_first: VecDeque::new(),
            low: BTreeSet::new(),
            high: BTreeSet::new(),
        }
    }

    /// Takes the next value in, the oldest out of a full window, and gives the median then.
    ///
    /// A missing value leaves the window as it is, and so does a NaN or an infinity.
    pub fn push(&mut self, value: Option<f64>) -> Option<f64> {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.insert(value);
            self.drop_what_left_the_window();
            self.balance();
        }
        self.median()
    }

    /// The median of the window, its middle pair averaged; `None` while it is empty.
    pub fn median(&self) -> Option<f64> {
        let below = from_ordered_bits(self.low.last()?.0);
        if self.low.len() > self.high.len() {
            return Some(below);
        }
        let above = from_ordered_bits(self.high.first()?.0);
        Some(below.midpoint(above))
    }

    /// How many values the window holds, at most its size.
    pub fn count(&self) -> usize {
        self.oldest_first.len()
    }

    fn insert(&mut self, value: f64) {
        let entry = (ordered_bits(value), self.pushed);
        self.pushed += 1;
        self.oldest_first.push_back(entry);
        let belongs_low = self.low.last().is_some_and(|top| entry < *top);
        let half = if belongs_low { &mut self.low } else { &mut self.high };
        half.insert(entry);
    }

    fn drop_what_left_the_window(&mut self) {
        if self.oldest_first.len() <= self.window {
            return;
        }
        if let Some(oldest) = self.oldest_first.pop_front() {
            let half = if self.low.contains(&oldest) { &mut self.low } else { &mut self.high };
            half.remove(&oldest);
        }
    }

    /// Leaves the lower half with as many values as the upper, or one more.
    fn balance(&mut self) {
        while self.low.len() > self.high.len() + 1 {
            self.high.extend(self.low.pop_last());
        }
        while self.low.len() < self.high.len() {
            self.low.extend(self.high.pop_first());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: [Option<f64>; 7] =
        [Some(5.0), None, Some(1.0), Some(3.0), None, Some(9.0), Some(2.0)];

    #[test]
    fn the_median_before_a_place_leaves_it_out() {
        let expected = [None, Some(5.0), Some(5.0), Some(3.0), Some(3.0), Some(3.0), Some(3.0)];
        assert_eq!(rolling_median_before(&SERIES, 3), expected);
    }

    #[test]
    fn the_median_through_a_place_includes_it() {
        let expected =
            [Some(5.0), Some(5.0), Some(3.0), Some(3.0), Some(3.0), Some(3.0), Some(3.0)];
        assert_eq!(rolling_median_through(&SERIES, 3), expected);
    }

    #[test]
    fn an_even_window_averages_its_middle_pair() {
        let expected =
            [Some(5.0), Some(5.0), Some(3.0), Some(2.0), Some(2.0), Some(6.0), Some(5.5)];
        assert_eq!(rolling_median_through(&SERIES, 2), expected);
    }

    #[test]
    fn nan_and_infinities_count_as_missing() {
        let mut rolling = RollingMedian::new(2);
        assert_eq!(rolling.push(Some(f64::NAN)), None);
        rolling.push(Some(4.0));
        assert_eq!(rolling.push(Some(f64::INFINITY)), Some(4.0));
        assert_eq!(rolling.count(), 1);
    }

    #[test]
    fn a_window_of_one_is_the_last_value_and_of_none_is_nothing() {
        let last = rolling_median_through(&SERIES, 1);
        assert_eq!(last[5..], [Some(9.0), Some(2.0)]);
        assert!(rolling_median_through(&SERIES, 0).iter().all(Option::is_none));
        assert!(rolling_median_before(&[], 5).is_empty());
    }

    #[test]
    fn equal_values_leave_the_window_one_at_a_time() {
        let mut rolling = RollingMedian::new(3);
        for value in [7.0, 7.0, 7.0, 1.0] {
            rolling.push(Some(value));
        }
        assert_eq!(rolling.median(), Some(7.0));
        assert_eq!(rolling.push(Some(1.0)), Some(1.0));
    }

    #[test]
    fn a_window_of_a_hundred_thousand_trails_a_rising_line_by_half() {
        let mut rolling = RollingMedian::new(100_000);
        for value in 0..150_000_u32 {
            rolling.push(Some(f64::from(value)));
        }
        // The window holds 50 000 to 149 999.
        assert_eq!(rolling.median(), Some(99_999.5));
        assert_eq!(rolling.count(), 100_000);
    }
}
