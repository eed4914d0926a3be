//! A chart of curves on a page: the picture, the cursor over its points, and its key.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{KeyboardEvent, PointerEvent};

use super::{
    CurveLine, CurvePoint, Curves,
    layout::{Dot, Layout},
};
use crate::{
    chart::surface::Point,
    dom::{Content, El, effect, el, svg, text},
    observe::{self, Sight},
};

/// Pixels within which a pointer is at a point.
const REACH: f64 = 28.0;

/// A chart, and the point of it under the cursor.
#[derive(Clone, Copy)]
struct Chart {
    curves: Memo<Arc<Curves>>,
    layout: Memo<Option<Arc<Layout>>>,
    cursor: RwSignal<Option<usize>>,
}

/// A chart. Arrow keys move from point to point, Enter opens one; a click on a point opens it too.
#[must_use]
pub fn curves_chart(curves: Memo<Arc<Curves>>) -> El {
    let size = RwSignal::new(None::<(f64, f64)>);
    let layout = Memo::new(move |_| {
        let size = size.get()?;
        Some(Arc::new(curves.with(|curves| Layout::new(curves, size))))
    });
    let chart = Chart { curves, layout, cursor: RwSignal::new(None) };
    let name = move || {
        let sentence = curves.with(|curves| curves.sentence());
        Some(format!("{sentence}. Arrow keys move from point to point, Enter opens the series"))
    };
    let place = el("div", "chart-plot curves")
        .attr("tabindex", "0")
        .attr("role", "group")
        .live_attr("aria-label", name)
        .live(move || chart.picture().into_iter().collect());
    let id = observe::observe(place.node(), move |sight| match sight {
        Sight::Size(width, height, _) if width > 0.0 => {
            // the page may have been left
            let _ = size.try_set(Some((width, height)));
        }
        Sight::Size(..) | Sight::InView(_) => {}
    });
    on_cleanup(move || id.into_iter().for_each(observe::forget));
    let place = chart.listening(place).add(chart.overlay());
    let title = move || curves.with(|curves| curves.title.clone());
    let caption = el("figcaption", "").add(el("span", "chart-title").live_text(title));
    el("figure", "chart").add(caption).add(place).live(move || curves.with(key))
}

impl Chart {
    fn listening(self, place: El) -> El {
        let corner = place.clone();
        place
            .on("pointermove", move |event| {
                let event: &PointerEvent = event.unchecked_ref();
                let rect = corner.node().get_bounding_client_rect();
                let at = (
                    f64::from(event.client_x()) - rect.left(),
                    f64::from(event.client_y()) - rect.top(),
                );
                let layout = self.layout.try_get_untracked().flatten();
                self.put(layout.and_then(|layout| layout.nearest(at, REACH)));
            })
            .on("pointerleave", move |_| self.put(None))
            .on("blur", move |_| self.put(None))
            .on("keydown", move |event| self.pressed(event.unchecked_ref()))
    }

    fn put(self, cursor: Option<usize>) {
        // a page that is being left loses its focus after its state
        if self.cursor.try_get_untracked().is_some_and(|now| now != cursor) {
            self.cursor.set(cursor);
        }
    }

    fn pressed(self, event: &KeyboardEvent) {
        let Some(layout) = self.layout.try_get_untracked().flatten() else { return };
        let Some(last) = layout.dots.len().checked_sub(1) else { return };
        let now = self.cursor.get_untracked();
        match event.key().as_str() {
            _ if event.ctrl_key() || event.meta_key() || event.alt_key() => return,
            "ArrowRight" => self.put(Some(now.map_or(0, |now| (now + 1).min(last)))),
            "ArrowLeft" => self.put(Some(now.map_or(last, |now| now.saturating_sub(1)))),
            "Home" => self.put(Some(0)),
            "End" => self.put(Some(last)),
            "Escape" => self.put(None),
            "Enter" => {
                let Some(dot) = now.and_then(|now| layout.dots.get(now)) else { return };
                let href = self.curves.with_untracked(|curves| {
                    point(curves, dot).map(|(_, point)| point.href.clone())
                });
                drop(href.map(|href| window().location().set_hash(&href)));
            }
            _ => return,
        }
        event.prevent_default();
    }

    fn picture(self) -> Option<El> {
        let layout = self.layout.get()?;
        let curves = self.curves.get();
        Some(picture(&curves, &layout))
    }

    /// The point under the cursor: a ring, and what is said of it.
    fn overlay(self) -> El {
        let (ring, tip) = (el("div", "chart-dot"), el("div", "chart-tip").attr("role", "status"));
        let over = el("div", "chart-over").add(ring.clone()).add(tip.clone());
        effect(move || {
            let layout = self.layout.get();
            let dot = self.cursor.get().and_then(|at| layout.as_ref()?.dots.get(at).copied());
            let found = dot.and_then(|dot| {
                let curves = self.curves.get();
                let (line, point) = point(&curves, &dot)?;
                Some((dot, line.colour, point.words.clone()))
            });
            for part in [&ring, &tip] {
                part.put_if(found.is_none(), "hidden", "");
            }
            let (Some((dot, colour, words)), Some(layout)) = (found, layout) else { return };
            put_at(&ring, dot.at);
            ring.put_style("background", &format!("var(--chart-{})", colour % 8));
            let is_right = dot.at.0 > layout.size.0 / 2.0;
            tip.put("class", if is_right { "chart-tip before" } else { "chart-tip" });
            put_at(&tip, (dot.at.0, layout.ends.0));
            let lines = text("div", "chart-words", words);
            tip.node().replace_children_with_node(&js_sys::Array::of1(lines.node()));
        });
        over
    }
}

