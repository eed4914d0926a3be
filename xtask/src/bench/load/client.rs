//! The clients that are measured, and how each is called for the same load.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use load_double::Double;
use serde_json::Value;

use super::peers;
use crate::{
    bench::{
        Bench,
        measure::{Usage, measure},
    },
    runner::Profile,
    workspace::Workspace,
};

/// A checkpoint whose tokenizer vllm-rs can read; what it counts is not compared.
const TOKENIZER: &str = "tests/fixtures/tiny-llama/llama/checkpoint";
/// A shape of gamma gaps that are even but for a thousandth.
const EVEN: &str = "1000000";
/// Connections of oha, which has a fixed number of them.
const CONNECTIONS: &str = "64";

/// Who sends requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Client {
    /// `bench-runner load`.
    Ours,
    /// `vllm-rs bench serve`, the program.
    VllmRs(PathBuf),
    /// `oha`, the program; it measures no streams.
    Oha(PathBuf),
    /// `aiperf profile`, the program; its streams are not measured.
    AiPerf(PathBuf),
}

/// Evenly spaced requests.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Requests per second.
    pub rate_rps: f64,
    /// How many.
    pub requests: usize,
}

/// All clients, and the files that they read and write.
pub struct Clients<'w> {
    workspace: &'w Workspace,
    /// In the order of tables.
    pub all: Vec<Client>,
    prompts: PathBuf,
    result: PathBuf,
}

impl Client {
    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ours => "bench-runner load",
            Self::VllmRs(_) => "vllm-rs bench serve",
            Self::Oha(_) => "oha",
            Self::AiPerf(_) => "AIPerf",
        }
    }

    /// Whether it measures streams of tokens.
    pub fn has_streams(&self) -> bool {
        !matches!(self, Self::Oha(_) | Self::AiPerf(_))
    }
}

impl<'w> Clients<'w> {
    /// Ours, and those peers that can be installed; a peer that cannot is named.
    pub fn prepare(bench: &Bench<'w>, folder: &Path) -> Result<Self> {
        let mut all = vec![Client::Ours];
        match peers::vllm_rs(bench.workspace) {
            Ok(program) => all.push(Client::VllmRs(program)),
            Err(error) => println!("without vllm-rs, which cannot be installed: {error:#}"),
        }
        match peers::oha(bench.workspace) {
            Ok(program) => all.push(Client::Oha(program)),
            Err(error) => println!("without oha, which cannot be installed: {error:#}"),
        }
        match peers::aiperf(bench.workspace) {
            Ok(program) => all.push(Client::AiPerf(program)),
            Err(error) => println!("without AIPerf, which cannot be installed: {error:#}"),
        }
        let prompts = folder.join("prompts.jsonl");
        fs::write(&prompts, "{\"prompt\": \"a red fox in the snow\", \"output_tokens\": 8}\n")
            .context("cannot write prompts")?;
        Ok(Self { workspace: bench.workspace, all, prompts, result: folder.join("result.json") })
    }

    /// Sends a load to a server, and waits until all is answered.
    pub fn send(&self, client: &Client, double: &Double, load: Load) -> Result<Usage> {
        measure(&mut self.command(client, double, load))
    }

    /// The same, with the numbers that the client writes.
    pub fn send_for_result(
        &self,
        client: &Client,
        double: &Double,
        load: Load,
    ) -> Result<(Usage, Value)> {
        let usage = self.send(client, double, load)?;
        let text = fs::read_to_string(&self.result).context("the client wrote no result")?;
        Ok((usage, serde_json::from_str(&text).context("the client's result is not JSON")?))
    }

    fn command(&self, client: &Client, double: &Double, load: Load) -> Command {
        let (rate, requests) = (load.rate_rps.to_string(), load.requests.to_string());
        let mut command = match client {
            Client::Ours => {
                let mut command = Profile::call(self.workspace);
                command.args(["load", "--endpoint", "chat", "--burstiness", "inf"]);
                command.args(["--base-url", &double.url()]);
                command.arg("--result").arg(&self.result);
                command
            }
            Client::VllmRs(program) => {
                let mut command = self.workspace.command(&program.to_string_lossy());
                command.args(["bench", "serve", "--backend", "openai-chat", "--disable-tqdm"]);
                command.args(["--base-url", double.url().trim_end_matches("/v1")]);
                command.args(["--endpoint", "/v1/chat/completions", "--burstiness", EVEN]);
                command.arg("--tokenizer").arg(self.workspace.root.join(TOKENIZER));
                command.args(["--custom-output-len", "-1", "--save-result"]);
                command.arg("--result-dir").arg(self.result.with_file_name(""));
                command.arg("--result-filename").arg(self.result.file_name().unwrap_or_default());
                command
            }
            Client::Oha(program) => {
                let mut command = self.workspace.command(&program.to_string_lossy());
                command.args(["--no-tui", "--latency-correction", "-c", CONNECTIONS]);
                command.args(["-q", &rate, "-n", &requests, "-m", "POST", "-d", "{}"]);
                command.arg(format!("{}/chat/completions", double.url()));
                return command;
            }
            Client::AiPerf(program) => {
                let mut command = self.workspace.command(&program.to_string_lossy());
                command.args([
                    "profile",
                    "--endpoint-type",
                    "chat",
                    "--streaming",
                    "--model",
                    "double",
                ]);
                command.args(["--url", double.url().trim_end_matches("/v1")]);
                command.arg("--tokenizer").arg(self.workspace.root.join(TOKENIZER));
                command.args([
                    "--synthetic-input-tokens-mean",
                    "8",
                    "--arrival-pattern",
                    "constant",
                ]);
                command.args(["--request-rate", &rate, "--request-count", &requests]);
                command.args(["--ui", "none", "--no-gpu-telemetry", "--no-server-metrics"]);
                command.arg("--artifact-dir").arg(self.result.with_file_name("aiperf"));
                return command;
            }
        };
        command.args(["--model", "double", "--dataset-name", "custom", "--dataset-path"]);
        command.arg(&self.prompts).args(["--num-prompts", &requests, "--request-rate", &rate]);
        command
    }
}
