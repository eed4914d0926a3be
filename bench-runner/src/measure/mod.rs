//! Measuring: the stage timer that pipelines are handed.

pub mod stage_clock;