fn point<'c>(curves: &'c Curves, dot: &Dot) -> Option<(&'c CurveLine, &'c CurvePoint)> {
    let line = curves.lines.get(dot.line)?;
    Some((line, line.points.get(dot.point)?))
}

fn put_at(part: &El, (x, y): Point) {
    part.put_style("translate", &format!("{x:.1}px {y:.1}px"));
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn line(class: &str, from: Point, to: Point) -> El {
    svg("line", class)
        .attr("x1", &number(from.0))
        .attr("y1", &number(from.1))
        .attr("x2", &number(to.0))
        .attr("y2", &number(to.1))
}

fn label(class: &str, (x, y): Point, words: &str) -> El {
    svg("text", class).attr("x", &number(x)).attr("y", &number(y)).text(words)
}

fn picture(curves: &Curves, layout: &Layout) -> El {
    let (width, height) = layout.size;
    let view = format!("0 0 {width:.0} {height:.0}");
    let picture = svg("svg", "curves-picture").attr("viewBox", &view);
    picture.all(grid(curves, layout)).all(marked(curves, layout)).all(drawn(curves, layout))
}

fn grid(curves: &Curves, layout: &Layout) -> Vec<El> {
    let ((left, right), (top, bottom)) = (layout.sides, layout.ends);
    let rows = layout.rows.iter().flat_map(|tick| {
        let across = line("grid", (left, tick.pixel), (right, tick.pixel));
        [across, label("at-left", (left - 6.0, tick.pixel + 4.0), &tick.label)]
    });
    let columns = layout.columns.iter().flat_map(|tick| {
        let mark = line("axis", (tick.pixel, bottom), (tick.pixel, bottom + 4.0));
        [mark, label("below", (tick.pixel, bottom + 16.0), &tick.label)]
    });
    let middle = (left + right) / 2.0;
    let names = [
        line("axis", (left, bottom), (right, bottom)),
        label("name", (0.0, top - 10.0), &curves.upwards.label),
        label("below name", (middle, bottom + 33.0), &curves.across.label),
    ];
    rows.chain(columns).chain(names).collect()
}

/// What lies behind the lines: the stretch that is marked, limits, and where both values are the same.
fn marked(curves: &Curves, layout: &Layout) -> Vec<El> {
    let ((left, right), (top, bottom)) = (layout.sides, layout.ends);
    let mut parts = Vec::new();
    if let (Some((from, to)), Some((_, _, words))) = (layout.band, &curves.band) {
        let band = svg("rect", "band")
            .attr("x", &number(from))
            .attr("y", &number(top))
            .attr("width", &number((to - from).max(1.0)))
            .attr("height", &number(bottom - top));
        let class = if to > (left + right) / 2.0 { "at-left name" } else { "name" };
        let x = if to > (left + right) / 2.0 { from - 4.0 } else { to + 4.0 };
        parts.extend([band, label(class, (x, bottom - 8.0), words)]);
    }
    if let Some((from, to)) = layout.ideal {
        parts.push(line("ideal", from, to));
    }
    for (height, (_, words)) in layout.limits.iter().zip(&curves.limits) {
        if let Some(height) = height {
            parts.push(line("limit", (left, *height), (right, *height)));
            parts.push(label("limit-name", (left + 4.0, height - 4.0), words));
        }
    }
    parts
}

fn drawn(curves: &Curves, layout: &Layout) -> Vec<El> {
    let stroke =
        |part: El, colour: usize| part.style("stroke", &format!("var(--chart-{})", colour % 8));
    let lines = curves.lines.iter().zip(&layout.paths).filter(|(_, path)| !path.is_empty());
    let lines = lines.map(|(line, path)| {
        let faint = if line.is_faint { " faint" } else { "" };
        let class = format!("curve {}{faint}", line.stroke.class());
        stroke(svg("path", &class).attr("d", path), line.colour)
    });
    let dots = layout.dots.iter().filter_map(|dot| {
        let (line, point) = point(curves, dot)?;
        let class = if point.is_hollow { "point hollow" } else { "point" };
        let circle = svg("circle", class)
            .attr("cx", &number(dot.at.0))
            .attr("cy", &number(dot.at.1))
            .attr("r", "4");
        let circle = stroke(circle, line.colour);
        let circle = match point.is_hollow {
            true => circle,
            false => circle.style("fill", &format!("var(--chart-{})", line.colour % 8)),
        };
        // the keyboard goes from point to point with arrow keys
        let link = svg("a", "").attr("href", &point.href).attr("tabindex", "-1");
        Some(link.attr("aria-label", &point.words).add(circle))
    });
    lines.chain(dots).collect()
}

/// What colours and strokes mean.
fn key(curves: &Arc<Curves>) -> Content {
    if curves.key.is_empty() {
        return Vec::new();
    }
    let entry = |key: &super::CurveKey| {
        let colour = key.colour.map_or_else(
            || "var(--chart-quiet)".to_owned(),
            |at| format!("var(--chart-{})", at % 8),
        );
        let swatch =
            el("i", &format!("swatch {}", key.stroke.class())).style("border-color", &colour);
        el("li", "").add(swatch.attr("aria-hidden", "true")).text(&key.words)
    };
    vec![el("ul", "chart-legend curves-key").all(curves.key.iter().map(entry))]
}
