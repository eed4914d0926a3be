//! Pointer and wheel: they move the cursor, select a window, zoom and pan.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, MouseEvent, PointerEvent, WheelEvent};

use super::{
    across::{Window, clamp},
    keys,
    layout::Geometry,
    metric::Chart,
};
use crate::dom::{El, el};

/// Pixels that tell a drag from a click.
const SLACK: f64 = 4.0;
/// Pixels within which a click is meant for a point.
const REACH: f64 = 14.0;

/// What the pointers on a chart are doing.
#[derive(Debug, Clone, PartialEq, Default)]
struct Touch {
    /// Pointers that are down, with their pixel across.
    down: Vec<(i32, f64)>,
    /// Pixel at which the first went down.
    from: f64,
    action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Action {
    /// Moves the cursor only.
    #[default]
    Hover,
    /// Selects a window.
    Select,
    /// Moves the window.
    Pan,
}

/// What a chart listens to.
const EVENTS: [&str; 10] = [
    "pointermove",
    "pointerdown",
    "pointerup",
    "pointercancel",
    "pointerleave",
    "dblclick",
    "wheel",
    "keydown",
    "focus",
    "blur",
];

/// The element that takes the reader's input for a chart.
pub fn gestures(chart: &Rc<Chart>) -> El {
    let words = "Chart: arrow keys move, plus and minus zoom, 0 shows all, Enter opens the point";
    let place = el("div", "chart-plot")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", words);
    let touch = RefCell::new(Touch::default());
    let hand = Rc::new(Hand { chart: chart.clone(), place: place.clone(), touch });
    EVENTS.into_iter().fold(place, |place, name| {
        let hand = hand.clone();
        place.on(name, move |event| hand.took(name, event))
    })
}

struct Hand {
    chart: Rc<Chart>,
    place: El,
    touch: RefCell<Touch>,
}

impl Hand {
    fn took(&self, name: &str, event: Event) {
        let chart = &*self.chart;
        // a page that is being left loses its focus after its state
        if chart.layout.is_disposed() {
            return;
        }
        match name {
            "pointermove" => self.moved(event.unchecked_ref()),
            "pointerdown" => self.pressed(event.unchecked_ref()),
            "pointerup" => self.released(event.unchecked_ref()),
            "pointercancel" => self.cancelled(event.unchecked_ref()),
            "pointerleave" => self.left(event.unchecked_ref()),
            "dblclick" => chart.group.zoom(None),
            "wheel" => self.wheel(event.unchecked_ref()),
            "keydown" => keys::pressed(chart, event.unchecked_ref()),
            "focus" => keys::focus(chart),
            _ => chart.is_active.set(false),
        }
    }

    /// Position of an event in pixels of the chart.
    fn at(&self, event: &MouseEvent) -> (f64, f64) {
        let corner = self.place.node().get_bounding_client_rect();
        (f64::from(event.client_x()) - corner.left(), f64::from(event.client_y()) - corner.top())
    }

    fn pressed(&self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let (x, _) = self.at(event);
        // without capture a drag ends at the chart's edge
        drop(self.place.node().set_pointer_capture(event.pointer_id()));
        let mut touch = self.touch.borrow_mut();
        touch.down.push((event.pointer_id(), x));
        if touch.down.len() == 1 {
            touch.from = x;
        }
        touch.action = match () {
            () if touch.down.len() > 1 || event.shift_key() => Action::Pan,
            () if event.pointer_type() == "touch" => Action::Hover,
            () => Action::Select,
        };
    }

    fn moved(&self, event: &PointerEvent) {
        let (x, _) = self.at(event);
        let Some(layout) = self.chart.layout.get_untracked() else { return };
        let touch = self.touch.borrow().clone();
        let is_down = touch.down.iter().any(|(id, _)| *id == event.pointer_id());
        match touch.action {
            Action::Pan if is_down => self.drag(&layout, &touch, event.pointer_id(), x),
            Action::Select if is_down && (x - touch.from).abs() > SLACK => {
                self.chart.selection.set(Some((touch.from, x)));
            }
            _ if self.chart.pinned.get_untracked().is_some() => {}
            _ => {
                self.chart.is_active.set(true);
                self.chart.put_cursor(layout.across.slot_at(x));
            }
        }
    }

