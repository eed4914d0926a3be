//! False alarms and steps found, a column a tool.

use std::ops::Add;

use anyhow::Result;

use super::{
    kinds::Noise,
    rows::{header, row},
    score::{Counts, MARGIN, last},
    series::{POINTS, Series, Steps, stepping, unchanging},
    tool::{Answer, Tools},
};
use crate::bench::table::Target;

/// Series of each kind of noise without a step.
const UNCHANGING: u64 = 240;
/// Series of each kind of noise and each size of steps.
const STEPPING: u64 = 40;
const MOST_FALSE_ALARMS: f64 = 0.1;

/// Prints false alarms per 1,000 points, by kind of noise.
pub fn false_alarms(tools: &Tools) -> Result<()> {
    let kinds = Noise::UNCHANGING.len();
    let points = kinds * UNCHANGING as usize * POINTS;
    println!(
        "\nfalse alarms per 1,000 points: {points} points without a step, {kinds} kinds of noise, \
         {UNCHANGING} series of {POINTS} points each"
    );
    let all: Vec<Series> = Noise::UNCHANGING.iter().flat_map(|kind| unchanged(*kind)).collect();
    let said = tools.all_said(&all)?;
    header();
    for (place, kind) in Noise::UNCHANGING.iter().enumerate() {
        let of_kind = |said: &Vec<Answer>| {
            let from = place * UNCHANGING as usize;
            alarms(&said[from..from + UNCHANGING as usize])
        };
        row(kind.name(), &said.iter().map(of_kind).map(three_decimals).collect::<Vec<_>>());
    }
    row("all", &said.iter().map(|said| three_decimals(alarms(said))).collect::<Vec<_>>());
    row("ms a series", &said.iter().map(|said| milliseconds(said)).collect::<Vec<_>>());
    println!(
        "  ours reads records one by one and answers after each; the others read a series once"
    );
    let target = Target {
        what: "false alarms of ours per 1,000 points",
        actual: alarms(&said[0]),
        most: MOST_FALSE_ALARMS,
        unit: "",
    };
    println!("{}", target.line());
    println!("\nthe same, of series that wander and have no level");
    header();
    for kind in Noise::WANDERING {
        let said = tools.all_said(&unchanged(kind))?;
        row(kind.name(), &said.iter().map(|said| three_decimals(alarms(said))).collect::<Vec<_>>());
    }
    Ok(())
}

/// Prints F1, precision and recall, by size of steps, and F1 by kind of noise.
pub fn steps_found(tools: &Tools) -> Result<()> {
    for steps in [Steps::Clear, Steps::Subtle] {
        let of_kind = |kind: &Noise| -> Vec<Series> {
            (0..STEPPING).map(|seed| stepping(*kind, steps, seed)).collect()
        };
        let all: Vec<Series> = Noise::UNCHANGING.iter().flat_map(of_kind).collect();
        let count: usize = all.iter().map(|series| series.steps.len()).sum();
        println!(
            "\n{}: {count} steps in {} series of the same noise; found within {MARGIN} records",
            steps.name(),
            all.len()
        );
        let said = tools.all_said(&all)?;
        let counts: Vec<Vec<Counts>> = said.iter().map(|said| counted(said, &all)).collect();
        print_counts(&counts);
    }
    Ok(())
}

fn print_counts(counts: &[Vec<Counts>]) {
    let of = |from: usize, to: usize, figure: fn(Counts) -> f64| -> Vec<String> {
        let sums = counts.iter().map(|counts| sum(&counts[from..to]));
        sums.map(figure).map(three_decimals).collect()
    };
    let all = counts.first().map_or(0, Vec::len);
    header();
    row("F1", &of(0, all, Counts::f1));
    row("precision", &of(0, all, Counts::precision));
    row("recall", &of(0, all, Counts::recall));
    for (place, kind) in Noise::UNCHANGING.iter().enumerate() {
        let from = place * STEPPING as usize;
        row(&format!("F1, {}", kind.name()), &of(from, from + STEPPING as usize, Counts::f1));
    }
}

fn unchanged(kind: Noise) -> Vec<Series> {
    (0..UNCHANGING).map(|seed| unchanging(kind, seed)).collect()
}

fn counted(said: &[Answer], series: &[Series]) -> Vec<Counts> {
    let pairs = said.iter().zip(series);
    pairs.map(|(said, series)| Counts::of(last(&said.reports), &series.steps)).collect()
}

fn sum(counts: &[Counts]) -> Counts {
    counts.iter().copied().fold(Counts::default(), Add::add)
}

/// Reports at the end, per 1,000 points.
fn alarms(said: &[Answer]) -> f64 {
    let reports: usize = said.iter().map(|said| last(&said.reports).len()).sum();
    reports as f64 * 1e3 / (said.len() * POINTS) as f64
}

fn milliseconds(said: &[Answer]) -> String {
    let seconds: f64 = said.iter().map(|said| said.seconds).sum();
    format!("{:.1}", seconds * 1e3 / said.len() as f64)
}

fn three_decimals(figure: f64) -> String {
    format!("{figure:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_are_what_is_reported_at_the_end_per_thousand_points() {
        let answer = |reports| Answer { reports, seconds: 0.0 };
        let quiet = answer(vec![(30, vec![20]), (31, vec![])]);
        let loud = answer(vec![(30, vec![20]), (90, vec![20, 80])]);
        // two of 1,000 points
        assert_eq!(alarms(&[quiet.clone(), loud, quiet.clone(), quiet]), 2.0);
    }
}
