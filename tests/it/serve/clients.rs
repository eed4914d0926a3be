//! Load clients of others against the routes of text: each request is answered, and tokens are counted as here.
//!
//! `cargo xtask test --long` installs them, and names their programs in `VLLM_RS` and `AIPERF`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::server::Server;
use crate::support::workspace::Workspace;

const TINY_LLAMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benchmarks/tiny-llama-cpu.json");
const TOKENIZER: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/tiny-llama/llama/checkpoint");
const REQUESTS: u64 = 12;
const OUTPUT_TOKENS: u64 = 8;

fn program(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable);
    path.unwrap_or_else(|| panic!("set {variable}, or run `cargo xtask test --long`")).into()
}

/// Runs a client in the workspace.
#[track_caller]
fn run(workspace: &Workspace, program: &Path, words: &str) {
    let mut command = Command::new(program);
    command.args(words.split_whitespace()).current_dir(workspace.path(""));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}: {said}\n{failed}");
}

fn json(workspace: &Workspace, path: &str) -> Value {
    serde_json::from_str(&workspace.read(path)).unwrap()
}

#[test]
#[ignore = "needs vllm-rs: cargo xtask test --long"]
fn vllms_client_completes_chats_and_completions() {
    let client = program("VLLM_RS");
    let workspace = Workspace::new();
    let server = Server::of(&workspace, &[TINY_LLAMA]);
    for backend in ["openai", "openai-chat"] {
        let words = format!(
            "bench serve --backend {backend} --base-url http://127.0.0.1:{} --model tiny-llama-cpu \
             --tokenizer {TOKENIZER} --dataset-name random --random-input-len 16 \
             --random-output-len {OUTPUT_TOKENS} --num-prompts {REQUESTS} --max-concurrency 4 --ignore-eos \
             --disable-tqdm --save-result --result-filename {backend}.json",
            server.port
        );
        run(&workspace, &client, &words);
        let result = json(&workspace, &format!("{backend}.json"));
        let counts = ["completed", "failed", "total_output_tokens"].map(|key| &result[key]);
        assert_eq!(counts.map(Value::as_u64), [REQUESTS, 0, REQUESTS * OUTPUT_TOKENS].map(Some));
    }
}

#[test]
#[ignore = "needs AIPerf: cargo xtask test --long"]
fn aiperf_completes_chats_and_completions_streamed_or_not() {
    let client = program("AIPERF");
    let workspace = Workspace::new();
    let server = Server::of(&workspace, &[TINY_LLAMA]);
    for endpoint in ["chat", "completions"] {
        for streaming in ["--streaming", ""] {
            let folder = format!("{endpoint}{streaming}");
            let words = format!(
                "profile --model tiny-llama-cpu --url http://127.0.0.1:{} --endpoint-type {endpoint} {streaming} \
                 --tokenizer {TOKENIZER} --synthetic-input-tokens-mean 16 --output-tokens-mean {OUTPUT_TOKENS} \
                 --extra-inputs ignore_eos:true --use-server-token-count --request-count {REQUESTS} \
                 --concurrency 4 --artifact-dir {folder} --ui none",
                server.port
            );
            run(&workspace, &client, &words);
            let result = json(&workspace, &format!("{folder}/profile_export_aiperf.json"));
            let of = |key: &str| result[key]["avg"].as_f64();
            assert_eq!(of("request_count"), Some(REQUESTS as f64), "{folder}");
            assert_eq!(of("output_sequence_length"), Some(OUTPUT_TOKENS as f64), "{folder}");
            assert!(of("error_request_count").is_none_or(|count| count == 0.0), "{folder}");
        }
    }
}
