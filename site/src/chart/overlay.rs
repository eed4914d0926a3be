//! What lies over the canvas: cursor line, dots, selection and tooltip, placed without drawing.

use leptos::prelude::*;

use super::{layout::Layout, metric::Chart, plot::change, ticks::time_label};
use crate::dom::{Content, El, el, text};

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

/// The point under the cursor.
pub fn cursor(chart: &Chart) -> Content {
    let Some(layout) = chart.layout.get() else { return Vec::new() };
    let Some(slot) = chart.slot(&layout) else { return Vec::new() };
    let x = layout.across.pixel(layout.across.x_of_slot(slot));
    let (left, right) = layout.across.pixels();
    if x < left || x > right {
        return Vec::new();
    }
    let mut parts = vec![upright(&layout, "chart-cursor", x)];
    parts.extend(dots(&layout, slot));
    if chart.is_active.get() {
        parts.push(tooltip(&layout, slot, x));
    }
    parts
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

fn tooltip(layout: &Layout, slot: usize, x: f64) -> El {
    let time = layout.across.slots()[slot];
    let lines = layout.plot.shown().filter_map(|(at, _)| {
        Some(text("div", "chart-words", words(layout, at, layout.point_at(at, slot)?)))
    });
    let (left, right) = layout.across.pixels();
    let class = if x > (left + right) / 2.0 { "chart-tip before" } else { "chart-tip" };
    el("div", class)
        .attr("role", "status")
        .style("left", &px(x))
        .style("top", &px(layout.upwards.top))
        .add(text("strong", "", time_label(time)))
        .all(lines)
        .add(text("div", "quiet", "Enter or a click opens it"))
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
