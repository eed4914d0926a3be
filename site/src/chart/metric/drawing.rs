//! When a chart is drawn: once it has a size, and again where anything that it is made of changes.

use std::{rc::Rc, sync::Arc};

use leptos::prelude::*;

use super::Chart;
use crate::{
    chart::{
        colours::{self, Colours},
        draw,
        frame::{Frame, View},
        layout::{Geometry, Prepared},
        plot::Plot,
        surface::Surface,
    },
    dom::{before_next_frame, effect},
    observe::{self, Sight},
    theme::ThemeSignal,
};

/// What a drawing is made of.
pub(super) struct Inputs {
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

impl Chart {
    pub(super) fn follow_element(self: &Rc<Self>) {
        let chart = self.clone();
        let id = observe::observe(&self.canvas, move |sight| {
            match sight {
                Sight::InView(is_in_view) => chart.in_view.set(is_in_view),
                // it is out of the page
                Sight::Size(0.0, ..) => return,
                // known in the frame that gave it a size, which is to show it
                Sight::Size(width, height, is_here) => {
                    chart.size.set(Some((width, height)));
                    chart.in_view.set(is_here || chart.in_view.get());
                }
            }
            // the page may have been left
            chart.seen.update(|seen| *seen = seen.wrapping_add(1));
        });
        on_cleanup(move || id.into_iter().for_each(observe::forget));
    }

    /// Draws after any change, while in view: at once, and what changes until the next frame in that.
    pub(super) fn follow_changes(self: &Rc<Self>) {
        let theme = use_context::<ThemeSignal>();
        let chart = self.clone();
        effect(move || {
            chart.plot.track();
            chart.seen.track();
            chart.group.view.track();
            colours::track(theme);
            if chart.in_view.get() && !chart.is_due.replace(true) {
                chart.draw().unwrap_or_default();
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
        let layout = Geometry::new(&inputs.plot, &self.prepare(&inputs.plot), inputs.view, frame);
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
}
