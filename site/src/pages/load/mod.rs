//! A load test: the steps of a sweep as curves, a table, and up to which load it keeps an objective.

mod chosen;
mod controls;
pub mod model;
mod over_time;
mod plots;
mod slo;
mod steps;
mod summary;
mod track;
pub mod view;

#[cfg(test)]
mod tests;
