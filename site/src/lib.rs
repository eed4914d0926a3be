//! The dashboard: history of generative-inference benchmarks in the browser.
//!
//! In: `config.json` and the index that it names, both beside the page or on another host. Out:
//! overview, series, regressions, compare, run and method, whose state stands in the URL's hash.
//! Verdicts and medians are computed here by bench-records, the same code that fails CI.
//!
//! Pages use no `view!` macro: it gives each view a type with its own code, which was a third of what a
//! browser downloaded. [`dom`] makes elements one by one instead, and leptos' signals drive their parts.
//!
//! Three programs are made of it: `overview` and `series` show that page alone and are soon there;
//! `pages` shows all and takes their place once a reader goes on.

#![expect(clippy::needless_pass_by_value, reason = "an element takes what it holds")]

pub mod app;
pub mod changes;
pub mod chart;
pub mod commits;
pub mod components;
pub mod config;
pub mod dataset;
pub mod dom;
pub mod facts;
pub mod format;
pub mod handover;
pub mod idle;
pub mod judged;
pub mod load;
pub mod metrics;
pub mod observe;
pub mod pages;
pub mod query;
pub mod reading;
pub mod remarks;
pub mod search;
pub mod sides;
pub mod state;
pub mod sweeps;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod trials;
