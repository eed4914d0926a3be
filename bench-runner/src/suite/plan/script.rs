//! The commands that vLLM's script runs for a test, word by word.
//!
//! In: a test and its load. Out: text for a shell. Options that newer versions renamed are as the file
//! has them.

use std::path::Path;

use serde::Serialize;

use super::{
    super::{SuiteKind, file::Test, settings::Remote},
    LoadPoint,
};

/// Commands as `.commands` files hold them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ScriptCommands {
    /// Of a serving test.
    Serving {
        /// Starts the server, or says which is used.
        server_command: String,
        /// Sends requests.
        client_command: String,
    },
    /// Of a latency test.
    Latency {
        /// Runs the test.
        latency_command: String,
    },
    /// Of a startup test.
    Startup {
        /// Runs the test.
        startup_command: String,
    },
    /// Of a throughput test.
    Throughput {
        /// Runs the test.
        throughput_command: String,
    },
}

impl ScriptCommands {
    /// The only command of a test that needs no server.
    #[must_use]
    pub fn offline(kind: SuiteKind, command: String) -> Self {
        match kind {
            SuiteKind::Latency => Self::Latency { latency_command: command },
            SuiteKind::Startup => Self::Startup { startup_command: command },
            SuiteKind::Throughput => Self::Throughput { throughput_command: command },
            SuiteKind::Serving => {
                Self::Serving { server_command: command, client_command: String::new() }
            }
        }
    }
}

pub(super) fn offline(test: &Test, results: &Path) -> ScriptCommands {
    let output = results.join(format!("{}.json", test.name));
    let command = joined(&[
        &test.variables.as_variables(),
        "vllm bench",
        test.kind.word(),
        &format!("--output-json {}", output.display()),
        &test.engine.as_flags(),
    ]);
    ScriptCommands::offline(test.kind, command)
}

pub(super) fn serving(
    test: &Test,
    load: &LoadPoint,
    remote: Option<&Remote>,
    results: &Path,
) -> ScriptCommands {
    let server_command = match remote {
        Some(remote) => joined(&["Using Remote Server", &remote.host, &port(remote)]),
        None => joined(&[
            &test.variables.as_variables(),
            "vllm serve",
            &test.model().unwrap_or_default(),
            &test.engine.without("model").as_flags(),
        ]),
    };
    let prompts = load.num_prompts;
    let client = match prompts {
        Some(_) => test.client.without("num_prompts").as_flags(),
        None => test.client.as_flags(),
    };
    let client_command = joined(&[
        "vllm bench serve --save-result",
        &format!("--result-dir {}", folder(results)),
        &format!(
            "--result-filename {}_qps_{}_concurrency_{}.json",
            test.name, load.request_rate, load.max_concurrency
        ),
        &format!("--request-rate {}", load.request_rate),
        &format!("--max-concurrency {}", load.max_concurrency),
        &prompts.map(|prompts| format!("--num-prompts {prompts}")).unwrap_or_default(),
        &format!("--metadata {}", metadata(test).join(" ")),
        &client,
        &remote.map(remote_flags).unwrap_or_default(),
    ]);
    ScriptCommands::Serving { server_command, client_command }
}

/// What the script lets results say of their server.
#[must_use]
pub fn metadata(test: &Test) -> [String; 3] {
    let said = |name: &str| test.engine.text(name);
    [
        // jq writes null for what a file leaves out
        format!(
            "tensor_parallel_size={}",
            said("tensor_parallel_size").unwrap_or_else(|| "null".to_owned())
        ),
        format!("compilation_config.mode={}", said("compilation_config.mode").unwrap_or_default()),
        format!("optimization_level={}", said("optimization_level").unwrap_or_default()),
    ]
}

fn remote_flags(remote: &Remote) -> String {
    match remote.port {
        Some(port) => format!("--host={} --port={port}", remote.host),
        None => format!("--host={}", remote.host),
    }
}

fn port(remote: &Remote) -> String {
    remote.port.map(|port| port.to_string()).unwrap_or_default()
}

/// A folder with a slash at its end.
fn folder(results: &Path) -> String {
    format!("{}/", results.display().to_string().trim_end_matches('/'))
}

fn joined(parts: &[&str]) -> String {
    let said: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    said.join(" ")
}
