//! Compare: two commits, two devices or two variants side by side.

pub mod candidates;
mod difference;
pub mod group;
mod markdown;
mod matching;
pub mod model;
mod pairs;
mod recipes;
mod result;
pub mod sheet;
pub mod view;

#[cfg(test)]
mod tests;
