//! One run: its values judged, its trials, where it was made, how to make it again.

pub mod cite;
pub mod fields;
mod files;
mod judged;
mod measured;
pub mod model;
pub mod statistics;
pub mod view;
