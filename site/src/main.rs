//! The dashboard: history of generative-inference benchmarks in the browser.
//!
//! In: `config.json` and the index that it names, both beside the page or on another host. Out:
//! overview, series, regressions, compare, run and method, whose state stands in the URL's hash.
//! Verdicts and medians are computed here by bench-records, the same code that fails CI.

#![expect(clippy::needless_pass_by_value, reason = "an element takes what it holds")]

mod app;
mod chart;
mod components;
mod config;
mod dataset;
mod dom;
mod format;
mod load;
mod pages;
mod query;
mod reading;
mod state;
#[cfg(test)]
mod testing;
mod theme;

fn main() {
    console_error_panic_hook::set_once();
    app::mount();
}
