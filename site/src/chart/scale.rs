//! Maps between data and pixels: time or even spacing across, linear or logarithmic upwards.

use std::sync::Arc;

use super::plot::Line;

/// How points are spaced across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spacing {
    /// By their time.
    #[default]
    Date,
    /// One step a point.
    Even,
}

/// How values are spaced upwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios; positive values only.
    Log,
}

/// A range of times, in microseconds since 1970.
pub type Window = (i64, i64);

/// Pixels between the plot's edge and its first and last point.
const INSET: f64 = 7.0;
/// No zoom shows less than a second, or than one step between points.
const SHORTEST: f64 = 1e6;

/// Across. Its unit `x` is microseconds or, evenly spaced, positions in `slots`.
#[derive(Debug, Clone, PartialEq)]
pub struct Across {
    spacing: Spacing,
    slots: Arc<[i64]>,
    lo: f64,
    hi: f64,
    left: f64,
    width: f64,
}

impl Across {
    /// The scale that shows `window` from `left` on, `width` pixels wide.
    #[must_use]
    pub fn new(spacing: Spacing, slots: Arc<[i64]>, window: Window, left: f64, width: f64) -> Self {
        let mut scale = Self { spacing, slots, lo: 0.0, hi: 0.0, left, width };
        (scale.lo, scale.hi) = (scale.x_of_time(window.0), scale.x_of_time(window.1));
        let lack = (scale.shortest() - (scale.hi - scale.lo)) / 2.0;
        if lack > 0.0 {
            (scale.lo, scale.hi) = (scale.lo - lack, scale.hi + lack);
        }
        scale
    }

    fn shortest(&self) -> f64 {
        match self.spacing {
            Spacing::Date => SHORTEST,
            Spacing::Even => 1.0,
        }
    }

    /// Pixel of an `x`.
    #[must_use]
    pub fn pixel(&self, x: f64) -> f64 {
        let inner = self.width - 2.0 * INSET;
        self.left + INSET + (x - self.lo) / (self.hi - self.lo) * inner
    }

    /// The `x` at a pixel.
    #[must_use]
    pub fn x(&self, pixel: f64) -> f64 {
        let inner = self.width - 2.0 * INSET;
        self.lo + (pixel - self.left - INSET) / inner * (self.hi - self.lo)
    }

    /// The range of `x` from edge to edge.
    #[must_use]
    pub fn edges(&self) -> (f64, f64) {
        (self.x(self.left), self.x(self.left + self.width))
    }

    /// Left and right edge in pixels.
    #[must_use]
    pub fn pixels(&self) -> (f64, f64) {
        (self.left, self.left + self.width)
    }

    /// How its points are spaced.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// The times that have points.
    #[must_use]
    pub fn slots(&self) -> &Arc<[i64]> {
        &self.slots
    }

    /// The `x` of any time; between two slots, in proportion.
    #[must_use]
    pub fn x_of_time(&self, time: i64) -> f64 {
        if self.spacing == Spacing::Date {
            return time as f64;
        }
        let after = self.slots.partition_point(|slot| *slot <= time);
        let Some(before) = after.checked_sub(1) else { return 0.0 };
        match self.slots.get(after) {
            Some(next) => {
                let step = (next - self.slots[before]) as f64;
                before as f64 + (time - self.slots[before]) as f64 / step
            }
            None => before as f64,
        }
    }

    /// The time at an `x`.
    #[must_use]
    pub fn time_of_x(&self, x: f64) -> i64 {
        if self.spacing == Spacing::Date {
            return x as i64;
        }
        let Some(last) = self.slots.len().checked_sub(1) else { return 0 };
        let before = (x.max(0.0) as usize).min(last);
        let (from, to) = (self.slots[before], self.slots[(before + 1).min(last)]);
        from + ((to - from) as f64 * (x - before as f64).clamp(0.0, 1.0)) as i64
    }

    /// The `x` of a point of a line.
    #[must_use]
    pub fn x_of_point(&self, line: &Line, index: usize) -> f64 {
        match self.spacing {
            Spacing::Date => line.times[index] as f64,
            Spacing::Even if Arc::ptr_eq(&line.times, &self.slots) => index as f64,
            Spacing::Even => self.slots.partition_point(|slot| *slot < line.times[index]) as f64,
        }
    }

    /// The `x` of a slot.
    #[must_use]
    pub fn x_of_slot(&self, slot: usize) -> f64 {
        match self.spacing {
            Spacing::Date => self.slots[slot] as f64,
            Spacing::Even => slot as f64,
        }
    }

    /// The slot nearest to a pixel.
    #[must_use]
    pub fn slot_at(&self, pixel: f64) -> Option<usize> {
        let x = self.x(pixel);
        let last = self.slots.len().checked_sub(1)?;
        if self.spacing == Spacing::Even {
            return Some((x.round().max(0.0) as usize).min(last));
        }
        let after = self.slots.partition_point(|slot| (*slot as f64) < x).min(last);
        let before = after.saturating_sub(1);
        let nearer = x - (self.slots[before] as f64) < self.slots[after] as f64 - x;
        Some(if nearer { before } else { after })
    }

    /// Points of a line from edge to edge, with one neighbour on either side.
    #[must_use]
    pub fn visible(&self, line: &Line) -> std::ops::Range<usize> {
        let (lo, hi) = self.edges();
        let n = line.times.len();
        let from = partition(0..n, |index| self.x_of_point(line, index) < lo);
        let to = partition(from..n, |index| self.x_of_point(line, index) <= hi);
        from.saturating_sub(1)..(to + 1).min(n)
    }

