//! The real binary, end to end, in temporary folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its folder has failed")]

mod cli;
mod compare;
mod dataset;
mod documents;
mod import;
mod load;
mod publish;
mod run;
mod serve;
mod store;
mod suite;
mod support;
mod templates;
