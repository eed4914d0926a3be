//! Records for other tools.
//!
//! In: series of a store. Out: what another tool reads. Nothing is written here.

pub mod pytorch;
