//! Packages of npm, each in a folder of its own below cargo's target folder.
//!
//! The folder's name holds the version, so that what is found there is what we pinned. No package runs
//! anything while it is installed.

use std::{path::PathBuf, process::Command};

use super::{Install, Need, system};
use crate::{process::succeeds, workspace::Workspace};

/// npm itself.
pub fn npm() -> Need {
    Need {
        what: "npm".to_owned(),
        is_there: Box::new(|| succeeds(Command::new("npm").arg("--version"))),
        install: system::packages(&["npm"], "install Node.js 20 or later, which brings npm"),
        usually: "1 min, 100 MB",
    }
}

/// A package in exactly this version.
pub fn package(
    workspace: &Workspace,
    name: &str,
    version: &'static str,
    usually: &'static str,
) -> Need {
    let manifest = folder(workspace, name, version).join("package.json");
    let mut command = workspace.command("npm");
    command.args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]);
    command.args(["--ignore-scripts", "--loglevel", "error", "--prefix"]);
    command.arg(prefix(workspace, name, version)).arg(format!("{name}@{version}"));
    Need {
        what: format!("{name} {version}"),
        is_there: Box::new(move || manifest.is_file()),
        install: Install::Command(command),
        usually,
    }
}

/// Where the package's files are.
pub fn folder(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    prefix(workspace, name, version).join("node_modules").join(name)
}

/// Where the package's programs are.
pub fn programs(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    prefix(workspace, name, version).join("node_modules/.bin")
}

fn prefix(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    workspace.target.join("npm").join(format!("{name}-{version}"))
}
