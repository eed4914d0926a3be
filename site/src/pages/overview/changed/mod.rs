//! What changed: the first thing that the overview shows.

pub mod model;
pub mod view;
