//! 20,000 records: reading all of them in Python, beside indexing them and judging one result.
//!
//! Rounds are interleaved, Python, index, compare, so that a busy moment meets all three.

use std::process::Command;

use anyhow::{Context, Result};

use super::{
    Bench,
    history::Size,
    layout::StoreLayout,
    measure::{Usage, measure, summarize},
    store::Store,
    table::{Target, print_usages},
};
use crate::process::output;

const SIZE: Size = Size { series: 100, points: 200 };
const READ_ALL: &str = include_str!("read_all.py");

/// Measures both layouts.
pub fn run(bench: &Bench) -> Result<()> {
    let python = python()?;
    println!("20,000 records in each layout, {} rounds; usually 2 min in all", bench.runs);
    for layout in [StoreLayout::FastVideo, StoreLayout::Records] {
        println!("\n{} layout", layout.name());
        let store = Store::make(bench, layout, SIZE)?;
        print(&Figures::measure(&store, &python, bench.runs)?);
    }
    Ok(())
}

/// The interpreter itself: `python3` may be a script that looks for it, which takes time.
fn python() -> Result<String> {
    let print_path = ["-c", "import sys; print(sys.executable)"];
    let path = output(Command::new("python3").args(print_path))
        .context("the figures stand beside Python's; install Python 3")?;
    Ok(path.trim().to_owned())
}

struct Figures {
    python: Usage,
    index: Usage,
    compare: Usage,
}

impl Figures {
    fn measure(store: &Store, python: &str, rounds: u64) -> Result<Self> {
        let (mut pythons, mut indexes, mut compares) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let mut read_all = Command::new(python);
            pythons.push(measure(read_all.args(["-c", READ_ALL]).arg(store.history()))?);
            store.forget_index()?;
            indexes.push(measure(&mut store.index())?);
            compares.push(measure(&mut store.compare())?);
        }
        let summary = |runs: &[Usage]| summarize(runs).context("at least one round is measured");
        Ok(Self {
            python: summary(&pythons)?,
            index: summary(&indexes)?,
            compare: summary(&compares)?,
        })
    }

    fn targets(&self) -> [Target<'_>; 5] {
        let ratio = |what, usage: &Usage, most, of: fn(&Usage) -> f64| {
            let actual = of(usage) / of(&self.python);
            Target { what, actual, most, unit: "" }
        };
        [
            ratio("compare / Python, wall", &self.compare, 0.1, |usage| usage.wall_s),
            ratio("cold index / Python, wall", &self.index, 1.0, |usage| usage.wall_s),
            // what a busy machine disturbs less
            ratio("cold index / Python, processor", &self.index, 0.6, |usage| usage.cpu_s),
            Target::memory("peak of compare", &self.compare, 100.0),
            Target::memory("peak of cold index", &self.index, 100.0),
        ]
    }
}

fn print(figures: &Figures) {
    print_usages(&[
        ("Python's json reads every file", figures.python),
        ("bench-runner index, from nothing", figures.index),
        ("bench-runner compare, index kept up", figures.compare),
    ]);
    for target in figures.targets() {
        println!("{}", target.line());
    }
}
