//! How long change detection takes, by kind of series.

use anyhow::{Context, Result};
use bench_records::stats::median;

use super::{kinds::Noise, series::timed, tool::Tools};
use crate::bench::table::Target;

/// Points of a series.
const LONG: usize = 10_000;
const MOST_WHITE_MS: f64 = 10.0;
const MOST_ANY_MS: f64 = 60.0;

/// Prints the time of a long series, and of one more record.
pub fn run(tools: &Tools, runs: u64) -> Result<()> {
    println!("\ntime of ours, {LONG} points, {runs} series of each kind; median and longest");
    println!(
        "  {:<26} {:>10} {:>10} {:>16} {:>8}",
        "", "all", "longest", "one more record", "steps"
    );
    let mut medians = Vec::new();
    for kind in Noise::timed() {
        let series: Vec<_> = (0..runs).map(|seed| timed(kind, LONG, seed)).collect();
        let times = tools.timed(&series)?;
        let wholes: Vec<f64> = times.iter().map(|(whole_ms, ..)| *whole_ms).collect();
        let lasts: Vec<f64> = times.iter().map(|(_, last_ms, _)| *last_ms).collect();
        let steps: usize = times.iter().map(|(.., steps)| steps).sum();
        let middle = |times: &[f64]| median(times).context("at least one series is timed");
        let (whole_ms, last_ms) = (middle(&wholes)?, middle(&lasts)?);
        let longest_ms = wholes.iter().copied().fold(0.0, f64::max);
        let steps = steps as f64 / runs as f64;
        println!(
            "  {:<26} {whole_ms:>7.2} ms {longest_ms:>7.2} ms {last_ms:>13.3} ms {steps:>8.1}",
            kind.name()
        );
        medians.push((kind, whole_ms));
    }
    let slowest = medians.iter().fold(0.0_f64, |slowest, (_, whole_ms)| slowest.max(*whole_ms));
    let target = |what, actual, most| Target { what, actual, most, unit: " ms" };
    println!("{}", target("white noise", medians[0].1, MOST_WHITE_MS).line());
    println!("{}", target("the slowest kind", slowest, MOST_ANY_MS).line());
    Ok(())
}
