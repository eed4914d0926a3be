//! What lies over the canvas: cursor line, dots, selection and tooltip, moved without drawing.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use leptos::prelude::*;

use super::{
    layout::Geometry,
    metric::{Chart, PointId},
    plot::{Joining, Line, change},
    surface::Point,
    ticks::time_label,
};
use crate::{
    dom::{Content, El, effect, el, text},
    format,
};

fn px(pixels: f64) -> String {
    format!("{pixels:.1}px")
}

/// What is being selected.
pub fn selection(chart: &Chart) -> Content {
    let (Some((from, to)), Some(layout)) = (chart.selection.get(), chart.layout.get()) else {
        return Vec::new();
    };
    let (left, right) = layout.across.pixels();
    let (from, to) = (from.min(to).max(left), from.max(to).min(right));
    let width = px((to - from).max(0.0));
    let selection = el("div", "chart-selection").style("width", &width);
    put_upright(&selection, &layout, from);
    vec![selection]
}

/// Makes it reach from the top of the plot to its bottom.
fn put_upright(part: &El, layout: &Geometry, left: f64) {
    part.put_style("height", &px(layout.upwards.height));
    put_at(part, (left, layout.upwards.top));
}

/// Moves it from the corner of the chart. What is moved in this way is not laid out again.
fn put_at(part: &El, (x, y): Point) {
    part.put_style("translate", &format!("{} {}", px(x), px(y)));
}

/// The point under the cursor: its layout, its slot, and its pixel across.
fn spot(chart: &Chart) -> Option<(Arc<Geometry>, usize, f64)> {
    let layout = chart.layout.get()?;
    let slot = chart.slot(&layout)?;
    let x = layout.across.pixel(layout.across.x_of_slot(slot));
    let (left, right) = layout.across.pixels();
    (left..=right).contains(&x).then_some((layout, slot, x))
}

/// A line through the point under the cursor, and its dots: made once, and moved from then on.
pub fn cursor(chart: &Rc<Chart>) -> El {
    let (line, place) = (el("div", "chart-cursor"), el("div", ""));
    let (chart, shown) = (chart.clone(), place.clone().add(line.clone()));
    let made = RefCell::new(Vec::new());
    effect(move || {
        let spot = spot(&chart);
        line.put_if(spot.is_none(), "hidden", "");
        let places = spot.map_or_else(Vec::new, |(layout, slot, x)| {
            put_upright(&line, &layout, x);
            dots(&layout, slot).collect()
        });
        let mut made = made.borrow_mut();
        while made.len() < places.len() {
            let dot = el("div", "chart-dot");
            place.append(&dot);
            made.push(dot);
        }
        for (at, dot) in made.iter().enumerate() {
            let place = places.get(at);
            dot.put_if(place.is_none(), "hidden", "");
            if let Some((place, colour)) = place {
                put_at(dot, *place);
                dot.put_style("background", &format!("var(--chart-{})", colour % 8));
            }
        }
    });
    shown
}

/// Where each line has its point, and the line's colour.
fn dots(layout: &Geometry, slot: usize) -> impl Iterator<Item = (Point, usize)> {
    let (top, bottom) = (layout.upwards.top, layout.upwards.top + layout.upwards.height);
    let dot = move |(at, line): (usize, &Line)| {
        let place = layout.point(at, layout.point_at(at, slot)?)?;
        (top - 1.0..=bottom + 1.0).contains(&place.1).then_some((place, line.colour))
    };
    layout.plot.shown().filter_map(dot)
}

/// What stands under the cursor, in words. A zoom moves it along and leaves its words: to make and to
/// place them takes a browser nearly as long as to draw the chart. One that is kept has links.
pub fn tooltip(chart: &Rc<Chart>) -> El {
    let tip = el("div", "chart-tip").attr("role", "status");
    // what is pressed within it is no press on the chart
    let tip = ["pointerdown", "pointerup", "dblclick"]
        .into_iter()
        .fold(tip, |tip, name| tip.on(name, |event| event.stop_propagation()));
    let (shown, chart, written) = (tip.clone(), chart.clone(), RefCell::new(Tip::default()));
    effect(move || {
        let is_kept = chart.pinned.get().is_some();
        let spot = spot(&chart).filter(|_| is_kept || chart.is_active.get());
        shown.put_if(spot.is_none(), "hidden", "");
        let Some((layout, slot, x)) = spot else { return };
        let (left, right) = layout.across.pixels();
        let before = if x > (left + right) / 2.0 { " before" } else { "" };
        let kept = if is_kept { " kept" } else { "" };
        shown.put("class", &format!("chart-tip{before}{kept}"));
        put_at(&shown, (x, layout.upwards.top));
        let tip = Tip::of(&chart, &layout, slot, is_kept);
        if *written.borrow() != tip {
            tip.write(&shown, &chart);
            written.replace(tip);
        }
    });
    tip
}

/// What a tooltip says.
#[derive(Debug, Clone, PartialEq, Default)]
struct Tip {
    time: String,
    /// The point that each line has there, in words.
    points: Vec<(PointId, String)>,
    is_kept: bool,
}

impl Tip {
    fn of(chart: &Chart, layout: &Geometry, slot: usize, is_kept: bool) -> Self {
        let points = layout.plot.shown().filter_map(|(at, _)| {
            let id = (at, layout.point_at(at, slot)?);
            let origin = (chart.actions.origin)(id);
            Some((id, words(layout, id, &origin)))
        });
        let time = time_label(layout.across.slots()[slot]);
        Self { time, points: points.collect(), is_kept }
    }

    fn write(&self, tip: &El, chart: &Chart) {
        let mut parts = vec![text("strong", "", &self.time)];
        for (id, words) in &self.points {
            parts.push(text("div", "chart-words", words));
            if self.is_kept {
                parts.push(el("div", "links").all((chart.actions.links)(*id)));
            }
        }
        let hint = "A click keeps this, with links; Enter opens the run";
        parts.extend((!self.is_kept).then(|| text("div", "quiet", hint)));
        let parts: js_sys::Array = parts.iter().map(|part| part.node().clone()).collect();
        tip.node().replace_children_with_node(&parts);
    }
}

/// A point in words: value, where it is from, the value before it, baseline, change, verdict.
fn words(layout: &Geometry, (at, index): PointId, origin: &str) -> String {
    let (plot, line) = (&layout.plot, &layout.plot.lines[at]);
    let value = line.values.get(index).copied().flatten();
    let mut text = if plot.lines.len() > 1 { format!("{}: ", line.label) } else { String::new() };
    text += &value.map_or_else(|| "not measured".to_owned(), |value| plot.text(value));
    if !origin.is_empty() {
        text += &format!("\n{origin}");
    }
    if let (Joining::Joined, Some(before)) = (line.joining, plot.before(at, index)) {
        text += &format!("\nbefore it {}", plot.text(before));
        if let Some(change) = value.and_then(|value| change(value, before)) {
            text += &format!(", {change}");
        }
    }
    if let (0, Some(base)) = (at, plot.baseline_at(index)) {
        text += &format!("\nbaseline {}", plot.text(base));
        if let Some(change) = value.and_then(|value| change(value, base)) {
            text += &format!(", {change}");
        }
    }
    if let (true, Some(value)) = (layout.relative, value) {
        let in_view = format::percent(layout.shown(at, value) / 100.0);
        text += &format!("\n{in_view} in this view");
    }
    if let (0, Some(mark)) = (at, plot.mark_at(index)) {
        text += &format!("\n{}", mark.as_str());
    }
    text
}
