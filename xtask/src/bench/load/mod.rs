//! The load client beside vllm-rs, oha and AIPerf: errors of latencies that are known, and how late requests are.
//!
//! The server is a double in this process, whose delays are written down; clients are processes of their own.
//! Rounds go from one client to the next, so that a busy moment meets all.

mod client;
pub mod peers;
mod sending;
mod server;
mod streams;

use anyhow::{Context, Result};
use tempfile::TempDir;

use self::client::{Client, Clients};
use super::{
    Bench,
    measure::{all_threads, load_average},
};

/// Measures streams, then sending, and prints both.
pub fn run(bench: &Bench) -> Result<()> {
    let folder = TempDir::new().context("cannot make a temporary folder")?;
    let clients = Clients::prepare(bench, folder.path())?;
    println!("{} threads, {} rounds; about 2 min a round", all_threads(), bench.runs);
    let load_before = load_average();
    streams::measure(bench, &clients)?;
    sending::measure(bench, &clients)?;
    println!("\nload average: {load_before} before, {} after", load_average());
    Ok(())
}

/// The median of what rounds measured; `None` without any.
fn median(of_rounds: &[f64]) -> Option<f64> {
    bench_records::stats::median(of_rounds)
}
