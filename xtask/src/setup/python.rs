//! Tools in Python that tests hold ours against, in `target/python`.

use std::{path::PathBuf, process::Command};

use super::{Install, Need};
use crate::{process::succeeds, versions::PYTHON_PACKAGES, workspace::Workspace};

/// An environment with the packages. A machine without Python needs none: there the tests that
/// would use it say that they are skipped.
pub fn needs(workspace: &Workspace) -> Vec<Need> {
    if !succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
        println!("set-up: no python3 with venv; tests that need tools in Python are skipped");
        return Vec::new();
    }
    let folder = folder(workspace);
    let python = program(workspace, "python");
    let check = {
        let versions: Vec<String> = PYTHON_PACKAGES
            .iter()
            .map(|(name, version)| format!("assert v({name:?}) == {version:?}"))
            .collect();
        format!("from importlib.metadata import version as v; {}", versions.join("; "))
    };
    let is_there = move || succeeds(Command::new(&python).args(["-c", &check]));
    let packages: Vec<String> =
        PYTHON_PACKAGES.iter().map(|(name, version)| format!("{name}=={version}")).collect();
    let script = "python3 -m venv \"$0\" && \"$0/bin/pip\" install --quiet \"$@\"";
    let mut install = workspace.command("sh");
    install.args(["-c", script]).arg(&folder).args(packages);
    vec![Need {
        what: "tools in Python".to_owned(),
        is_there: Box::new(is_there),
        install: Install::Command(install),
        usually: "1 min, 300 MB",
    }]
}

/// A program of the environment.
pub fn program(workspace: &Workspace, name: &str) -> PathBuf {
    folder(workspace).join("bin").join(name)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("target/python")
}
