//! `suite`: vLLM's own files, run by a stand-in engine that takes vLLM's command line.

#![cfg(unix)]

mod continuous;
mod documented;
mod load;
mod plan;
mod results;
mod servers;
mod sglang;

use std::{net::TcpListener, path::Path};

use serde_json::{Value, json};

use crate::{
    support::workspace::{Finished, Workspace, binary},
    templates::put_program,
};

/// A commit that is measured.
const COMMIT: &str = "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3";

/// A folder with suites, and an engine that is called vllm on the search path.
struct Suites {
    workspace: Workspace,
    port: u16,
}

impl Suites {
    fn new() -> Self {
        let workspace = Workspace::new();
        let double = env!("CARGO_BIN_EXE_engine-double");
        put_program(&workspace, "vllm", &format!("#!/bin/sh\nexec '{double}' \"$@\"\n"));
        Self { workspace, port: free_port() }
    }

    fn put(&self, name: &str, tests: &Value) {
        self.workspace.write_json(&format!("tests/{name}"), tests);
    }

    /// A serving test of a small model, with changes.
    fn serving(&self, name: &str, server: &Value, client: &Value) -> Value {
        let mut test = json!({
            "test_name": name,
            "qps_list": ["inf"],
            "max_concurrency_list": [2, 4],
            "server_parameters": {"model": "tiny/llama", "tensor_parallel_size": 1, "port": self.port},
            "client_parameters": {"model": "tiny/llama", "port": self.port, "num_prompts": 8,
                                  "dataset_name": "random", "random-input-len": 8, "random-output-len": 4},
        });
        for (part, changes) in [("server_parameters", server), ("client_parameters", client)] {
            for (key, value) in changes.as_object().unwrap() {
                test[part][key] = value.clone();
            }
        }
        test
    }

    /// A file of each kind, as they are called on a CPU.
    fn put_all(&self) {
        let offline = |name: &str| json!([{"test_name": name, "parameters": {"model": "tiny/llama", "tensor_parallel_size": 1}}]);
        let suffix = if std::env::consts::ARCH == "aarch64" { "arm64-cpu" } else { "cpu" };
        self.put(
            &format!("serving-tests-{suffix}.json"),
            &json!([self.serving("serving_llama_tp1_random_8_4", &json!({}), &json!({}))]),
        );
        for kind in ["latency", "throughput", "startup"] {
            self.put(
                &format!("{kind}-tests-{suffix}.json"),
                &offline(&format!("{kind}_llama_tp1")),
            );
        }
    }

    fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Finished {
        let programs = self.workspace.path("programs");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let log = self.workspace.path("calls.txt").display().to_string();
        let own = [
            ("PATH", path.as_str()),
            ("ON_CPU", "1"),
            ("DOUBLE_LOG", &log),
            ("BENCH_RUNNER_NOW", "2026-08-20T12:00:00Z"),
        ];
        let variables: Vec<(&str, &str)> =
            own.into_iter().chain(variables.iter().copied()).collect();
        let commit: &[&str] = if args.contains(&"--commit") { &[] } else { &["--commit", COMMIT] };
        let args = [&["suite", "--tests", "tests"], commit, args].concat();
        self.workspace.run_with(&args, &variables)
    }

    /// With vLLM's own client.
    fn run_vllm(&self, args: &[&str], variables: &[(&str, &str)]) -> Finished {
        self.run(&[&["--engine", "vllm", "--client", "engine"], args].concat(), variables)
    }

    /// What the stand-in was called with, a line each.
    fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.workspace.path("calls.txt")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.workspace.read(path)).unwrap()
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).unwrap().port()
}

/// Whether nobody listens there.
fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

/// The suites that vLLM publishes.
fn fixtures() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/suites").display().to_string()
}

/// The plan of a folder of fixtures.
fn plan(args: &[&str], variables: &[(&str, &str)]) -> (Value, Finished) {
    let workspace = Workspace::new();
    let folder = fixtures();
    let args = [&["suite", "--tests", &folder, "--dry-run", "--json"], args].concat();
    let finished = workspace.run_with(&args, variables);
    (finished.json(), finished)
}

fn texts(value: &Value, field: &str) -> Vec<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}
