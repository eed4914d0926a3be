//! One series: how it stands, a chart a metric, why its records were judged as they were, and its runs.

mod chart_state;
mod charts;
mod controls;
mod introduction;
mod known;
pub mod model;
pub mod plots;
pub mod runs;
pub mod summary;
mod trials;
pub mod view;
