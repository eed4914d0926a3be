//! Regressions: every finding of the newest records, or of all recent ones.

pub mod events;
pub mod filter;
pub mod model;
pub mod view;
pub mod words;
