//! What HTTP and the queue add to a generation.
//!
//! Requests follow each other on one connection. Of each, the time that is neither a stage of the generation nor
//! the encoding of the file is the server's own. `run`'s clean trials of the same model stand beside.

use std::path::Path;

use anyhow::{Context, Result};
use bench_records::stats::median;

use super::{
    client::{Client, Timed},
    contenders::Contenders,
    shape::request,
    spread::Spread,
};
use crate::bench::{
    Bench,
    measure::all_threads,
    peers::{END_TO_END, Ours},
    table::Target,
};

const REQUESTS: u64 = 20;
const TRIALS: u64 = 3;
const GENERATION: [&str; 3] = ["text_encoder", "denoise", "vae_decode"];
const ALL: [&str; 6] = ["queue", "batch", "text_encoder", "denoise", "vae_decode", "encode"];
/// The server's own time may be this part of a generation, or [`MOST_MS`].
const MOST_SHARE: f64 = 0.01;
const MOST_MS: f64 = 2.0;

/// What was measured, round by round.
pub struct Overhead {
    requests: Vec<Vec<Timed>>,
    trials_s: Vec<Vec<f64>>,
}

/// Measures it without batches.
pub fn measure(bench: &Bench, config: &Path, contenders: &Contenders) -> Result<Overhead> {
    let threads = all_threads();
    let ours = Ours::prepare(bench, config, threads)?;
    let client = Client::of(contenders.off().server.port);
    let mut number = 10_000;
    let mut ask = || {
        number += 1;
        client.video(&request(number))
    };
    ask().context("the warm-up of the server")?;
    let (mut requests, mut trials_s) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let trial = || Ok(ours.run()?.round[END_TO_END].wall_s);
        trials_s.push((0..TRIALS).map(|_| trial()).collect::<Result<_>>()?);
        requests.push((0..REQUESTS).map(|_| ask()).collect::<Result<_>>()?);
    }
    Ok(Overhead { requests, trials_s })
}

impl Overhead {
    /// Prints medians of rounds, and the target.
    pub fn print(&self) -> Result<()> {
        println!(
            "\n{REQUESTS} requests one after the other, and {TRIALS} trials of `run`, a round"
        );
        println!("  {:<38} P50 in ms (rounds from … to …)", "");
        let trials: Vec<f64> = self.trials_s.iter().filter_map(|trials| median(trials)).collect();
        row("run: clean trial", &trials)?;
        row("server: its generation", &self.rounds(|timed| timed.of(&GENERATION)))?;
        row("server: encoding of the file", &self.rounds(|timed| timed.of(&["encode"])))?;
        row("server: queue", &self.rounds(|timed| timed.of(&["queue", "batch"])))?;
        row("client: what no stage has (HTTP)", &self.rounds(|t| t.latency_s - t.of(&ALL)))?;
        let latency = row("client: whole", &self.rounds(|timed| timed.latency_s))?;
        let added = row("client: HTTP and queue", &self.rounds(added_s))?;
        let most = MOST_MS.max(MOST_SHARE * latency.median);
        let what = "HTTP and queue";
        println!("{}", Target { what, actual: added.median, most, unit: " ms" }.line());
        Ok(())
    }

    /// The median of each round.
    fn rounds(&self, part: fn(&Timed) -> f64) -> Vec<f64> {
        let of = |round: &Vec<Timed>| median(&round.iter().map(part).collect::<Vec<_>>());
        self.requests.iter().filter_map(of).collect()
    }
}

fn added_s(timed: &Timed) -> f64 {
    timed.latency_s - timed.of(&GENERATION) - timed.of(&["encode"])
}

/// Prints a row of milliseconds.
fn row(name: &str, seconds: &[f64]) -> Result<Spread> {
    let spread = Spread::of(&seconds.iter().map(|s| 1000.0 * s).collect::<Vec<_>>())?;
    println!("  {name:<38} {}", spread.shown(2));
    Ok(spread)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_added_is_neither_generation_nor_encoding() {
        let stages = [("queue", 0.25), ("denoise", 2.0), ("vae_decode", 1.0), ("encode", 0.5)];
        let stages: BTreeMap<String, f64> =
            stages.into_iter().map(|(name, s)| (name.to_owned(), s)).collect();
        assert_eq!(added_s(&Timed { latency_s: 4.0, stages }), 0.5);
    }
}
