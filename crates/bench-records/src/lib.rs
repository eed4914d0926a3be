//! Records, series, gates and statistics of generative-inference benchmarks: values and pure
//! functions, the same ones in CI and in the browser.
//!
//! The modules in the order in which data flows through them.

#![forbid(unsafe_code)]

pub mod bounds;
pub mod decimal;
pub mod metric;
pub mod metric_name;
pub mod scale;
pub mod split_mix;
pub mod stage;
pub mod stats;
pub mod time;

pub mod json;

pub mod config;

pub mod lenient;
pub mod naming;
pub mod order;
pub mod paths;
pub mod repeated;
pub mod text;
pub mod words;

pub mod branch;
pub mod broken_limits;
pub mod environment;
pub mod gpu_use;
pub mod provenance;
pub mod raw;
pub mod record;
pub mod requests;
pub mod verdict;

pub mod own_metrics;

pub mod identity;
pub mod normalize;

pub mod baseline;
pub mod series;
pub mod sweep;

pub mod events;

pub mod change;

pub mod coverage;
pub mod gate;
pub mod levels;
pub mod standing;
pub mod status;

pub mod hub;
pub mod index;
pub mod page;
