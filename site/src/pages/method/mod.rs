//! Method: how all of this is computed, with the limits in force.

mod judging;
pub mod model;
mod numbers;
pub mod view;

#[cfg(test)]
mod tests;
