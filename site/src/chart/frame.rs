//! What the reader chose to see of a chart, and how large it is drawn.

use super::{
    across::{Spacing, Window},
    upwards::Scale,
};

/// What the reader chose to see; the same for all charts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct View {
    /// Times shown; all where `None`.
    pub window: Option<Window>,
    /// What "all" is; all points where `None`.
    pub extent: Option<Window>,
    /// Spacing across.
    pub spacing: Spacing,
    /// Scale upwards; the relative view is linear.
    pub scale: Scale,
    /// In percent of the first baseline, or else the first value, that is in view.
    pub relative: bool,
}

/// Size of the drawing and its margins, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Whole width.
    pub width: f64,
    /// Whole height.
    pub height: f64,
    /// Above the plot.
    pub top: f64,
}

impl Frame {
    /// Left margin, the same for all so that charts of a grid align.
    pub const LEFT: f64 = 56.0;
    /// Right margin.
    pub const RIGHT: f64 = 10.0;
    /// Room for the labels below.
    pub const BOTTOM: f64 = 22.0;

    pub(super) fn inner(&self) -> (f64, f64) {
        let width = self.width - Self::LEFT - Self::RIGHT;
        (width.max(20.0), (self.height - self.top - Self::BOTTOM).max(20.0))
    }
}
