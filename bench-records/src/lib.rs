//! Records, series, gates and statistics of generative-inference benchmarks: values and pure
//! functions, the same ones in CI and in the browser.
//!
//! The modules in the order in which data flows through them.

#![forbid(unsafe_code)]

pub mod config;
pub mod stats;
