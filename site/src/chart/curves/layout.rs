//! Where everything of a chart of curves goes, before anything is drawn.

use std::fmt::Write;

use super::{CurveLine, Curves};
use crate::chart::{
    surface::Point,
    ticks::{self, Tick},
    upwards::{Scale, Upwards},
};

/// Margins in CSS pixels.
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 40.0;

/// A point where it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Its line.
    pub line: usize,
    /// Its place in that line.
    pub point: usize,
    /// Its pixel.
    pub at: Point,
}

/// A chart laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Whole size.
    pub size: (f64, f64),
    /// Left and right edge of the plot.
    pub sides: (f64, f64),
    /// Upper and lower edge of the plot.
    pub ends: (f64, f64),
    /// Path of each line; empty where it has no two points.
    pub paths: Vec<String>,
    /// Points of all lines but faint ones, from left to right.
    pub dots: Vec<Dot>,
    /// Lines across, with their labels.
    pub rows: Vec<Tick>,
    /// Marks along the lower edge, with their labels.
    pub columns: Vec<Tick>,
    /// Height of each limit that is in view.
    pub limits: Vec<Option<f64>>,
    /// Ends of the line where both values are the same.
    pub ideal: Option<(Point, Point)>,
    /// Edges of the stretch that is marked.
    pub band: Option<(f64, f64)>,
}

impl Layout {
    /// Lays out a chart of this size.
    #[must_use]
    pub fn new(curves: &Curves, size: (f64, f64)) -> Self {
        let scales = Scales::of(curves, size);
        let (top, bottom) = (scales.upwards.top, scales.upwards.top + scales.upwards.height);
        let pixel = |line: &CurveLine, at: usize| {
            let point = line.points.get(at)?;
            let is_there = point.x.is_finite() && point.y.is_finite();
            Some((scales.x(point.x), scales.y(point.y).filter(|_| is_there)?))
        };
        let in_view = |height: &f64| (top - 0.5..=bottom + 0.5).contains(height);
        let limits = curves.limits.iter().map(|(limit, _)| scales.y(*limit).filter(in_view));
        let columns = ticks::along(&scales.across, 64.0).into_iter();
        let width = scales.across.height;
        // its ticks count from the far end, as those of an axis upwards do from its top
        let columns = columns.map(|tick| Tick { pixel: LEFT + width - tick.pixel, ..tick });
        let most = scales.across.hi.min(scales.upwards.hi);
        let ideal = |value: f64| Some((scales.x(value), scales.y(value)?));
        Self {
            size,
            sides: (LEFT, LEFT + width),
            ends: (top, bottom),
            paths: curves.lines.iter().map(|line| path(line, &pixel)).collect(),
            dots: dots(curves, &pixel),
            rows: ticks::upwards(&scales.upwards),
            columns: columns.collect(),
            limits: limits.collect(),
            ideal: ideal(0.0).zip(ideal(most)).filter(|_| curves.has_ideal),
            band: curves.band.as_ref().map(|(from, to, _)| (scales.x(*from), scales.x(*to))),
        }
    }

    /// The dot nearest to a pixel, within `reach`.
    #[must_use]
    pub fn nearest(&self, at: Point, reach: f64) -> Option<usize> {
        let distance = |dot: &Dot| (dot.at.0 - at.0).hypot(dot.at.1 - at.1);
        let dots = self.dots.iter().map(distance).enumerate();
        let nearest = dots.min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest.1 <= reach).then_some(nearest.0)
    }
}

/// The scales of both axes.
struct Scales {
    /// A value axis on its side: what it calls height is the width of the plot.
    across: Upwards,
    upwards: Upwards,
}

impl Scales {
    fn of(curves: &Curves, size: (f64, f64)) -> Self {
        let width = (size.0 - LEFT - RIGHT).max(20.0);
        let height = (size.1 - TOP - BOTTOM).max(20.0);
        let points = || curves.lines.iter().flat_map(|line| &line.points);
        let far = range(points().map(|point| point.x)).map_or(0.0, |(_, hi)| hi);
        let far = curves.band.as_ref().map_or(far, |(_, to, _)| far.max(*to));
        let hi = if far > 0.0 { far * 1.06 } else { 1.0 };
        let across = Upwards { scale: Scale::Linear, lo: 0.0, hi, top: 0.0, height: width };
        let is_log = curves.upwards.scale == Scale::Log;
        let values = points().map(|point| point.y).filter(|value| !is_log || *value > 0.0);
        let (lo, hi) = range(values).unwrap_or((1.0, 1.0));
        let lo = if is_log { lo } else { lo.min(0.0) };
        // a limit far away would press the curves flat
        let near = |limit: &f64| *limit < hi * 3.0 && (!is_log || *limit > lo / 3.0);
        let limits = curves.limits.iter().map(|(limit, _)| *limit).filter(near);
        let shown = limits.fold((lo, hi), |(lo, hi), limit| (lo.min(limit), hi.max(limit)));
        Self { across, upwards: Upwards::around(curves.upwards.scale, shown, TOP, height) }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.across.height - self.across.pixel(value)
    }

    fn y(&self, value: f64) -> Option<f64> {
        (self.upwards.scale == Scale::Linear || value > 0.0).then(|| self.upwards.pixel(value))
    }
}

