//! The server under load: what it adds to a generation, and what batches gain.
//!
//! `benchmarks/tiny-wan-cpu.json` is the one source of model and steps. One server for each way of batching, and
//! one in FastAPI on diffusers, stay loaded; rounds go from one to the next, so that a busy moment meets all.

mod client;
mod contenders;
mod low_load;
mod overhead;
mod peer;
mod server;
mod shape;
mod spread;
mod throughput;

use anyhow::Result;

use self::contenders::Contenders;
pub use self::spread::Spread;
use super::{
    Bench,
    measure::{all_threads, load_average},
};

const BENCHMARK: &str = "benchmarks/tiny-wan-cpu.json";

/// Whom the server is measured beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// A plain server in Python, in an environment of its own.
    FastApi,
    /// Nobody.
    Nobody,
}

/// Measures overhead, low load and throughput, and prints them.
pub fn run(bench: &Bench, beside: Beside) -> Result<()> {
    let config = bench.workspace.root.join(BENCHMARK);
    let contenders = Contenders::start(bench, &config, beside)?;
    let (threads, runs) = (all_threads(), bench.runs);
    println!("{BENCHMARK} on {threads} threads, {runs} rounds; on two busy cores 45 s a round");
    let load_before = load_average();
    overhead::measure(bench, &config, &contenders)?.print()?;
    low_load::measure(bench, &contenders)?.print()?;
    throughput::measure(bench, &config, &contenders)?.print()?;
    println!("\nload average: {load_before} before, {} after", load_average());
    Ok(())
}
