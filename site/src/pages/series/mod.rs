//! One series: a chart a metric, why its records were judged as they were, and its runs.

mod chart_state;
mod charts;
pub mod model;
pub mod plots;
pub mod runs;
mod trials;
pub mod view;
