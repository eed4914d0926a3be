//! Language models: tests by model and device, and how each metric stands.

mod cell;
pub mod model;
mod names;
mod sheet;
mod sides;
pub mod view;

#[cfg(test)]
mod tests;
