//! The program that is shown and measured: how it is built, and how it is called.

use std::{path::PathBuf, process::Command};

use crate::workspace::Workspace;

/// How bench-runner is compiled. Inference takes most of the compile time and is not needed to read,
/// judge and keep results, or to send requests, so that only one way has it.
#[derive(Clone, Copy)]
pub enum Profile {
    /// Without inference, soon built: for measuring how history is read and judged.
    Judging,
    /// With load tests alone: for measuring how requests are sent.
    Loading,
    /// With all pipelines: for measuring them, and for showing.
    Inference,
}

impl Profile {
    /// The build command.
    pub fn build(self, workspace: &Workspace) -> Command {
        let flags = match self {
            Self::Judging => " --no-default-features",
            Self::Loading => " --no-default-features --features load",
            Self::Inference => "",
        };
        workspace.cargo(&format!("build -p bench-runner --release{flags}"))
    }

    /// The binary, started from the root, with none of the variables that a CI job or a dataset's
    /// user has set: what comes out is the same everywhere, and nothing is sent anywhere.
    pub fn call(workspace: &Workspace) -> Command {
        let mut command = workspace.command(&Self::binary(workspace).to_string_lossy());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(steers_the_runner) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Where the build puts it.
    pub fn binary(workspace: &Workspace) -> PathBuf {
        let name = format!("bench-runner{}", std::env::consts::EXE_SUFFIX);
        workspace.target.join("release").join(name)
    }
}

fn steers_the_runner(variable: &str) -> bool {
    let starts = ["BUILDKITE", "GITHUB_", "HF_", "HUGGING", "PERF", "TEST_SCOPE"];
    starts.iter().any(|start| variable.starts_with(start))
}
