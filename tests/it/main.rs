//! The real binary, end to end, in temporary folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its folder has failed")]

mod baselines;
mod builders;
mod exits;
mod golden;
mod hostile_text;
mod limits;
mod persist;
mod reports;
mod strict;
mod support;
mod variables;
