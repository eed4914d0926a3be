//! Draws a layout: grid, limits, baseline, trials, lines, levels, marks, labels.

use plotters::style::text_anchor::{HPos, VPos};

use super::{
    across::Spacing,
    colours::Colours,
    frame::Frame,
    layout::Geometry,
    marks::{self, Place},
    plot::{Joining, Level, Line, Mark},
    reduce::{Path, stretches},
    surface::{Point, Stroke, Surface},
    ticks,
};

const LABEL: f64 = 11.0;
/// Pixels between two corners of an area's edge.
const EDGE_ROOM: f64 = 3.0;

/// Draws everything but what follows the pointer.
pub fn draw(surface: &Surface, layout: &Geometry, colours: &Colours) {
    grid(surface, layout, colours);
    let (top, bottom) = plot_height(layout);
    surface.clipped(layout.across.pixels(), (top - 1.0, bottom + 1.0), || {
        judged(surface, layout, colours);
        trials(surface, layout, colours);
        levels(surface, layout, colours);
        for (at, line) in layout.plot.shown() {
            match line.joining {
                Joining::Joined => draw_line(surface, layout, (at, line), colours),
                Joining::Apart => hollow_dots(surface, layout, (at, line), colours),
            }
        }
        marks(surface, layout, colours);
        level_labels(surface, layout, colours);
    });
    static_limit(surface, layout, colours);
}

fn plot_height(layout: &Geometry) -> (f64, f64) {
    (layout.upwards.top, layout.upwards.top + layout.upwards.height)
}

fn grid(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let (left, right) = layout.across.pixels();
    let (_, bottom) = plot_height(layout);
    for tick in ticks::upwards(&layout.upwards) {
        surface.hairline_between((left, tick.pixel), (right, tick.pixel), colours.grid);
        let at = (left - 6.0, tick.pixel);
        surface.text(&tick.label, at, LABEL, colours.quiet, (HPos::Right, VPos::Center));
    }
    let unit = layout.unit();
    // a long one would begin left of the picture
    let is_long = unit.chars().count() as f64 * 6.2 > left - 6.0;
    let (x, side) = if is_long { (0.0, HPos::Left) } else { (left - 6.0, HPos::Right) };
    let at = (x, layout.frame.top - 16.0);
    surface.text(unit, at, LABEL, colours.quiet, (side, VPos::Top));
    surface.hairline_between((left, bottom), (right, bottom), colours.quiet);
    let room = if layout.across.spacing() == Spacing::Even { 90.0 } else { 64.0 };
    for tick in ticks::across(&layout.across, room) {
        let x = tick.pixel;
        surface.hairline_between((x, bottom), (x, bottom + 4.0), colours.quiet);
        let half = tick.label.len() as f64 * 3.0;
        let x = x.min(layout.frame.width - half - 1.0);
        surface.text(
            &tick.label,
            (x, bottom + 6.0),
            LABEL,
            colours.quiet,
            (HPos::Center, VPos::Top),
        );
    }
}

/// Band between limit and good side, the limit itself, and the baseline.
fn judged(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let plot = &layout.plot;
    let stroke = |colour, width, alpha| Stroke { colour, width, alpha };
    let there = |column| points(layout, 0, &layout.judged, column);
    let baselines = there(&plot.baseline);
    let is_dense = is_dense(layout, &layout.judged);
    for stretch in there(&plot.limit) {
        let (from, to) = (stretch.first().map(|p| p.0), stretch.last().map(|p| p.0));
        let back = baselines.iter().flatten().copied();
        let back: Vec<Point> = back.filter(|p| Some(p.0) >= from && Some(p.0) <= to).collect();
        let outline = edge(&stretch, is_dense).into_iter();
        let outline = outline.chain(edge(&back, is_dense).into_iter().rev());
        surface.fill(outline, colours.bad, 0.08);
        surface.path(stretch.into_iter(), stroke(colours.bad, 1.0, 0.75));
    }
    // without its dashes it would look like a line of values
    if !is_dense {
        surface.dash(&[6.0, 3.0]);
    }
    let width = if is_dense { 1.0 } else { 1.25 };
    for stretch in baselines {
        surface.path(stretch.into_iter(), stroke(colours.quiet, width, 1.0));
    }
    surface.dash(&[]);
}

