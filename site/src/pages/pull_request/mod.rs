//! All runs of a pull request, each held against the level that main had then.

pub mod model;
pub mod view;
