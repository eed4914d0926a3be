//! Overview: every series at a glance, worst first.

pub mod model;
pub mod view;
