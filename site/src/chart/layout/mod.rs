//! Where everything of a chart goes, before anything is drawn: scales, and the path of each line.

mod places;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{
    across::{Across, Window},
    frame::{Frame, View},
    plot::{Joining, Line, Plot},
    reduce::{Path, Summary, reduce},
    upwards::{Scale, Upwards},
};

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
pub struct Geometry {
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

impl Geometry {
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
            if line.hidden || line.joining == Joining::Apart {
                return Path::new();
            }
            let pixel = |index: usize| across.pixel(across.x_of_point(line, index));
            reduce(values, summary, across.visible(line), pixel, floor)
        };
        let lines = plot.lines.iter().zip(&prepared.lines);
        let mut paths: Vec<Path> =
            lines.map(|(line, summary)| path(line, &line.values, summary)).collect();
        if let Some(own) = paths.first_mut() {
            own.retain(|index| !index.is_some_and(|index| plot.is_spike(0, index)));
        }
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
        for (at, line) in self.plot.shown() {
            let is_apart = line.joining == Joining::Apart;
            let is_dot = |index: &usize| is_apart || self.plot.is_spike(at, *index);
            let dots = self.across.visible(line).filter(is_dot);
            dots.filter_map(|i| line.values[i]).for_each(|value| include(self.shown(at, value)));
        }
        let columns = [&self.plot.baseline, &self.plot.limit];
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