/// The edge of a faint area that lies under a line, which is drawn in full. Of more points than pixels
/// the first and the last of every few pixels are enough: with all of them a browser is longer about the
/// area than about all lines. With the first alone, a limit that moves within them would be a slope.
fn edge(points: &[Point], is_dense: bool) -> Vec<Point> {
    if !is_dense {
        return points.to_vec();
    }
    let step = |at: usize| points.get(at).map(|(x, _)| (x / EDGE_ROOM).floor());
    let is_kept = |at: usize| at == 0 || step(at - 1) != step(at) || step(at + 1) != step(at);
    (0..points.len()).filter(|at| is_kept(*at)).map(|at| points[at]).collect()
}

/// Whether a path has more points than pixels to cross: dashes could not be told apart, and a browser
/// is several times as long about them, and about lines wider than a pixel.
fn is_dense(layout: &Geometry, path: &Path) -> bool {
    let (left, right) = layout.across.pixels();
    path.len() as f64 > right - left
}

fn points(layout: &Geometry, line: usize, path: &Path, column: &[Option<f64>]) -> Vec<Vec<Point>> {
    let place = |index: &Option<usize>| layout.place(line, (*index)?, column);
    stretches(path).map(|stretch| stretch.iter().filter_map(place).collect()).collect()
}

fn trials(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let Some(line) = layout.plot.lines.first() else { return };
    for (index, values) in layout.trials() {
        let x = layout.pixel(0, index);
        for y in values.iter().filter_map(|value| layout.height_of(0, *value)) {
            surface.dot((x, y), 1.5, colours.line(line.colour), 0.35);
        }
    }
}

fn draw_line(surface: &Surface, layout: &Geometry, (at, line): (usize, &Line), colours: &Colours) {
    let colour = colours.line(line.colour);
    // past the palette a colour comes again, dashed
    if line.colour >= colours.lines.len() {
        surface.dash(&[7.0, 2.5]);
    }
    for stretch in points(layout, at, &layout.paths[at], &line.values) {
        // a point without neighbours would be no line at all
        if let [lone] = stretch[..] {
            surface.dot(lone, 2.0, colour, 1.0);
        }
        if layout.has_dots {
            stretch.iter().for_each(|point| surface.dot(*point, 2.5, colour, 1.0));
        }
        let width = if is_dense(layout, &layout.paths[at]) { 1.0 } else { 1.5 };
        surface.path(stretch.into_iter(), Stroke { colour, width, alpha: 1.0 });
    }
    surface.dash(&[]);
}

/// Runs that are not of the main branch: hollow, and joined with nothing.
fn hollow_dots(
    surface: &Surface,
    layout: &Geometry,
    (at, line): (usize, &Line),
    colours: &Colours,
) {
    let colour = colours.line(line.colour);
    let dots = layout.across.visible(line).filter_map(|index| layout.point(at, index));
    for dot in dots {
        surface.dot(dot, 3.0, colours.surface, 1.0);
        surface.ring(dot, 3.0, Stroke { colour, width: 1.0, alpha: 0.9 });
    }
}

/// The levels of the first line that can be drawn, with their left ends; none where it is hidden.
fn level_ends(layout: &Geometry) -> impl Iterator<Item = (&Level, Point)> {
    let is_shown = layout.plot.lines.first().is_some_and(|line| !line.hidden);
    let levels = layout.plot.levels.iter().filter(move |_| is_shown);
    levels.filter_map(|level| {
        Some((level, (pixel_of_time(layout, level.from), layout.height_of(0, level.value)?)))
    })
}

fn pixel_of_time(layout: &Geometry, time: i64) -> f64 {
    layout.across.pixel(layout.across.x_of_time(time))
}

/// The levels of the first line, with a riser at each change.
fn levels(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let mut before: Option<Point> = None;
    for (level, (from, y)) in level_ends(layout) {
        let to = pixel_of_time(layout, level.to);
        if !level.is_sure {
            surface.dash(&[3.0, 3.0]);
        }
        let stroke = Stroke { colour: colours.ink, width: 2.5, alpha: 0.7 };
        // a level ends where the next begins, so that the change is a step
        let riser = before.map(|(x, y)| [(x, y), (from, y)]);
        let path = riser.into_iter().flatten().chain([(from, y), (to.max(from + 2.0), y)]);
        surface.path(path, stroke);
        surface.dash(&[]);
        before = Some((to, y));
    }
}

/// The size of each change beside its new level, unless the label before it is in the way.
fn level_labels(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let (left, right) = layout.across.pixels();
    let mut free_from = left;
    for (level, (x, y)) in level_ends(layout).filter(|(level, _)| !level.change.is_empty()) {
        let width = level.change.chars().count() as f64 * 6.2;
        let x = x.min(right - width - 2.0);
        if x >= free_from {
            // above the marks of its runs
            let at = (x, (y - 12.0).max(layout.upwards.top + LABEL));
            surface.text(&level.change, at, LABEL, colours.ink, (HPos::Left, VPos::Bottom));
            free_from = x + width;
        }
    }
}

