//! A chart of a page: a canvas that is drawn once a change, and over it what follows the pointer.

mod drawing;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use super::{
    export,
    group::{ChartGroup, Cursor},
    layout::{Geometry, Prepared},
    legend::legend,
    overlay,
    plot::Plot,
    pointer,
};
use crate::dom::{Content, El, Shared, button, el, text};
use drawing::Inputs;

/// What a point is called outside of the chart: its line and its index in that line.
pub type PointId = (usize, usize);

/// What a page knows of the points of its charts.
#[derive(Clone)]
pub struct Actions {
    /// Opens a point.
    pub open: Shared<PointId>,
    /// Shows or hides a line.
    pub toggle: Shared<usize>,
    /// Where a point is from, in a line: its commit and pull request.
    pub origin: Rc<dyn Fn(PointId) -> String>,
    /// Links of a point, for a tooltip that stays.
    pub links: Rc<dyn Fn(PointId) -> Content>,
}

/// The state of one chart.
pub struct Chart {
    /// What is shown.
    pub plot: Memo<Arc<Plot>>,
    /// What it shares with others.
    pub group: ChartGroup,
    /// What the page says of a point, and where it leads.
    pub actions: Actions,
    /// As last drawn; maps data to pixels and back.
    pub layout: RwSignal<Option<Arc<Geometry>>>,
    /// Whether pointer or focus is here, so that the tooltip is.
    pub is_active: RwSignal<bool>,
    /// The point whose tooltip stays, wherever the pointer goes.
    pub pinned: RwSignal<Option<Cursor>>,
    /// Pixels of the selection under way.
    pub selection: RwSignal<Option<(f64, f64)>>,
    canvas: HtmlCanvasElement,
    /// Counts what happened to the canvas: sight, size.
    seen: RwSignal<u32>,
    size: Cell<Option<(f64, f64)>>,
    in_view: Cell<bool>,
    prepared: RefCell<Option<(Arc<Plot>, Arc<Prepared>)>>,
    is_due: Cell<bool>,
    drawn: RefCell<Option<Inputs>>,
}

/// A chart. Enter opens a point, a click on it keeps its tooltip, a click in the legend shows or hides a
/// line.
pub fn metric_chart(plot: Memo<Arc<Plot>>, group: ChartGroup, actions: Actions) -> El {
    let on_toggle = actions.toggle.clone();
    let sentence = move || plot.with(|plot| Some(plot.sentence()));
    let canvas = el("canvas", "").attr("role", "img").live_attr("aria-label", sentence);
    let chart = Rc::new(Chart {
        plot,
        group,
        actions,
        layout: RwSignal::new(None),
        is_active: RwSignal::new(false),
        pinned: RwSignal::new(None),
        selection: RwSignal::new(None),
        canvas: canvas.node().clone().unchecked_into(),
        seen: RwSignal::new(0),
        size: Cell::new(None),
        in_view: Cell::new(false),
        prepared: RefCell::new(None),
        is_due: Cell::new(false),
        drawn: RefCell::new(None),
    });
    chart.follow_element();
    chart.follow_changes();
    let [now, note, over] = std::array::from_fn(|_| chart.clone());
    let save = move || export::download(&plot.get_untracked(), group).unwrap_or_default();
    let caption = el("figcaption", "")
        .add(el("span", "chart-title").live_text(move || plot.with(|plot| plot.title())))
        .add(el("span", "chart-now").live_text(move || now.value_at_cursor().unwrap_or_default()))
        .add(el("span", "chart-note").live_text(move || note.note().to_owned()))
        .add(button("plain chart-save", "PNG", save).attr("title", "Save this chart as a picture"));
    let over = el("div", "chart-over")
        .live(move || overlay::selection(&over))
        .add(overlay::cursor(&chart))
        .add(overlay::tooltip(&chart));
    el("figure", "chart")
        .add(caption)
        .add(pointer::gestures(&chart).add(canvas).add(over))
        .live(move || plot.with(|plot| legend(plot, &on_toggle)))
}

impl Chart {
    /// The slot under the group's cursor, which may have been set by a chart with other times.
    pub fn slot(&self, layout: &Geometry) -> Option<usize> {
        let cursor = self.pinned.get().or_else(|| self.group.cursor.get())?;
        let slots = layout.across.slots();
        if slots.get(cursor.slot) == Some(&cursor.time) {
            return Some(cursor.slot);
        }
        let after = slots.partition_point(|slot| *slot < cursor.time);
        let nearest = [after.saturating_sub(1), after.min(slots.len().checked_sub(1)?)];
        nearest.into_iter().min_by_key(|slot| (slots[*slot] - cursor.time).abs())
    }

    /// Moves the group's cursor.
    pub fn put_cursor(&self, slot: Option<usize>) {
        let layout = self.layout.get_untracked();
        let cursor = slot.and_then(|slot| {
            let time = *layout.as_ref()?.across.slots().get(slot)?;
            Some(Cursor { slot, time })
        });
        if self.group.cursor.get_untracked() != cursor {
            self.group.cursor.set(cursor);
        }
    }

    /// Keeps the tooltip of the point under the cursor.
    pub fn pin(&self) {
        self.pinned.set(self.group.cursor.get_untracked());
    }

    /// Lets the tooltip follow the pointer again; whether it did not.
    pub fn let_go(&self) -> bool {
        let was_pinned = self.pinned.get_untracked().is_some();
        if was_pinned {
            self.pinned.set(None);
        }
        was_pinned
    }

    /// The first shown line that has a point under the cursor, and the point.
    pub fn point_at_cursor(&self) -> Option<PointId> {
        let layout = self.layout.get_untracked()?;
        let slot = untrack(|| self.slot(&layout))?;
        let mut points =
            layout.plot.shown().filter_map(|(at, _)| Some((at, layout.point_at(at, slot)?)));
        points.find(|(line, index)| layout.point(*line, *index).is_some())
    }

    fn value_at_cursor(&self) -> Option<String> {
        let layout = self.layout.get()?;
        let slot = self.slot(&layout)?;
        let (at, line) = layout.plot.shown().next().filter(|_| layout.plot.lines.len() == 1)?;
        let value = line.values.get(layout.point_at(at, slot)?).copied().flatten();
        Some(value.map_or_else(|| "not measured".to_owned(), |value| layout.plot.text(value)))
    }

    fn note(&self) -> &'static str {
        self.layout.with(|layout| match layout {
            Some(layout) if layout.paths.iter().flatten().flatten().next().is_none() => {
                "no values in this range"
            }
            Some(layout) if layout.leaves_out => "a log scale leaves out values of 0 and below",
            _ => "",
        })
    }
}

/// Text that is shown beside the figures while nothing else is.
#[must_use]
pub fn hint() -> El {
    text(
        "p",
        "meta",
        "Drag to zoom, shift-drag to pan, double click for all; a click on a point keeps what is said of it, with links. With the keyboard: arrows move the cursor, + and − zoom, 0 resets, Enter opens the run.",
    )
}
