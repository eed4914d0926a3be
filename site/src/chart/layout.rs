//! Where everything of a chart goes, before anything is drawn: scales, and the path of each line.

use std::sync::Arc;

use super::{
    across::{Across, Spacing, Window},
    plot::{Line, Plot},
    reduce::{Path, Summary, reduce},
    upwards::{Scale, Upwards},
};

/// What the reader chose to see; the same for all charts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct View {
    /// Times shown; all where `None`.
    pub window: Option<Window>,
    /// What "all" is; all points where `None`.
    pub extent: Option<Window>,
    /// Spacing across.
    pub spacing: Spacing,
    /// Scale upwards; the relative view is linear.
    pub scale: Scale,
    /// In percent of the first baseline, or else the first value, that is in view.
    pub relative: bool,
}

/// Size of the drawing and its margins, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Whole width.
    pub width: f64,
    /// Whole height.
    pub height: f64,
    /// Above the plot.
    pub top: f64,
}

impl Frame {
    /// Left margin, the same for all so that charts of a grid align.
    pub const LEFT: f64 = 56.0;
    /// Right margin.
    pub const RIGHT: f64 = 10.0;
    /// Room for the labels below.
    pub const BOTTOM: f64 = 22.0;

    fn inner(&self) -> (f64, f64) {
        let width = self.width - Self::LEFT - Self::RIGHT;
        (width.max(20.0), (self.height - self.top - Self::BOTTOM).max(20.0))
    }
}

/// What is computed once a plot, whatever part of it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The times that have points.
    pub slots: Arc<[i64]>,
    lines: Vec<Summary>,
    baseline: Summary,
}

impl Prepared {
    /// Prepares a plot.
    #[must_use]
    pub fn new(plot: &Plot) -> Self {
        let lines = plot.lines.iter().map(|line| Summary::of(&line.values)).collect();
        Self { slots: plot.slots(), lines, baseline: Summary::of(&plot.baseline) }
    }
}

/// A chart laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// What is shown.
    pub plot: Arc<Plot>,
    /// Size and margins.
    pub frame: Frame,
    /// Scale across.
    pub across: Across,
    /// Scale upwards.
    pub upwards: Upwards,
    /// Path of each line; empty where hidden.
    pub paths: Vec<Path>,
    /// Path of the baseline; limit and good side follow it point by point.
    pub judged: Path,
    /// What is 0 % of each line, in the relative view.
    pub references: Vec<Option<f64>>,
    /// Whether values are shown in percent.
    pub relative: bool,
    /// Whether values of zero or below are left out.
    pub leaves_out: bool,
    /// Whether there is room for a dot at each point.
    pub has_dots: bool,
}

/// Pixels between neighbours that leave room for a dot.
const DOT_ROOM: f64 = 7.0;

impl Layout {
    /// Lays out `plot`.
    #[must_use]
    pub fn new(plot: &Arc<Plot>, prepared: &Prepared, view: View, frame: Frame) -> Self {
        let (width, height) = frame.inner();
        let slots = prepared.slots.clone();
        let window = view.window.or(view.extent).unwrap_or_else(|| all(&slots));
        let across = Across::new(view.spacing, slots, window, Frame::LEFT, width);
        let scale = if view.relative { Scale::Linear } else { view.scale };
        let floor = if scale == Scale::Log { 0.0 } else { f64::NEG_INFINITY };
        let path = |line: &Line, values: &[Option<f64>], summary: &Summary| {
            if line.hidden {
                return Path::new();
            }
            let pixel = |index: usize| across.pixel(across.x_of_point(line, index));
            reduce(values, summary, across.visible(line), pixel, floor)
        };
        let lines = plot.lines.iter().zip(&prepared.lines);
        let paths: Vec<Path> =
            lines.map(|(line, summary)| path(line, &line.values, summary)).collect();
        let judged = plot
            .lines
            .first()
            .map_or(Path::new(), |line| path(line, &plot.baseline, &prepared.baseline));
        let references = plot.lines.iter().enumerate().map(|(at, line)| {
            reference(plot, at, line, across.visible(line)).filter(|_| view.relative)
        });
        let references: Vec<Option<f64>> = references.collect();
        let leaves_out = scale == Scale::Log
            && plot.shown().any(|(_, line)| {
                line.values[across.visible(line)].iter().flatten().any(|value| *value <= 0.0)
            });
        let busiest = plot.shown().map(|(_, line)| across.visible(line).len()).max().unwrap_or(0);
        let has_dots = busiest as f64 * DOT_ROOM <= width;
        let upwards = Upwards { scale, lo: 0.0, hi: 1.0, top: frame.top, height };
        let mut layout = Self {
            plot: plot.clone(),
            frame,
            across,
            upwards,
            paths,
            judged,
            references,
            relative: view.relative,
            leaves_out,
            has_dots,
        };
        if let Some(range) = layout.range() {
            layout.upwards = Upwards::around(scale, range, frame.top, height);
        }
        layout
    }

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

