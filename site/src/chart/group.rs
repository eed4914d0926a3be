//! What the charts of a page share: window, cursor, and how they are shown.

use leptos::prelude::*;

use super::{
    layout::View,
    scale::{Scale, Spacing, Window},
};

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
    /// Zoom: times shown, all where `None`.
    pub window: RwSignal<Option<Window>>,
    /// What "all" is and a reset returns to: the lookback; every point where `None`.
    pub extent: RwSignal<Option<Window>>,
    /// The point under the cursor.
    pub cursor: RwSignal<Option<Cursor>>,
    /// Time or even steps.
    pub spacing: RwSignal<Spacing>,
    /// Linear or logarithmic.
    pub scale: RwSignal<Scale>,
    /// In percent.
    pub relative: RwSignal<bool>,
}

impl Default for ChartGroup {
    fn default() -> Self {
        Self {
            window: RwSignal::new(None),
            extent: RwSignal::new(None),
            cursor: RwSignal::new(None),
            spacing: RwSignal::default(),
            scale: RwSignal::default(),
            relative: RwSignal::default(),
        }
    }
}

impl ChartGroup {
    /// How charts are shown now; a change of it draws them again.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            window: self.window.get(),
            extent: self.extent.get(),
            spacing: self.spacing.get(),
            scale: self.scale.get(),
            relative: self.relative.get(),
        }
    }
}
