//! Keys: they move the cursor, zoom, and open a point.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::{
    layout::Geometry,
    metric::Chart,
    pointer::{open, show},
};

/// The cursor comes to the newest point in view, where it is nowhere yet.
pub fn focus(chart: &Chart) {
    chart.is_active.set(true);
    let Some(layout) = chart.layout.get_untracked() else { return };
    if chart.group.cursor.get_untracked().is_none() {
        chart.put_cursor(layout.across.slot_at(layout.across.pixels().1));
    }
}

/// A key was pressed on a chart.
pub fn pressed(chart: &Chart, event: &KeyboardEvent) {
    let Some(layout) = chart.layout.get_untracked() else { return };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(last) = layout.across.slots().len().checked_sub(1) else { return };
    let (left, right) = layout.across.pixels();
    let page = layout.across.slot_at(right).zip(layout.across.slot_at(left));
    let page = page.map_or(1, |(to, from)| (to - from) / 10).max(1);
    let now = untrack(|| chart.slot(&layout)).unwrap_or(last);
    let zoom = |factor| {
        let x = layout.across.pixel(layout.across.x_of_slot(now));
        let about = if (left..=right).contains(&x) { x } else { (left + right) / 2.0 };
        show(chart, &layout, layout.across.zoomed(factor, about));
    };
    match event.key().as_str() {
        "ArrowLeft" => go(chart, &layout, now.saturating_sub(1)),
        "ArrowRight" => go(chart, &layout, (now + 1).min(last)),
        "PageUp" => go(chart, &layout, now.saturating_sub(page)),
        "PageDown" => go(chart, &layout, (now + page).min(last)),
        "Home" => go(chart, &layout, 0),
        "End" => go(chart, &layout, last),
        "+" | "=" => zoom(0.5),
        "-" | "_" => zoom(2.0),
        "0" => chart.group.zoom(None),
        "Escape" if chart.let_go() => {}
        "Escape" => chart.put_cursor(None),
        "Enter" => open(chart),
        _ => return,
    }
    event.prevent_default();
}

/// Moves the cursor, and the window with it where it would leave.
fn go(chart: &Chart, layout: &Geometry, slot: usize) {
    chart.is_active.set(true);
    // the keys move what is shown
    let _ = chart.let_go();
    chart.put_cursor(Some(slot));
    let (left, right) = layout.across.pixels();
    let x = layout.across.pixel(layout.across.x_of_slot(slot));
    let beyond = if x < left { x - left - 20.0 } else { (x - right + 20.0).max(0.0) };
    if x < left || x > right {
        show(chart, layout, layout.across.panned(-beyond));
    }
}
