//! Draws the levels of a chart: a line for each, a riser at each change, and the size of the change.

use plotters::style::text_anchor::{HPos, VPos};

use super::{
    colours::Colours,
    draw::LABEL,
    layout::Geometry,
    plot::Level,
    surface::{Point, Stroke, Surface},
};

/// The levels of the first line that can be drawn, with their left ends; none where it is hidden.
fn ends(layout: &Geometry) -> impl Iterator<Item = (&Level, Point)> {
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
pub(super) fn lines(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let mut before: Option<Point> = None;
    for (level, (from, y)) in ends(layout) {
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
pub(super) fn labels(surface: &Surface, layout: &Geometry, colours: &Colours) {
    let (left, right) = layout.across.pixels();
    let mut free_from = left;
    for (level, (x, y)) in ends(layout).filter(|(level, _)| !level.change.is_empty()) {
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
