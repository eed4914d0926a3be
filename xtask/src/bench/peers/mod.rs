//! One benchmark in bench-runner and in diffusers, stage by stage.
//!
//! `benchmarks/wan-small-dummy-cpu.json` is the one source of the shape: both programs read it, make
//! up random weights of it, and run its steps on as many threads in f32. Rounds are interleaved, a
//! trial of the peer and a run of ours, so that a busy moment meets both.

mod ours;
mod peer;
mod table;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use serde_json::json;

pub use self::{ours::Ours, peer::Peer};
use super::{
    Bench,
    measure::{all_threads, load_average},
    venv::{self, Packages},
};
use crate::versions::PEER_PACKAGES;

const BENCHMARK: &str = "benchmarks/wan-small-dummy-cpu.json";
const SCRIPT: &str = include_str!("diffusers_wan.py");

/// The whole trial, beside its stages.
pub const END_TO_END: &str = "end_to_end";
/// The peer's text encoder as diffusers calls it; no part of its trial.
const PADDED: &str = "text_encoder_padded";

/// Options of the comparison.
#[derive(clap::Args)]
#[group(id = "of_peers")]
pub struct Args {
    /// Python environment of --peers and --llm, made where it is missing [default: peers-venv in
    /// cargo's target folder]
    #[arg(long, value_name = "DIR", requires = "generated")]
    pub venv: Option<PathBuf>,
    /// Threads of each program of --peers and --llm [default: all]
    #[arg(long, value_name = "N", requires = "generated", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

impl Args {
    /// Threads of each program.
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(all_threads, usize::from)
    }
}

/// Seconds of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Time {
    /// From begin to end.
    pub wall_s: f64,
    /// Processor time over all threads.
    pub cpu_s: f64,
}

/// What one trial took, by stage.
pub type Round = BTreeMap<String, Time>;

/// Measures both programs and prints their ratio by stage.
pub fn run(bench: &Bench, args: &Args) -> Result<()> {
    let python = python(bench, args.venv.as_deref(), &[])?;
    let threads = args.threads();
    let config = bench.workspace.root.join(BENCHMARK);
    let ours = Ours::prepare(bench, &config, threads)?;
    println!(
        "{BENCHMARK} on {threads} threads, {} rounds; on two idle cores 1 min and 30 s a round",
        bench.runs
    );
    let load_before = load_average();
    let mut peer = Peer::start(bench.workspace, &python, SCRIPT, &[&config], threads)?;
    peer.trial(&json!({})).context("the peer's warm-up")?;
    let (mut our_rounds, mut peer_rounds) = (Vec::new(), Vec::new());
    let mut shares = Vec::new();
    for round in 1..=bench.runs {
        peer_rounds.push(peer.trial(&json!({}))?);
        let run = ours.run()?;
        println!(
            "  round {round}: {}",
            table::round_line(&run.round, &peer_rounds[peer_rounds.len() - 1])
        );
        our_rounds.push(run.round);
        shares.push(run.shares);
    }
    println!("\n{}", ours.machine()?);
    println!("peer: {}", peer.versions());
    println!("load average: {load_before} before, {} after", load_average());
    table::print(&our_rounds, &peer_rounds)?;
    table::print_shares(&shares)
}

/// The interpreter of `given`, or of the environment that all peers share, which has diffusers and
/// what `further` pins.
pub fn python(bench: &Bench, given: Option<&Path>, further: &[&'static str]) -> Result<PathBuf> {
    let shared = bench.workspace.target.join("peers-venv");
    let pinned = [&PEER_PACKAGES, further].concat();
    let packages = Packages { pinned: &pinned, usually: "4 min, 6 GB of disk" };
    venv::ensure(bench.workspace, given.unwrap_or(&shared), &packages)
}
