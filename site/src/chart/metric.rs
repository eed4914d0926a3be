//! A chart of a page: a canvas that is drawn once a change, and over it what follows the pointer.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use super::{
    colours::{self, Colours},
    draw, export,
    group::{ChartGroup, Cursor},
    layout::{Frame, Layout, Prepared, View},
    legend::legend,
    overlay,
    plot::Plot,
    pointer,
    surface::Surface,
};
use crate::{
    dom::{El, Shared, before_next_frame, button, effect, el, text},
    observe::{self, Sight},
    theme::ThemeSignal,
};

/// What a point is called outside of the chart: its line and its index in that line.
pub type PointId = (usize, usize);

/// The state of one chart.
pub struct Chart {
    /// What is shown.
    pub plot: Memo<Arc<Plot>>,
    /// What it shares with others.
    pub group: ChartGroup,
    /// Opens a point.
    pub on_open: Shared<PointId>,
    /// As last drawn; maps data to pixels and back.
    pub layout: RwSignal<Option<Arc<Layout>>>,
    /// Whether pointer or focus is here, so that the tooltip is.
    pub is_active: RwSignal<bool>,
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

/// What a drawing is made of.
struct Inputs {
    size: (f64, f64),
    ratio: f64,
    plot: Arc<Plot>,
    view: View,
    colours: Rc<Colours>,
}

impl Inputs {
    fn are(&self, other: &Self) -> bool {
        self.size == other.size
            && self.ratio == other.ratio
            && self.view == other.view
            && Arc::ptr_eq(&self.plot, &other.plot)
            && Rc::ptr_eq(&self.colours, &other.colours)
    }
}

/// A chart. `on_open` opens a point (Enter, or a click on it), `on_toggle` shows or hides a line (a
/// click in the legend).
pub fn metric_chart(
    plot: Memo<Arc<Plot>>,
    group: ChartGroup,
    on_open: Shared<PointId>,
    on_toggle: Shared<usize>,
) -> El {
    let sentence = move || plot.with(|plot| Some(plot.sentence()));
    let canvas = el("canvas", "").attr("role", "img").live_attr("aria-label", sentence);
    let chart = Rc::new(Chart {
        plot,
        group,
        on_open,
        layout: RwSignal::new(None),
        is_active: RwSignal::new(false),
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
    let [now, note, over, under] = std::array::from_fn(|_| chart.clone());
    let save = move || export::download(&plot.get_untracked(), group).unwrap_or_default();
    let caption = el("figcaption", "")
        .add(el("span", "chart-title").live_text(move || plot.with(|plot| plot.title())))
        .add(el("span", "chart-now").live_text(move || now.value_at_cursor().unwrap_or_default()))
        .add(el("span", "chart-note").live_text(move || note.note().to_owned()))
        .add(button("plain chart-save", "PNG", save).attr("title", "Save this chart as a picture"));
    let over = el("div", "chart-over")
        .live(move || overlay::selection(&over))
        .live(move || overlay::cursor(&under));
    el("figure", "chart")
        .add(caption)
        .add(pointer::gestures(&chart).add(canvas).add(over))
        .live(move || plot.with(|plot| legend(plot, &on_toggle)))
}

impl Chart {
    fn follow_element(self: &Rc<Self>) {
        let chart = self.clone();
        let id = observe::observe(&self.canvas, move |sight| {
            match sight {
                Sight::InView(is_in_view) => chart.in_view.set(is_in_view),
                // it is out of the page
                Sight::Size(0.0, ..) => return,
                Sight::Size(width, height, is_here) => {
                    chart.size.set(Some((width, height)));
                    // the first time at once, so that the frame which gave it a size shows it
                    if is_here && chart.drawn.borrow().is_none() {
                        chart.draw().unwrap_or_default();
                    }
                }
            }
            // the page may have been left
            chart.seen.update(|seen| *seen = seen.wrapping_add(1));
        });
        on_cleanup(move || id.into_iter().for_each(observe::forget));
    }

    /// Draws at the next frame after any change, while in view.
    fn follow_changes(self: &Rc<Self>) {
        let theme = use_context::<ThemeSignal>();
        let chart = self.clone();
        effect(move || {
            chart.plot.track();
            chart.seen.track();
            chart.group.view.track();
            colours::track(theme);
            if chart.in_view.get() && !chart.is_due.replace(true) {
                let chart = chart.clone();
                before_next_frame(move || {
                    chart.is_due.set(false);
                    if !chart.layout.is_disposed() {
                        chart.draw().unwrap_or_default();
                    }
                });
            }
        });
    }

    /// Draws, unless all is as it was drawn last.
    fn draw(&self) -> Option<()> {
        let inputs = Inputs {
            size: self.size.get()?,
            ratio: colours::ratio(),
            plot: self.plot.get_untracked(),
            view: self.group.view.get_untracked(),
            colours: colours::current()?,
        };
        if self.drawn.borrow().as_ref().is_some_and(|drawn| inputs.are(drawn)) {
            return Some(());
        }
        let (width, height) = inputs.size;
        let frame = Frame { width, height, top: 18.0 };
        let layout = Layout::new(&inputs.plot, &self.prepare(&inputs.plot), inputs.view, frame);
        let surface = Surface::new(&self.canvas, width, height, inputs.ratio)?;
        draw::draw(&surface, &layout, &inputs.colours);
        self.drawn.replace(Some(inputs));
        self.layout.set(Some(Arc::new(layout)));
        Some(())
    }

    fn prepare(&self, plot: &Arc<Plot>) -> Arc<Prepared> {
        let mut known = self.prepared.borrow_mut();
        if let Some((of, prepared)) = &*known
            && Arc::ptr_eq(of, plot)
        {
            return prepared.clone();
        }
        let prepared = Arc::new(Prepared::new(plot));
        *known = Some((plot.clone(), prepared.clone()));
        prepared
    }

    /// The slot under the group's cursor, which may have been set by a chart with other times.
    pub fn slot(&self, layout: &Layout) -> Option<usize> {
        let cursor = self.group.cursor.get()?;
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
        let (_, line) = layout.plot.shown().next().filter(|_| layout.plot.lines.len() == 1)?;
        let value = line.values.get(slot).copied().flatten();
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
        "Drag to zoom, shift-drag to pan, double click for all; with the keyboard: arrows move the cursor, + and − zoom, 0 resets, Enter opens the run.",
    )
}
