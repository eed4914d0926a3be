//! Compare: two commits, two devices or two variants side by side.

pub mod candidates;
pub mod model;
pub mod view;

#[cfg(test)]
mod tests;
