//! `cargo xtask bench --site`: the bundled site in headless Chromium, beside Plotly and uPlot.
//!
//! In: the bundle, histories that a generator makes. Out: bytes, times and memory, each with its
//! target. Every run is a first visit: a new browser with an empty profile. Frames are drawn by a
//! software rasterizer and come as fast as they are drawn.

mod history;
mod large;
mod memory;
mod overview;
mod plotly;
mod series;
mod uplot;
mod visit;
mod zoom;

use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;
use first_light::duration::in_words;
use site_tests::session::Programs;

use super::Bench;
use crate::{
    setup::{self, Browser, Part},
    site::dist,
    step,
};

/// What the measurements share.
pub struct Site<'b> {
    /// Workspace and number of runs.
    pub bench: &'b Bench<'b>,
    /// Browser and driver.
    pub programs: Programs,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Subject {
    /// The overview of 60 series
    Overview,
    /// The page of a series
    Series,
    /// One chart of 10,000 and of 1,000,000 points
    Charts,
    /// Histories of 1,000 and 10,000 series
    Large,
}

impl Subject {
    fn run(self, site: &Site) -> Result<()> {
        match self {
            Self::Overview => overview::run(site),
            Self::Series => series::run(site),
            Self::Charts => zoom::run(site),
            Self::Large => large::run(site),
        }
    }
}

/// Bundles the site, then measures the subjects of `only`; all where it is empty.
pub fn run(bench: &Bench, only: &[Subject]) -> Result<()> {
    let started = Instant::now();
    let parts = [Part::Toolchain, Part::Site, Part::Browser, Part::Charts];
    setup::ensure_all(bench.workspace, &parts)?;
    step::run_all(crate::site::steps(bench.workspace)?, started)?;
    let Browser { browser, driver } = Browser::find().context("no Chromium with chromedriver")?;
    let site = Site { bench, programs: Programs::of_chromium(browser, driver) };
    println!(
        "\nmedians of {} first visits each, from {}",
        bench.runs,
        dist(bench.workspace).display()
    );
    let subjects = Subject::value_variants()
        .iter()
        .filter(|subject| only.is_empty() || only.contains(subject));
    subjects.copied().try_for_each(|subject| subject.run(&site))?;
    println!("\n{} in total", in_words(started.elapsed()));
    Ok(())
}
