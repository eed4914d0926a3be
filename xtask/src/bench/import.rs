//! The same results imported again: what a schedule does whose tool writes its whole history.
//!
//! In: how many records. Out: the times of a first import, of the same again, and of the same again
//! after `compact`, which may take a third of the first.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use bench_records::{stats::median, time::Micros};
use serde_json::json;

use super::{
    Bench,
    measure::{Usage, measure},
    table::{Target, print_usages},
};
use crate::{process, runner::Profile};

/// Benchmarks of each commit; the number of commits follows.
const SERIES: usize = 100;
/// The median share of these counts: one that another process disturbs does not.
const ROUNDS: usize = 3;
const MOST_OF_FIRST: f64 = 1.0 / 3.0;
/// When all months of the history are over.
const NOW: &str = "2036-01-01T00:00:00Z";
const FIRST: Micros = Micros(1_735_689_600_000_000);
const HOUR: i64 = 3_600_000_000;

/// Measures with that many records, rounded down to whole commits.
pub fn run(bench: &Bench, records: usize) -> Result<()> {
    let imports = Imports::make(bench, records / SERIES)?;
    let count = records / SERIES * SERIES;
    println!(
        "{count} records of github-action-benchmark; usually 3 to 15 min, the most of it compacting"
    );
    let rounds = (0..ROUNDS).map(|_| imports.round(count)).collect::<Result<Vec<_>>>()?;
    for (number, round) in (1..).zip(&rounds) {
        println!("round {number} of {ROUNDS}");
        print_usages(&[
            ("bench-runner import, the first time", round.first),
            ("bench-runner import, again", round.again),
            ("bench-runner compact", round.compact),
            ("bench-runner import, after compact", round.compacted),
        ]);
    }
    for (what, usage) in [
        ("again", Round::again as fn(&Round) -> Usage),
        ("after compact", Round::compacted as fn(&Round) -> Usage),
    ] {
        let share = |part: fn(Usage) -> f64| {
            let shares = rounds.iter().map(|round| part(usage(round)) / part(round.first));
            median(&shares.collect::<Vec<_>>()).context("a share of three rounds")
        };
        for (time, part) in
            [("wall", wall as fn(Usage) -> f64), ("processor", cpu as fn(Usage) -> f64)]
        {
            let what = &format!("share of the first import's {time} time, {what}");
            let target = Target { what, actual: share(part)?, most: MOST_OF_FIRST, unit: "" };
            println!("{}", target.line());
        }
    }
    Ok(fs::remove_dir_all(&imports.folder)?)
}

/// What each step of a round took.
struct Round {
    first: Usage,
    again: Usage,
    compact: Usage,
    compacted: Usage,
}

impl Round {
    fn again(&self) -> Usage {
        self.again
    }

    fn compacted(&self) -> Usage {
        self.compacted
    }
}

fn wall(usage: Usage) -> f64 {
    usage.wall_s
}

fn cpu(usage: Usage) -> f64 {
    usage.cpu_s
}

struct Imports<'b> {
    bench: &'b Bench<'b>,
    folder: PathBuf,
}

impl<'b> Imports<'b> {
    fn make(bench: &'b Bench<'b>, commits: usize) -> Result<Self> {
        let folder = bench.workspace.target.join("bench").join("import");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let imports = Self { bench, folder };
        write_data(&imports.data(), commits).context("writing data.js")?;
        Ok(imports)
    }

    /// Into an empty store, again, and again after compact.
    fn round(&self, records: usize) -> Result<Round> {
        if self.store().exists() {
            fs::remove_dir_all(self.store())?;
        }
        let first = measure(&mut self.import())?;
        let again = measure(&mut self.import())?;
        let compact = measure(self.call("compact").arg("--store").arg(self.store()))?;
        let compacted = measure(&mut self.import())?;
        let words = self.count()?;
        let expected = format!("{records} records");
        ensure!(words.contains(&expected), "expected {expected} in the store, found: {words}");
        Ok(Round { first, again, compact, compacted })
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data.js")
    }

    fn store(&self) -> PathBuf {
        self.folder.join("history")
    }

    fn import(&self) -> Command {
        let mut command = self.call("import");
        command.args(["--from", "github-action-benchmark"]).arg(self.data());
        command.arg("--store").arg(self.store());
        command
    }

    fn count(&self) -> Result<String> {
        process::output(self.call("index").arg("--store").arg(self.store()))
    }

    fn call(&self, subcommand: &str) -> Command {
        let mut command = Profile::call(self.bench.workspace);
        command.arg(subcommand).env("BENCH_RUNNER_NOW", NOW);
        command
    }
}

/// A commit every 17 hours, with a value a benchmark; written as it is made, because this process
/// must stay small.
fn write_data(path: &Path, commits: usize) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(br#"window.BENCHMARK_DATA = {"entries":{"s":["#)?;
    for commit in 0..commits {
        let time = Micros(FIRST.0 + commit as i64 * 17 * HOUR);
        let value = |series: usize| 100.0 + ((commit * 31 + series * 17) % 101) as f64 / 20.0;
        let benches: Vec<_> = (0..SERIES)
            .map(|series| json!({"name": format!("bench-{series}"), "value": value(series), "unit": "ms"}))
            .collect();
        let entry = json!({
            "commit": {"id": format!("{commit:040x}"), "message": "", "timestamp": time.to_iso()},
            "date": time.0 / 1000, "tool": "customSmallerIsBetter", "benches": benches,
        });
        if commit > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut out, &entry)?;
    }
    out.write_all(b"]}}")?;
    Ok(out.flush()?)
}
