//! The program that is shown and measured: how it is built, and how it is called.

use std::{path::PathBuf, process::Command};

use crate::workspace::Workspace;

/// How bench-runner is compiled. Neither way has inference, which takes most of the compile time
/// and is not needed to read, judge and keep results.
#[derive(Clone, Copy)]
pub enum Profile {
    /// Soon built: for showing.
    Dev,
    /// Fast: for measuring.
    Release,
}

impl Profile {
    /// The build command.
    pub fn build(self, workspace: &Workspace) -> Command {
        let profile = match self {
            Self::Dev => "",
            Self::Release => "--release",
        };
        workspace.cargo(&format!("build -p bench-runner --no-default-features {profile}"))
    }

    /// The binary, started from the root, with none of the variables that a CI job or a dataset's
    /// user has set: what comes out is the same everywhere, and nothing is sent anywhere.
    pub fn call(self, workspace: &Workspace) -> Command {
        let mut command = workspace.command(&self.binary(workspace).to_string_lossy());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(steers_the_runner) {
                command.env_remove(name);
            }
        }
        command
    }

    fn binary(self, workspace: &Workspace) -> PathBuf {
        let folder = match self {
            Self::Dev => "debug",
            Self::Release => "release",
        };
        let name = format!("bench-runner{}", std::env::consts::EXE_SUFFIX);
        workspace.target.join(folder).join(name)
    }
}

fn steers_the_runner(variable: &str) -> bool {
    let starts = ["BUILDKITE", "GITHUB_", "HF_", "HUGGING", "PERF", "TEST_SCOPE"];
    starts.iter().any(|start| variable.starts_with(start))
}