    /// Lowest and highest of what must be in view; `None` where nothing is.
    fn range(&self) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        let is_log = self.upwards.scale == Scale::Log;
        let mut include = |value: f64| {
            if is_log && value <= 0.0 {
                return;
            }
            let (lo, hi) = range.unwrap_or((value, value));
            range = Some((lo.min(value), hi.max(value)));
        };
        for (at, path) in self.paths.iter().enumerate() {
            let values = &self.plot.lines[at].values;
            path.iter()
                .flatten()
                .filter_map(|i| values[*i])
                .for_each(|v| include(self.shown(at, v)));
        }
        let columns = [&self.plot.baseline, &self.plot.limit, &self.plot.good_side];
        for values in columns {
            let there = self.judged.iter().flatten().filter_map(|i| *values.get(*i)?);
            there.for_each(|value| include(self.shown(0, value)));
        }
        for (_, values) in self.trials() {
            values.iter().for_each(|value| include(self.shown(0, *value)));
        }
        let (lo, hi) = range?;
        Some(match self.plot.static_limit.map(|limit| self.shown(0, limit)) {
            // a limit far away would press the data flat: it is named at the edge instead
            Some(limit) if limit > lo - (hi - lo) && limit < hi + (hi - lo) => {
                (lo.min(limit), hi.max(limit))
            }
            _ => (lo, hi),
        })
    }

    /// Trials of the points in view, where there is room for them.
    pub fn trials(&self) -> impl Iterator<Item = (usize, &Vec<f64>)> {
        let line = self.plot.lines.first().filter(|line| !line.hidden && self.has_dots);
        let visible = line.map_or(0..0, |line| self.across.visible(line));
        visible.filter_map(|index| Some((index, self.plot.trials.get(index)?)))
    }
}

fn all(slots: &[i64]) -> Window {
    (slots.first().copied().unwrap_or(0), slots.last().copied().unwrap_or(0))
}

/// What is 0 % of a line: its first baseline in view, or else its first value.
fn reference(plot: &Plot, at: usize, line: &Line, visible: std::ops::Range<usize>) -> Option<f64> {
    let first = |values: &[Option<f64>]| {
        values.get(visible.clone())?.iter().flatten().copied().find(|value| *value != 0.0)
    };
    (at == 0).then(|| first(&plot.baseline)).flatten().or_else(|| first(&line.values))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { width: 366.0, height: 200.0, top: 18.0 };

    fn plot(values: &[Option<f64>]) -> Arc<Plot> {
        let times: Vec<i64> = (0..values.len() as i64).map(|i| i * 10_000_000).collect();
        let line = Line { times: times.into(), values: values.into(), ..Line::default() };
        Arc::new(Plot { lines: vec![line], ..Plot::default() })
    }

    fn lay(plot: &Arc<Plot>, view: View) -> Layout {
        Layout::new(plot, &Prepared::new(plot), view, FRAME)
    }

    #[test]
    fn the_relative_view_starts_at_the_first_baseline_in_view() {
        let mut of = (*plot(&[Some(8.0), Some(10.0), Some(12.0)])).clone();
        of.baseline = [None, Some(10.0), Some(10.0)].into();
        let layout = lay(&Arc::new(of), View { relative: true, ..View::default() });
        assert_eq!(layout.shown(0, 12.0), 20.0);
        assert_eq!(layout.unit(), "%");
    }

    #[test]
    fn a_log_view_says_that_it_leaves_values_out() {
        let log = View { scale: Scale::Log, ..View::default() };
        let with_zero = lay(&plot(&[Some(1.0), Some(0.0), Some(9.0)]), log);
        assert!(with_zero.leaves_out);
        assert_eq!(with_zero.point(0, 1), None);
        assert!(!lay(&plot(&[Some(1.0), Some(9.0)]), log).leaves_out);
    }

    #[test]
    fn a_far_static_limit_does_not_press_the_data_flat() {
        let mut of = (*plot(&[Some(5.0), Some(5.5)])).clone();
        of.static_limit = Some(60.0);
        assert!(lay(&Arc::new(of.clone()), View::default()).upwards.hi < 7.0);
        of.static_limit = Some(5.8);
        assert!(lay(&Arc::new(of), View::default()).upwards.hi > 5.8);
    }

    #[test]
    fn a_window_shows_its_own_range() {
        let plot = plot(&[Some(500.0), Some(5.0), Some(5.1), Some(5.0), Some(5.0)]);
        let window = Some((20_000_000, 40_000_000));
        let layout = lay(&plot, View { window, ..View::default() });
        assert!(layout.upwards.hi < 10.0, "{:?}", layout.upwards);
    }

    #[test]
    fn nothing_measured_is_still_a_chart() {
        for values in [&[][..], &[None, None]] {
            let layout = lay(&plot(values), View { relative: true, ..View::default() });
            assert!(layout.upwards.hi > layout.upwards.lo);
        }
    }
}