fn marks(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let places = marks::places(layout);
    for kind in Mark::ALL {
        places[kind as usize].iter().for_each(|place| mark(surface, kind, place, colours));
    }
}

/// One mark: its shape says as much as its colour.
fn mark(surface: &Surface, kind: Mark, place: &Place, colours: &Colours) {
    let at = place.at;
    match kind {
        Mark::Regression => triangle(surface, place, (colours, colours.bad)),
        Mark::Improved => triangle(surface, place, (colours, colours.good)),
        Mark::WithinNoise => {
            triangle(surface, place, (colours, colours.quiet));
            surface.fill(corners(place, 3.0), colours.surface, 1.0);
        }
        Mark::Spike => surface.dot(at, 2.0, colours.line(0), 0.8),
        Mark::Flagged => {
            surface.dot(at, 4.0, colours.surface, 1.0);
            surface.ring(at, 4.0, Stroke { colour: colours.quiet, width: 1.5, alpha: 1.0 });
        }
    }
}

type Filling<'a> = (&'a Colours, plotters::style::RGBColor);

fn triangle(surface: &Surface, place: &Place, (colours, colour): Filling) {
    surface.fill(corners(place, 8.0), colours.surface, 1.0);
    surface.fill(corners(place, 6.0), colour, 1.0);
}

/// A triangle that points the way of the value.
fn corners(place: &Place, size: f64) -> impl Iterator<Item = Point> {
    let (x, y) = place.at;
    let sign = if place.is_upwards { -1.0 } else { 1.0 };
    [(0.0, size * sign), (size * 0.95, -size * 0.75 * sign), (-size * 0.95, -size * 0.75 * sign)]
        .map(|(dx, dy)| (x + dx, y + dy))
        .into_iter()
}

/// The configuration's limit, or at the edge where it lies.
fn static_limit(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let Some(limit) = layout.plot.static_limit else { return };
    let Some(y) = layout.height_of(0, limit) else { return };
    let ((left, right), (top, bottom)) = (layout.across.pixels(), plot_height(layout));
    let words = format!("static limit {}", layout.plot.text(limit));
    let (text, at, v) = if y < top {
        (format!("{words} ↑"), top, VPos::Top)
    } else if y > bottom {
        (format!("{words} ↓"), bottom - 2.0, VPos::Bottom)
    } else {
        surface.dash(&[2.0, 2.0]);
        surface.path(
            [(left, y), (right, y)].into_iter(),
            Stroke { colour: colours.bad, width: 1.5, alpha: 1.0 },
        );
        surface.dash(&[]);
        (words, y - 2.0, VPos::Bottom)
    };
    surface.text(&text, (right - 2.0, at), LABEL, colours.bad, (HPos::Right, v));
}

/// Title and legend of a picture that stands alone.
pub fn heading(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let frame = layout.frame;
    let left = (HPos::Left, VPos::Top);
    surface.text(&layout.plot.title(), (Frame::LEFT, 10.0), 15.0, colours.ink, left);
    let lines = layout.plot.shown().map(|(_, line)| line);
    let lines: Vec<_> = lines.filter(|line| line.joining == Joining::Joined).collect();
    let step = (frame.width - Frame::LEFT) / lines.len().max(1) as f64;
    for (place, line) in lines.into_iter().enumerate() {
        let (x, y) = (Frame::LEFT + place as f64 * step, 40.0);
        let colour = colours.line(line.colour);
        surface
            .path([(x, y), (x + 16.0, y)].into_iter(), Stroke { colour, width: 3.0, alpha: 1.0 });
        surface.text(&line.label, (x + 22.0, y), LABEL, colours.ink, (HPos::Left, VPos::Center));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_moves_within_a_pixel_stays_a_step() {
        let reseeded = [(10.0, 90.0), (100.1, 90.0), (100.2, 40.0), (200.0, 40.0)];
        assert_eq!(edge(&reseeded, false), reseeded);
        assert_eq!(edge(&reseeded, true), reseeded);
    }

    #[test]
    fn an_edge_of_many_points_has_two_every_few_pixels() {
        let many: Vec<Point> = (0..9000).map(|at| (f64::from(at) / 100.0, 1.0)).collect();
        assert_eq!(edge(&many, true).len(), 60);
        assert_eq!(edge(&[], true), []);
    }
}
