//! Method: how all of this is computed, with the limits in force.

pub mod model;
pub mod view;
