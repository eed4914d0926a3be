//! What the charts of a page share: how they are shown, and the cursor.

use leptos::prelude::*;

use super::{across::Window, frame::View};

/// A point under the cursor: its place in the chart's times, and its time for charts that have
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Place among the times.
    pub slot: usize,
    /// Microseconds since 1970.
    pub time: i64,
}

/// Handle to the state that all charts of a page share; cheap to copy.
#[derive(Clone, Copy)]
pub struct ChartGroup {
    /// How charts are shown now; a change of it draws them again.
    pub view: RwSignal<View>,
    /// The point under the cursor.
    pub cursor: RwSignal<Option<Cursor>>,
}

impl ChartGroup {
    /// Charts that are shown like this at first.
    #[must_use]
    pub fn new(view: View) -> Self {
        Self { view: RwSignal::new(view), cursor: RwSignal::new(None) }
    }

    /// Shows a window, or all.
    pub fn zoom(&self, window: Option<Window>) {
        self.change(View { window, ..self.view.get_untracked() });
    }

    /// Shows charts like this.
    pub fn change(&self, view: View) {
        if self.view.get_untracked() != view {
            self.view.set(view);
        }
    }
}
