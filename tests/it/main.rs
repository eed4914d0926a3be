//! The real binary, end to end, in temporary folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its folder has failed")]

mod checkpoint;
mod formats;
mod golden;
mod run;
mod run_command;
mod support;
mod verify;