/// Lowest and highest of those values that are finite.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.is_finite()).fold(None, |range, value| {
        let (lo, hi) = range.unwrap_or((value, value));
        Some((lo.min(value), hi.max(value)))
    })
}

/// The line through those of its points that are joined.
fn path(line: &CurveLine, pixel: &impl Fn(&CurveLine, usize) -> Option<Point>) -> String {
    let joined = (0..line.points.len()).filter(|at| line.points[*at].is_joined);
    let mut path = String::new();
    for (x, y) in joined.filter_map(|at| pixel(line, at)) {
        let step = if path.is_empty() { 'M' } else { 'L' };
        write!(path, "{step}{x:.1} {y:.1}").expect("a text takes all that is written");
    }
    if path.contains('L') { path } else { String::new() }
}

fn dots(curves: &Curves, pixel: &impl Fn(&CurveLine, usize) -> Option<Point>) -> Vec<Dot> {
    let lines = curves.lines.iter().enumerate().filter(|(_, line)| !line.is_faint);
    let all = lines.flat_map(|(at, line)| {
        let points = 0..line.points.len();
        points.filter_map(move |point| Some(Dot { line: at, point, at: pixel(line, point)? }))
    });
    let all: Vec<Dot> = all.collect();
    let order = |a: &Dot, b: &Dot| a.at.0.total_cmp(&b.at.0).then(b.at.1.total_cmp(&a.at.1));
    bench_records::order::sorted(&all, order)
}

#[cfg(test)]
mod tests {
    use super::{super::*, *};

    const SIZE: (f64, f64) = (52.0 + 14.0 + 212.0, 22.0 + 40.0 + 100.0);

    fn curves(points: &[(f64, f64)], scale: Scale) -> Curves {
        let point = |(x, y): &(f64, f64)| CurvePoint {
            x: *x,
            y: *y,
            is_hollow: false,
            is_joined: true,
            words: String::new(),
            href: String::new(),
        };
        let line = CurveLine { points: points.iter().map(point).collect(), ..CurveLine::default() };
        Curves {
            title: "TTFT".to_owned(),
            across: Axis { label: "requests/s".to_owned(), scale: Scale::Linear },
            upwards: Axis { label: "ms".to_owned(), scale },
            lines: vec![line],
            limits: Vec::new(),
            has_ideal: false,
            band: None,
            key: Vec::new(),
        }
    }

    #[test]
    fn values_across_begin_at_zero_and_grow_to_the_right() {
        let layout = Layout::new(&curves(&[(5.0, 1.0), (10.0, 2.0)], Scale::Linear), SIZE);
        let [first, last] = &layout.dots[..] else { panic!("{layout:?}") };
        assert!((first.at.0 - 152.0).abs() < 1e-9 && (last.at.0 - 252.0).abs() < 1e-9);
        assert!(first.at.1 > last.at.1, "more is higher");
        assert_eq!(layout.columns[0].label, "0");
        assert!((layout.columns[0].pixel - 52.0).abs() < 1e-9, "{:?}", layout.columns);
    }

    #[test]
    fn a_point_that_is_not_joined_has_a_dot_and_no_line() {
        let mut of = curves(&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)], Scale::Linear);
        of.lines[0].points[2].is_joined = false;
        let layout = Layout::new(&of, SIZE);
        assert_eq!((layout.dots.len(), layout.paths[0].matches('L').count()), (3, 1));
        of.lines[0].points.truncate(1);
        assert_eq!(Layout::new(&of, SIZE).paths[0], "");
    }

    #[test]
    fn faint_lines_have_no_dots_but_are_in_view() {
        let mut of = curves(&[(1.0, 1.0), (2.0, 2.0)], Scale::Linear);
        let faint = CurveLine { is_faint: true, ..of.lines[0].clone() };
        of.lines.insert(0, faint);
        let layout = Layout::new(&of, SIZE);
        assert_eq!((layout.dots.len(), layout.dots[0].line), (2, 1));
        assert_eq!(layout.paths[0], layout.paths[1]);
    }

    #[test]
    fn a_limit_near_the_values_is_in_view_and_one_far_away_is_not() {
        let mut of = curves(&[(1.0, 100.0), (2.0, 150.0)], Scale::Log);
        of.limits = vec![(200.0, "SLO".to_owned()), (90_000.0, "SLO".to_owned())];
        let layout = Layout::new(&of, SIZE);
        assert!(layout.limits[0].is_some() && layout.limits[1].is_none(), "{:?}", layout.limits);
    }

    #[test]
    fn nothing_measured_is_still_a_chart() {
        for scale in [Scale::Linear, Scale::Log] {
            let layout = Layout::new(&curves(&[], scale), SIZE);
            assert!(layout.dots.is_empty() && !layout.rows.is_empty());
            assert_eq!(layout.nearest((0.0, 0.0), 10.0), None);
        }
    }

    #[test]
    fn the_nearest_dot_is_found_within_reach() {
        let layout = Layout::new(&curves(&[(5.0, 1.0), (10.0, 2.0)], Scale::Linear), SIZE);
        let at = layout.dots[1].at;
        assert_eq!(layout.nearest((at.0 + 3.0, at.1), 10.0), Some(1));
        assert_eq!(layout.nearest((at.0 + 30.0, at.1), 10.0), None);
    }
}
