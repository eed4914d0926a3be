//! How many records of a new level it takes until a step is reported, and what is taken back.

use std::ops::Add;

use anyhow::Result;
use bench_records::stats::median;

use super::{
    kinds::Noise,
    rows::{header, row},
    score::{Withdrawn, delay},
    series::{AFTER, BEFORE, Series, growing},
    tool::{Answer, Tool, Tools},
};
use crate::bench::table::Target;

/// Sizes of steps, in standard deviations of the noise.
const SIZES: [f64; 7] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0];
/// Series of each size that all tools read: the peers read each of them over a hundred times.
const SHARED: u64 = 20;
/// Series of each size and kind of noise that ours reads alone.
const ALONE: u64 = 100;
const KINDS_ALONE: [Noise; 5] =
    [Noise::White, Noise::HeavyTails, Noise::Bimodal, Noise::Correlated3, Noise::Correlated6];

/// Longer than the mean of any two delays.
const NEVER: f64 = 1e9;

/// Prints delays of all tools in white noise, then what they took back, then delays of ours in other
/// noise.
pub fn run(tools: &Tools) -> Result<()> {
    println!(
        "\nrecords of the new level until a step is reported, in white noise: median (share reported \
         within {AFTER}); {BEFORE} records before it, {SHARED} series a size, each read after every \
         record"
    );
    let all: Vec<Series> = sized(Noise::White, SHARED);
    let said = tools.all_said(&all)?;
    header();
    print_delays(&said, SHARED as usize);
    let withdrawn: Vec<Withdrawn> = said.iter().map(|said| withdrawn(said)).collect();
    let counts = |count: fn(&Withdrawn) -> usize| -> Vec<String> {
        withdrawn.iter().map(|withdrawn| count(withdrawn).to_string()).collect()
    };
    row("reports taken back", &counts(|withdrawn| withdrawn.taken_back));
    row("reports moved", &counts(|withdrawn| withdrawn.moved));
    alone(tools)
}

fn alone(tools: &Tools) -> Result<()> {
    println!("\nthe same, ours alone, by noise; {ALONE} series a size");
    let mut said = Vec::new();
    for kind in KINDS_ALONE {
        said.push(tools.answer(Tool::Ours, &sized(kind, ALONE))?);
    }
    row("", &KINDS_ALONE.map(|kind| in_short(kind.name()).to_owned()));
    print_delays(&said, ALONE as usize);
    let all = said.iter().map(|said| withdrawn(said)).fold(Withdrawn::default(), Add::add);
    let actual = (all.taken_back + all.moved) as f64;
    println!(
        "{}",
        Target { what: "reports of ours taken back or moved", actual, most: 0.0, unit: "" }.line()
    );
    Ok(())
}

/// A name without what it has in parentheses.
fn in_short(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

/// Series of one kind, size by size.
fn sized(kind: Noise, count: u64) -> Vec<Series> {
    let of_size =
        |size: &f64| -> Vec<Series> { (0..count).map(|seed| growing(kind, *size, seed)).collect() };
    SIZES.iter().flat_map(of_size).collect()
}

/// A row a size; each column has `count` series a size.
fn print_delays(columns: &[Vec<Answer>], count: usize) {
    for (place, size) in SIZES.iter().enumerate() {
        let cell = |said: &Vec<Answer>| delays(&said[place * count..(place + 1) * count]);
        row(&format!("{size} σ"), &columns.iter().map(cell).collect::<Vec<_>>());
    }
}

/// The median of all delays, one that did not end being the longest; and the share of those that did.
fn delays(said: &[Answer]) -> String {
    let ended: Vec<Option<usize>> = said.iter().map(|said| delay(&said.reports, BEFORE)).collect();
    let share = ended.iter().flatten().count() as f64 / said.len() as f64;
    let lengths = ended.iter().map(|delay| delay.map_or(NEVER, |delay| delay as f64));
    let middle = median(&lengths.collect::<Vec<_>>()).filter(|middle| *middle <= AFTER as f64);
    let middle = middle.map_or_else(|| format!("> {AFTER}"), |middle| middle.to_string());
    format!("{middle} ({:.0} %)", share * 100.0)
}

fn withdrawn(said: &[Answer]) -> Withdrawn {
    said.iter().map(|said| Withdrawn::of(&said.reports)).fold(Withdrawn::default(), Add::add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_not_reported_counts_as_the_longest_delay() {
        let after = |records: usize| Answer {
            reports: vec![(BEFORE + records, vec![BEFORE])],
            seconds: 0.0,
        };
        let never = || Answer { reports: Vec::new(), seconds: 0.0 };
        assert_eq!(delays(&[after(5), after(9), never()]), "9 (67 %)");
        assert_eq!(delays(&[after(5), never(), never()]), "> 100 (33 %)");
    }
}
