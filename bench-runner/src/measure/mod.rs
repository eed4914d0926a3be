//! Measuring: a loaded pipeline and a plan in, every trial of a run out.
//!
//! The modules in the order in which a run uses them. Between two trials there is no file written,
//! no process started and nothing slept.

pub mod interrupt;
pub mod machine;
pub mod sampling;
pub mod stated;
pub mod stopping;
pub mod summary;
pub mod trial;
pub mod watch;
