//! What makes the site's bundle: trunk, and what trunk starts.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Install, Need, npm};
use crate::{
    process::output,
    versions::{BINARYEN, TRUNK, WASM_BINDGEN},
    workspace::Workspace,
};

/// Soon built; the tools wait for compilers and disks most of their time.
const QUICK_BUILD: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_PANIC", "unwind"),
];

/// trunk, wasm-bindgen and wasm-opt.
pub fn needs(workspace: &Workspace) -> Vec<Need> {
    vec![
        tool(
            &format!("trunk {TRUNK}"),
            &format!("trunk@{TRUNK} --locked --no-default-features --features rustls"),
            "5 to 10 min",
        ),
        // its lock file names a version of a crate that was withdrawn
        tool(
            &format!("wasm-bindgen {WASM_BINDGEN}"),
            &format!("wasm-bindgen-cli@{WASM_BINDGEN} --no-default-features"),
            "2 to 4 min",
        ),
        npm::npm(),
        npm::package(workspace, "binaryen", BINARYEN, "10 s, 60 MB"),
    ]
}

/// The command with our wasm-opt before any other.
pub fn with_tools(mut command: Command, workspace: &Workspace) -> Result<Command> {
    let ours = npm::programs(workspace, "binaryen", BINARYEN);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([ours].into_iter().chain(std::env::split_paths(&path)))
        .context("the target folder's path cannot stand in PATH")?;
    command.env("PATH", path);
    Ok(command)
}

/// A tool that prints its name and version, from crates.
pub(super) fn tool(printed: &str, install: &str, usually: &'static str) -> Need {
    let expected = printed.to_owned();
    let program = printed.split(' ').next().unwrap_or(printed).to_owned();
    let mut command = Command::new("cargo");
    command.arg("install").args(install.split(' ')).envs(QUICK_BUILD);
    Need {
        what: printed.to_owned(),
        is_there: Box::new(move || {
            let version = output(Command::new(&program).arg("--version"));
            version.is_ok_and(|version| version.trim().starts_with(&expected))
        }),
        install: Install::Command(command),
        usually,
    }
}
