//! What lies over the canvas: cursor line, dots, selection and tooltip, placed without drawing.

use leptos::prelude::*;

use super::{layout::Layout, metric::Chart, plot::change, ticks::time_label};

/// The parts over the canvas of a chart.
#[component]
pub fn Overlay(chart: Chart) -> impl IntoView {
    view! {
        <div class="chart-over">
            {move || selection(chart)}
            {move || cursor(chart)}
        </div>
    }
}

fn px(pixels: f64) -> String {
    format!("{pixels:.1}px")
}

fn selection(chart: Chart) -> Option<impl IntoView> {
    let (from, to) = chart.selection.get()?;
    let layout = chart.layout.get()?;
    let (left, right) = layout.across.pixels();
    let (from, to) = (from.min(to).max(left), from.max(to).min(right));
    Some(view! {
        <div class="chart-selection" style:left=px(from) style:width=px((to - from).max(0.0))
            style:top=px(layout.upwards.top) style:height=px(layout.upwards.height)></div>
    })
}

fn cursor(chart: Chart) -> Option<impl IntoView> {
    let layout = chart.layout.get()?;
    let slot = chart.slot(&layout)?;
    let x = layout.across.pixel(layout.across.x_of_slot(slot));
    let (left, right) = layout.across.pixels();
    if x < left || x > right {
        return None;
    }
    let tooltip = chart.is_active.get().then(|| tooltip(chart, &layout, slot, x));
    Some(view! {
        <div class="chart-cursor" style:left=px(x) style:top=px(layout.upwards.top)
            style:height=px(layout.upwards.height)></div>
        {dots(&layout, slot)}
        {tooltip}
    })
}

fn dots(layout: &Layout, slot: usize) -> impl IntoView + use<> {
    let (top, bottom) = (layout.upwards.top, layout.upwards.top + layout.upwards.height);
    let dots = layout.plot.shown().filter_map(|(at, line)| {
        let (x, y) = layout.point(at, layout.point_at(at, slot)?)?;
        let colour = format!("var(--chart-{})", line.colour % 8);
        (top - 1.0..=bottom + 1.0).contains(&y).then(|| {
            view! {
                <div class="chart-dot" style:left=px(x) style:top=px(y) style:background=colour></div>
            }
        })
    });
    dots.collect_view()
}

fn tooltip(chart: Chart, layout: &Layout, slot: usize, x: f64) -> impl IntoView + use<> {
    let time = layout.across.slots()[slot];
    let lines = layout.plot.shown().filter_map(|(at, _)| {
        let words = words(chart, layout, at, layout.point_at(at, slot)?);
        Some(view! { <div class="chart-words">{words}</div> })
    });
    let (left, right) = layout.across.pixels();
    let is_right = x > (left + right) / 2.0;
    let hint =
        chart.on_open.map(|_| view! { <div class="quiet">"Enter or a click opens it"</div> });
    view! {
        <div class="chart-tip" role="status" class:before=is_right style:left=px(x)
            style:top=px(layout.upwards.top)>
            <strong>{time_label(time)}</strong>
            {lines.collect_view()}
            {hint}
        </div>
    }
}

/// A point in words: value, baseline, change, verdict, and what the page adds.
fn words(chart: Chart, layout: &Layout, at: usize, index: usize) -> String {
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
    if let Some(describe) = chart.describe {
        let more = describe.run((at, index));
        if !more.is_empty() {
            text += &format!("\n{more}");
        }
    }
    text
}
