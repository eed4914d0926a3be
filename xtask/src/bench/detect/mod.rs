//! `cargo xtask bench --detect`: change detection beside Otava, asv and ruptures.
//!
//! In: series that a generator makes, the same for all tools. Out: tables of false alarms, steps found,
//! delays, what was taken back, and times. Quality is the same on every machine; times are not.

mod browser;
mod delays;
mod kinds;
mod quality;
mod rows;
mod score;
mod series;
mod speed;
mod tool;

use std::time::Instant;

use anyhow::Result;
use first_light::duration::in_words;

use self::tool::Tools;
use super::Bench;

/// Measures and prints everything.
pub fn run(bench: &Bench) -> Result<()> {
    let tools = Tools::prepare(bench)?;
    let started = Instant::now();
    println!("usually 8 min on two idle cores");
    speed::run(&tools, bench.runs)?;
    browser::run(bench)?;
    quality::false_alarms(&tools)?;
    quality::steps_found(&tools)?;
    delays::run(&tools)?;
    println!("\n{} in total", in_words(started.elapsed()));
    Ok(())
}
