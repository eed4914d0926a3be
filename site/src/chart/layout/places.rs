//! Where the values of a layout are in pixels, and what is drawn of them.

use std::sync::Arc;

use super::Geometry;
use crate::chart::upwards::Scale;

impl Geometry {
    /// A value of a line as it is shown: itself, or its percentage.
    #[must_use]
    pub fn shown(&self, line: usize, value: f64) -> f64 {
        match self.references.get(line).copied().flatten() {
            Some(base) => (value - base) / base.abs() * 100.0,
            None => value,
        }
    }

    /// Pixel of a point of a line, where it can be drawn.
    #[must_use]
    pub fn point(&self, line: usize, index: usize) -> Option<(f64, f64)> {
        self.place(line, index, &self.plot.lines[line].values)
    }

    /// Pixel of the value that a column has at a point of a line.
    #[must_use]
    pub fn place(&self, line: usize, at: usize, column: &[Option<f64>]) -> Option<(f64, f64)> {
        let value = column.get(at).copied().flatten()?;
        Some((self.pixel(line, at), self.height_of(line, value)?))
    }

    /// Pixel across of a point of a line.
    #[must_use]
    pub fn pixel(&self, line: usize, index: usize) -> f64 {
        self.across.pixel(self.across.x_of_point(&self.plot.lines[line], index))
    }

    /// Pixel upwards of a value of a line, where it can be drawn.
    #[must_use]
    pub fn height_of(&self, line: usize, value: f64) -> Option<f64> {
        let shown = self.shown(line, value);
        (self.upwards.scale == Scale::Linear || shown > 0.0).then(|| self.upwards.pixel(shown))
    }

    /// The point that a line has at a slot.
    #[must_use]
    pub fn point_at(&self, line: usize, slot: usize) -> Option<usize> {
        let times = &self.plot.lines[line].times;
        let slots = self.across.slots();
        if Arc::ptr_eq(times, slots) {
            return Some(slot);
        }
        times.binary_search(slots.get(slot)?).ok()
    }

    /// Unit of the labels upwards.
    #[must_use]
    pub fn unit(&self) -> &str {
        if self.relative { "%" } else { &self.plot.unit }
    }

    /// Trials of the points in view, where there is room for them.
    pub fn trials(&self) -> impl Iterator<Item = (usize, &Vec<f64>)> {
        let line = self.plot.lines.first().filter(|line| !line.hidden && self.has_dots);
        let visible = line.map_or(0..0, |line| self.across.visible(line));
        visible.filter_map(|index| Some((index, self.plot.trials.get(index)?)))
    }
}