    /// One pointer pans; two pan and zoom so that what is under them stays there.
    fn drag(&self, layout: &Geometry, touch: &Touch, id: i32, x: f64) {
        let Some(&(_, before)) = touch.down.iter().find(|(known, _)| *known == id) else { return };
        let window = match touch.down.iter().find(|(known, _)| *known != id) {
            Some(&(_, other)) if (x - other).abs() > SLACK => {
                layout.across.zoomed(((before - other) / (x - other)).abs(), other)
            }
            Some(_) => return,
            None => layout.across.panned(x - before),
        };
        show(&self.chart, layout, window);
        let mut touch = self.touch.borrow_mut();
        touch.down.iter_mut().filter(|(known, _)| *known == id).for_each(|p| p.1 = x);
    }

    fn released(&self, event: &PointerEvent) {
        let at = self.at(event);
        let touch = self.forget(event);
        let selection = self.chart.selection.get_untracked();
        let Some(layout) = self.chart.layout.get_untracked() else { return };
        match (touch.action, selection) {
            (Action::Select, Some((from, to))) => {
                self.chart.selection.set(None);
                show(&self.chart, &layout, layout.across.between(from, to));
            }
            (Action::Pan, _) => {}
            _ if (at.0 - touch.from).abs() <= SLACK => {
                self.clicked(&layout, at, event.pointer_type() == "touch");
            }
            _ => {}
        }
    }

    /// A click on a point keeps its tooltip, one elsewhere lets it go; a second tap on a point opens it.
    fn clicked(&self, layout: &Geometry, (x, y): (f64, f64), is_touch: bool) {
        let before = self.chart.point_at_cursor();
        let was_pinned = self.chart.let_go();
        self.chart.is_active.set(true);
        self.chart.put_cursor(layout.across.slot_at(x));
        let Some(point) = self.chart.point_at_cursor() else { return };
        let Some(place) = layout.point(point.0, point.1) else { return };
        let is_near = (place.0 - x).hypot(place.1 - y) <= REACH;
        let is_again = before == Some(point);
        match (is_near, is_touch && is_again) {
            (true, true) => open(&self.chart),
            (true, false) if !(was_pinned && is_again) => self.chart.pin(),
            _ => {}
        }
    }

    fn cancelled(&self, event: &PointerEvent) {
        self.forget(event);
        self.chart.selection.set(None);
    }

    /// Removes a pointer; what it did until now.
    fn forget(&self, event: &PointerEvent) -> Touch {
        let before = self.touch.borrow().clone();
        let mut touch = self.touch.borrow_mut();
        touch.down.retain(|(id, _)| *id != event.pointer_id());
        if touch.down.is_empty() {
            touch.action = Action::Hover;
        }
        before
    }

    fn left(&self, event: &PointerEvent) {
        let is_pinned = self.chart.pinned.get_untracked().is_some();
        if event.pointer_type() != "touch" && self.touch.borrow().down.is_empty() && !is_pinned {
            self.chart.is_active.set(false);
            self.chart.put_cursor(None);
        }
    }

    /// Zooms with Ctrl, Cmd or Shift; without, the page scrolls.
    fn wheel(&self, event: &WheelEvent) {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            return;
        }
        event.prevent_default();
        let Some(layout) = self.chart.layout.get_untracked() else { return };
        let delta = if event.delta_y() == 0.0 { event.delta_x() } else { event.delta_y() };
        let pixels = if event.delta_mode() == 0 { delta } else { delta * 30.0 };
        let factor = (pixels * 0.002).exp().clamp(0.5, 2.0);
        show(&self.chart, &layout, layout.across.zoomed(factor, self.at(event).0));
    }
}

/// Shows a window in all charts of the group, within what is there.
pub fn show(chart: &Chart, layout: &Geometry, window: Window) {
    let slots = layout.across.slots();
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return };
    let all = chart.group.view.get_untracked().extent.unwrap_or((*first, *last));
    chart.group.zoom(clamp(window, all));
}

/// Opens the point under the cursor.
pub fn open(chart: &Chart) {
    if let Some(point) = chart.point_at_cursor() {
        (chart.actions.open)(point);
    }
}
