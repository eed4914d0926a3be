//! Maps between values and pixels upwards: linear or logarithmic.

/// How values are spaced upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios; positive values only.
    Log,
}

/// Upwards: `lo` at the bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Upwards {
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Value at the bottom.
    pub lo: f64,
    /// Value at the top.
    pub hi: f64,
    /// Pixel of the top.
    pub top: f64,
    /// Pixels from top to bottom.
    pub height: f64,
}

impl Upwards {
    /// The scale that shows `lo..=hi` with some air.
    #[must_use]
    pub fn around(scale: Scale, (lo, hi): (f64, f64), top: f64, height: f64) -> Self {
        let (lo, hi) = match scale {
            Scale::Linear => linear_range(lo, hi),
            Scale::Log => log_range(lo, hi),
        };
        Self { scale, lo, hi, top, height }
    }

    /// Pixel of a value.
    #[must_use]
    pub fn pixel(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => (value - self.lo) / (self.hi - self.lo),
            Scale::Log => (value / self.lo).ln() / (self.hi / self.lo).ln(),
        };
        self.top + self.height * (1.0 - part)
    }
}

/// Near the data: at least 4 % of its size, so that no noise looks like an event; from zero where
/// the data nearly reaches it.
fn linear_range(lo: f64, hi: f64) -> (f64, f64) {
    let size = lo.abs().max(hi.abs());
    let least = if size == 0.0 { 1.0 } else { size * 0.04 };
    let lack = (least - (hi - lo)).max(0.0) / 2.0;
    let air = (hi - lo).max(least) * 0.08;
    let (low, high) = (lo - lack - air, hi + lack + air);
    let near_zero = lo >= 0.0 && low < (hi - lo) * 0.25;
    (if near_zero { 0.0 } else { low }, high)
}

fn log_range(lo: f64, hi: f64) -> (f64, f64) {
    let air = (hi / lo).max(1.04).powf(0.08);
    let lack = (1.04 / (hi / lo)).max(1.0).sqrt();
    (lo / lack / air, hi * lack * air)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_series_has_a_range_around_it() {
        for value in [0.0, 5.0, -3.0] {
            let scale = Upwards::around(Scale::Linear, (value, value), 0.0, 100.0);
            assert!(scale.lo <= value && value < scale.hi, "{scale:?}");
        }
        let scale = Upwards::around(Scale::Log, (5.0, 5.0), 0.0, 100.0);
        assert!(scale.lo < 5.0 && 5.0 < scale.hi);
    }

    #[test]
    fn an_axis_starts_near_the_data_unless_that_is_near_zero() {
        assert!(Upwards::around(Scale::Linear, (100.0, 110.0), 0.0, 1.0).lo > 90.0);
        assert_eq!(Upwards::around(Scale::Linear, (0.5, 10.0), 0.0, 1.0).lo, 0.0);
    }

    #[test]
    fn equal_ratios_are_equally_far_apart_on_a_log_axis() {
        let scale = Upwards { scale: Scale::Log, lo: 1.0, hi: 100.0, top: 0.0, height: 100.0 };
        assert_eq!([1.0, 10.0, 100.0].map(|v| scale.pixel(v).round()), [100.0, 50.0, 0.0]);
    }
}
