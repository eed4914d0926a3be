//! Overview: every series at a glance, worst first.

mod cards;
mod changed;
pub mod filter;
mod known;
pub mod model;
mod place;
mod standing;
pub mod view;
