//! A chart of a page: a canvas that is drawn once a change, and over it what follows the pointer.

use std::sync::Arc;

use leptos::{html, prelude::*};

use crate::theme::ThemeSignal;

use super::{
    colours, draw,
    group::{ChartGroup, Cursor},
    layout::{Frame, Layout, Prepared},
    legend::Legend,
    observe::{self, Sight},
    overlay::Overlay,
    plot::Plot,
    pointer::Gestures,
    surface::Surface,
};

/// What a point is called outside of the chart: its line and its index in that line.
pub type PointId = (usize, usize);

/// Handle to the state of one chart; cheap to copy.
#[derive(Clone, Copy)]
pub struct Chart {
    pub plot: Signal<Arc<Plot>>,
    pub group: ChartGroup,
    pub describe: Option<Callback<PointId, String>>,
    pub on_open: Option<Callback<PointId>>,
    /// As last drawn; maps data to pixels and back.
    pub layout: RwSignal<Option<Arc<Layout>>>,
    /// Whether pointer or focus is here, so that the tooltip is.
    pub is_active: RwSignal<bool>,
    /// Pixels of the selection under way.
    pub selection: RwSignal<Option<(f64, f64)>>,
    canvas: NodeRef<html::Canvas>,
    size: RwSignal<Option<(f64, f64)>>,
    in_view: RwSignal<bool>,
    prepared: StoredValue<Option<(Arc<Plot>, Arc<Prepared>)>>,
    is_due: StoredValue<bool>,
}

/// A chart. `describe` adds lines to the tooltip of a point (separated by `\n`), `on_open` opens
/// one (Enter, or a click on it), `on_toggle` shows or hides a line (a click in the legend).
#[component]
pub fn MetricChart(
    #[prop(into)] plot: Signal<Arc<Plot>>,
    group: ChartGroup,
    #[prop(optional, into)] describe: Option<Callback<PointId, String>>,
    #[prop(optional, into)] on_open: Option<Callback<PointId>>,
    #[prop(optional, into)] on_toggle: Option<Callback<usize>>,
) -> impl IntoView {
    let chart = Chart {
        plot,
        group,
        describe,
        on_open,
        layout: RwSignal::new(None),
        is_active: RwSignal::new(false),
        selection: RwSignal::new(None),
        canvas: NodeRef::new(),
        size: RwSignal::new(None),
        in_view: RwSignal::new(false),
        prepared: StoredValue::new(None),
        is_due: StoredValue::new(false),
    };
    chart.follow_element();
    chart.follow_changes();
    let sentence = move || plot.with(|plot| plot.sentence());
    let download =
        move |_| super::export::download(&plot.get_untracked(), group).unwrap_or_default();
    view! {
        <figure class="chart">
            <figcaption>
                <span class="chart-title">{move || plot.with(|plot| plot.title())}</span>
                <span class="chart-now">{move || chart.value_at_cursor()}</span>
                <span class="chart-note">{move || chart.note()}</span>
                <button type="button" class="plain chart-save" title="Save this chart as a picture"
                    on:click=download>"PNG"</button>
            </figcaption>
            <Gestures chart>
                <canvas node_ref=chart.canvas role="img" aria-label=sentence></canvas>
                <Overlay chart/>
            </Gestures>
            <Legend plot on_toggle/>
        </figure>
    }
}

impl Chart {
    fn follow_element(self) {
        let id = StoredValue::new(None);
        Effect::new(move |_| {
            let Some(canvas) = self.canvas.get() else { return };
            id.set_value(observe::observe(&canvas, move |sight| match sight {
                Sight::InView(is_in_view) => drop(self.in_view.try_set(is_in_view)),
                Sight::Size(width, height) => drop(self.size.try_set(Some((width, height)))),
            }));
        });
        on_cleanup(move || {
            if let Some(Some(id)) = id.try_get_value() {
                observe::forget(id);
            }
        });
    }

    /// Draws at the next frame after any change, while in view.
    fn follow_changes(self) {
        let theme = use_context::<ThemeSignal>();
        Effect::new(move |_| {
            self.plot.track();
            self.size.track();
            let _ = self.group.view();
            colours::track(theme);
            if self.in_view.get() && !self.is_due.get_value() {
                self.is_due.set_value(true);
                request_animation_frame(move || {
                    if self.is_due.try_set_value(false).is_none() {
                        self.draw().unwrap_or_default();
                    }
                });
            }
        });
    }

    fn draw(self) -> Option<()> {
        let canvas = self.canvas.get_untracked()?;
        let (width, height) = self.size.get_untracked()?;
        let frame = Frame { width, height, top: 18.0 };
        let view = untrack(|| self.group.view());
        let plot = self.plot.get_untracked();
        let layout = Layout::new(&plot, &self.prepare(&plot), view, frame);
        let surface = Surface::new(&canvas, width, height, colours::ratio())?;
        draw::draw(&surface, &layout, &*colours::current()?);
        self.layout.set(Some(Arc::new(layout)));
        Some(())
    }

    fn prepare(self, plot: &Arc<Plot>) -> Arc<Prepared> {
        let known = self.prepared.with_value(|known| match known {
            Some((of, prepared)) if Arc::ptr_eq(of, plot) => Some(prepared.clone()),
            _ => None,
        });
        known.unwrap_or_else(|| {
            let prepared = Arc::new(Prepared::new(plot));
            self.prepared.set_value(Some((plot.clone(), prepared.clone())));
            prepared
        })
    }

    /// The slot under the group's cursor, which may have been set by a chart with other times.
    pub fn slot(self, layout: &Layout) -> Option<usize> {
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
    pub fn put_cursor(self, slot: Option<usize>) {
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
    pub fn point_at_cursor(self) -> Option<PointId> {
        let layout = self.layout.get_untracked()?;
        let slot = untrack(|| self.slot(&layout))?;
        let mut points =
            layout.plot.shown().filter_map(|(at, _)| Some((at, layout.point_at(at, slot)?)));
        points.find(|(line, index)| layout.point(*line, *index).is_some())
    }

    fn value_at_cursor(self) -> Option<String> {
        let layout = self.layout.get()?;
        let slot = self.slot(&layout)?;
        let (_, line) = layout.plot.shown().next().filter(|_| layout.plot.lines.len() == 1)?;
        Some(
            line.values
                .get(slot)
                .copied()
                .flatten()
                .map_or_else(|| "not measured".to_owned(), |value| layout.plot.text(value)),
        )
    }

    fn note(self) -> &'static str {
        let layout = self.layout.get();
        match layout {
            Some(layout) if layout.paths.iter().flatten().flatten().next().is_none() => {
                "no values in this range"
            }
            Some(layout) if layout.leaves_out => "a log scale leaves out values of 0 and below",
            _ => "",
        }
    }
}
