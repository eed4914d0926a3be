//! Load tests as benchmarks: a plan with a `load` block in; its measurements, a server, and raw records out.
//!
//! Each rate, or number of users, is a measurement with a record of its own, and so is the capacity that a search
//! finds. What was set is part of their variant, in the words by which imported load tests are told apart.

mod interrupted;
mod options;
mod record;
mod server;
mod steps;
mod words;

pub(super) use interrupted::until_interrupted;
pub(super) use record::{Taken, capacity, measured};
pub(super) use server::{Serving, Start};
pub use steps::{Measurement, Step, Steps};
pub(super) use words::{as_fields, failed};
