//! What lies over the canvas: cursor line, dots, selection and tooltip, placed without drawing.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use leptos::prelude::*;

use super::{layout::Layout, metric::Chart, plot::change, ticks::time_label};
use crate::dom::{Content, El, effect, el, text};

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
    vec![upright(&layout, "chart-selection", from).style("width", &width)]
}

/// A part from the top of the plot to its bottom.
fn upright(layout: &Layout, class: &str, left: f64) -> El {
    el("div", class)
        .style("left", &px(left))
        .style("top", &px(layout.upwards.top))
        .style("height", &px(layout.upwards.height))
}

/// The point under the cursor: its layout, its slot, and its pixel across.
fn spot(chart: &Chart) -> Option<(Arc<Layout>, usize, f64)> {
    let layout = chart.layout.get()?;
    let slot = chart.slot(&layout)?;
    let x = layout.across.pixel(layout.across.x_of_slot(slot));
    let (left, right) = layout.across.pixels();
    (left..=right).contains(&x).then_some((layout, slot, x))
}

/// A line through the point under the cursor, and its dots.
pub fn cursor(chart: &Chart) -> Content {
    let Some((layout, slot, x)) = spot(chart) else { return Vec::new() };
    std::iter::once(upright(&layout, "chart-cursor", x)).chain(dots(&layout, slot)).collect()
}

fn dots(layout: &Layout, slot: usize) -> impl Iterator<Item = El> {
    let (top, bottom) = (layout.upwards.top, layout.upwards.top + layout.upwards.height);
    layout.plot.shown().filter_map(move |(at, line)| {
        let (x, y) = layout.point(at, layout.point_at(at, slot)?)?;
        let dot = el("div", "chart-dot").style("left", &px(x)).style("top", &px(y));
        let is_within = (top - 1.0..=bottom + 1.0).contains(&y);
        is_within.then(|| dot.style("background", &format!("var(--chart-{})", line.colour % 8)))
    })
}

/// What stands under the cursor, in words. A zoom moves it along and leaves its words: to make and to
/// place them takes a browser nearly as long as to draw the chart.
pub fn tooltip(chart: &Rc<Chart>) -> El {
    let tip = el("div", "chart-tip").attr("role", "status");
    let (shown, chart, written) = (tip.clone(), chart.clone(), RefCell::new(Vec::new()));
    effect(move || {
        let spot = spot(&chart).filter(|_| chart.is_active.get());
        shown.put_if(spot.is_none(), "hidden", "");
        let Some((layout, slot, x)) = spot else { return };
        let (left, right) = layout.across.pixels();
        let is_before = x > (left + right) / 2.0;
        shown.put("class", if is_before { "chart-tip before" } else { "chart-tip" });
        shown.put_style("left", &px(x));
        shown.put_style("top", &px(layout.upwards.top));
        let told = told(&layout, slot);
        if *written.borrow() != told {
            write(&shown, &told);
            written.replace(told);
        }
    });
    tip
}

/// The time of a slot, and the point that each line has there.
fn told(layout: &Layout, slot: usize) -> Vec<String> {
    let points = layout.plot.shown();
    let points = points.filter_map(|(at, _)| Some(words(layout, at, layout.point_at(at, slot)?)));
    std::iter::once(time_label(layout.across.slots()[slot])).chain(points).collect()
}

fn write(tip: &El, told: &[String]) {
    let (time, points) = told.split_first().expect("a slot has a time");
    let points = points.iter().map(|words| text("div", "chart-words", words));
    let hint = text("div", "quiet", "Enter or a click opens it");
    let parts = std::iter::once(text("strong", "", time)).chain(points).chain([hint]);
    let parts: js_sys::Array = parts.map(|part| part.node().clone()).collect();
    tip.node().replace_children_with_node(&parts);
}

/// A point in words: value, baseline, change, verdict.
fn words(layout: &Layout, at: usize, index: usize) -> String {
    let (plot, line) = (&layout.plot, &layout.plot.lines[at]);
    let value = line.values.get(index).copied().flatten();
    let mut text = if plot.lines.len() > 1 { format!("{}: ", line.label) } else { String::new() };
    text += &value.map_or_else(|| "not measured".to_owned(), |value| plot.text(value));
    if let (0, Some(base)) = (at, plot.baseline_at(index)) {
        text += &format!("\nbaseline {}", plot.text(base));
        if let Some(change) = value.and_then(|value| change(value, base)) {
            text += &format!(", {change}");
        }
    }
    if let (true, Some(value)) = (layout.relative, value) {
        text += &format!("\n{:+.1} % in this view", layout.shown(at, value));
    }
    if let (0, Some(mark)) = (at, plot.mark_at(index)) {
        text += &format!("\n{}", mark.as_str());
    }
    text
}
