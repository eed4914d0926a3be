//! A language model in bench-runner and in transformers on PyTorch: prefill and decode by batch.
//!
//! `architecture.json` is the shape of SmolLM2-135M; the peer makes up weights of it, once, in a
//! checkpoint that both programs read. First ours has to agree with what the peer computes from it.
//! Rounds are interleaved, a trial of the peer and a run of ours, so that a busy moment meets both.

mod shape;
mod table;

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::json;

use self::shape::BATCH_SIZES;
use super::{
    Bench,
    measure::load_average,
    peers::{self, Ours, Peer, Round},
};
use crate::{process::output, runner::Profile};

const SCRIPT: &str = include_str!("transformers_llama.py");

/// Rounds of one batch size.
#[derive(Default)]
pub struct Rounds {
    /// By bench-runner.
    pub ours: Vec<Round>,
    /// By the peer.
    pub peer: Vec<Round>,
}

/// Measures both programs and prints their tokens per second.
pub fn run(bench: &Bench, args: &peers::Args) -> Result<()> {
    let python = peers::python(bench, args.venv.as_deref(), &[])?;
    let threads = args.threads();
    let folder = bench.workspace.target.join("bench").join("llm");
    fs::create_dir_all(&folder)?;
    let (checkpoint, architecture) = (folder.join("checkpoint"), folder.join("architecture.json"));
    fs::write(&architecture, shape::ARCHITECTURE)?;
    let first = folder.join("benchmark.json");
    fs::write(&first, shape::benchmark(&checkpoint, BATCH_SIZES[0]).to_string())?;
    println!(
        "{} threads: {threads}, {} rounds; a round takes about 40 s of processor time",
        shape::WORDS,
        bench.runs
    );
    let load_before = load_average();
    let files: [&Path; 2] = [&first, &architecture];
    let mut peer = Peer::start(bench.workspace, &python, SCRIPT, &files, threads)?;
    agree(bench, &checkpoint, &folder.join("reference.safetensors"))?;
    let ours = BATCH_SIZES.map(|batch_size| {
        let benchmark = shape::benchmark(&checkpoint, batch_size);
        Ours::write(bench, &folder.join(format!("batch-{batch_size}")), benchmark, threads)
    });
    let ours = ours.into_iter().collect::<Result<Vec<_>>>()?;
    let mut rounds = BATCH_SIZES.map(|_| Rounds::default());
    peer.trial(&json!({"batch_size": 1})).context("the peer's warm-up")?;
    for round in 1..=bench.runs {
        for ((batch_size, ours), rounds) in BATCH_SIZES.into_iter().zip(&ours).zip(&mut rounds) {
            rounds.peer.push(peer.trial(&json!({"batch_size": batch_size}))?);
            rounds.ours.push(ours.run()?.round);
            println!("  round {round}, batch {batch_size}: {}", table::round_line(rounds));
        }
    }
    println!("\n{}", ours[0].machine()?);
    println!("peer: {}", peer.versions());
    println!("load average: {load_before} before, {} after", load_average());
    table::print(&rounds)
}

/// Makes sure that both compute the same: logits of a prompt, and the tokens that follow it.
fn agree(bench: &Bench, checkpoint: &Path, reference: &Path) -> Result<()> {
    let mut verify = Profile::call(bench.workspace);
    verify.args(["verify", "--device", "cpu", "--model"]).arg(checkpoint);
    let said = output(verify.arg("--reference").arg(reference))
        .context("ours computes something else than the peer, so that no speed says anything")?;
    println!("{}", said.trim_end());
    Ok(())
}