    /// The window after zooming by `factor` (below 1: closer) about a pixel.
    #[must_use]
    pub fn zoomed(&self, factor: f64, about: f64) -> Window {
        let x = self.x(about);
        let factor = factor.max(self.shortest() / (self.hi - self.lo));
        self.window(x + (self.lo - x) * factor, x + (self.hi - x) * factor)
    }

    /// The window moved by pixels; to the right shows what was before.
    #[must_use]
    pub fn panned(&self, pixels: f64) -> Window {
        let by = self.x(0.0) - self.x(pixels);
        self.window(self.lo + by, self.hi + by)
    }

    /// The window between two pixels.
    #[must_use]
    pub fn between(&self, a: f64, b: f64) -> Window {
        self.window(self.x(a.min(b)), self.x(a.max(b)))
    }

    fn window(&self, lo: f64, hi: f64) -> Window {
        (self.time_of_x(lo), self.time_of_x(hi))
    }
}

/// First index of `range` for which `before` no longer holds; `before` must hold for a prefix.
pub fn partition(range: std::ops::Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut lo, mut hi) = (range.start, range.end);
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        if before(middle) {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    lo
}

/// A window kept within `all` without changing its length; `None` where it would show all.
#[must_use]
pub fn clamp(window: Window, all: Window) -> Option<Window> {
    let (length, whole) = (window.1 - window.0, all.1 - all.0);
    if length >= whole {
        return None;
    }
    let from = window.0.clamp(all.0, all.1 - length);
    Some((from, from + length))
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

    fn line(times: &[i64]) -> Line {
        Line { times: times.into(), ..Line::default() }
    }

    fn across(spacing: Spacing, line: &Line) -> Across {
        let all = (line.times[0], line.times[line.times.len() - 1]);
        Across::new(spacing, line.times.clone(), all, 50.0, 114.0)
    }

    #[test]
    fn pixels_and_x_are_inverse() {
        for spacing in [Spacing::Date, Spacing::Even] {
            let scale = across(spacing, &line(&[0, 10_000_000, 90_000_000]));
            for pixel in [50.0, 57.0, 99.5, 164.0] {
                assert!((scale.pixel(scale.x(pixel)) - pixel).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn even_spacing_puts_points_at_equal_steps() {
        let line = line(&[0, 10_000_000, 90_000_000]);
        let scale = across(Spacing::Even, &line);
        let pixels: Vec<f64> = (0..3).map(|i| scale.pixel(scale.x_of_point(&line, i))).collect();
        assert_eq!(pixels, [57.0, 107.0, 157.0]);
    }

    #[test]
    fn points_of_one_instant_stay_apart_when_evenly_spaced() {
        let line = line(&[5, 5, 5]);
        let scale = across(Spacing::Even, &line);
        assert_eq!((0..3).map(|i| scale.x_of_point(&line, i)).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn the_slot_at_a_points_pixel_is_that_point() {
        let line = line(&[0, 10_000_000, 90_000_000]);
        for spacing in [Spacing::Date, Spacing::Even] {
            let scale = across(spacing, &line);
            for index in 0..3 {
                let pixel = scale.pixel(scale.x_of_point(&line, index));
                assert_eq!(scale.slot_at(pixel + 1.0), Some(index));
            }
            assert_eq!(scale.slot_at(-1e9), Some(0));
            assert_eq!(scale.slot_at(1e9), Some(2));
        }
    }

    #[test]
    fn a_time_between_slots_survives_even_spacing() {
        let scale = across(Spacing::Even, &line(&[0, 10_000_000, 90_000_000]));
        for time in [0, 5_000_000, 10_000_000, 50_000_000, 90_000_000] {
            assert_eq!(scale.time_of_x(scale.x_of_time(time)), time);
        }
    }

    #[test]
    fn visible_points_have_one_neighbour_on_either_side() {
        let times: Vec<i64> = (0..100).map(|i| i * 10_000_000).collect();
        let line = line(&times);
        let window = (times[40], times[60]);
        let scale = Across::new(Spacing::Date, line.times.clone(), window, 0.0, 1014.0);
        assert_eq!(scale.visible(&line), 39..62);
    }

    #[test]
    fn a_zoom_keeps_the_time_under_the_pointer() {
        let scale = across(Spacing::Date, &line(&[0, 1_000_000_000]));
        let under = scale.x(80.0);
        let window = scale.zoomed(0.5, 80.0);
        let closer = Across::new(Spacing::Date, scale.slots().clone(), window, 50.0, 114.0);
        assert!((closer.x(80.0) - under).abs() < 2.0);
        assert_eq!(window.1 - window.0, 500_000_000);
    }

    #[test]
    fn no_zoom_is_closer_than_a_second() {
        let scale = across(Spacing::Date, &line(&[0, 10_000_000]));
        let (from, to) = scale.zoomed(1e-9, 80.0);
        assert!((to - from - 1_000_000).abs() <= 1);
    }

    #[test]
    fn a_clamped_window_keeps_its_length_and_a_whole_one_is_none() {
        assert_eq!(clamp((-5, 5), (0, 100)), Some((0, 10)));
        assert_eq!(clamp((95, 105), (0, 100)), Some((90, 100)));
        assert_eq!(clamp((-5, 105), (0, 100)), None);
    }

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
