//! Maps between times and pixels across: by date, or one step a point.

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

/// As [`partition`], in steps that double from the start on: for an index that is near to it.
pub fn gallop(range: std::ops::Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut start, mut step) = (range.start, 1);
    while start + step <= range.end && before(start + step - 1) {
        start += step;
        step *= 2;
    }
    partition(start..(start + step).min(range.end), before)
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

#[cfg(test)]
mod tests;
