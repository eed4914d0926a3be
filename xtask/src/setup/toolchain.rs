//! Parts of the Rust toolchain.
//!
//! They are looked for by using them, not by asking rustup, so that a toolchain from elsewhere does
//! as well.

use std::path::Path;

use super::{Install, Need};
use crate::{
    process::{output, succeeds},
    versions::{COMPONENTS, WASM_TARGET},
    workspace::Workspace,
};

/// The components, then the target that the site is compiled for.
pub fn needs(workspace: &Workspace) -> Vec<Need> {
    COMPONENTS.into_iter().map(|name| component(workspace, name)).chain([wasm(workspace)]).collect()
}

fn component(workspace: &Workspace, name: &'static str) -> Need {
    let subcommand = name.trim_start_matches("rust");
    let version = format!("{subcommand} --version");
    let root = workspace.root.clone();
    Need {
        what: format!("toolchain component {name}"),
        is_there: Box::new(move || {
            let mut cargo = std::process::Command::new("cargo");
            succeeds(cargo.current_dir(&root).args(version.split(' ')))
        }),
        install: Install::Command(rustup(workspace, ["component", "add", name])),
        usually: "10 s, 5 MB",
    }
}

fn wasm(workspace: &Workspace) -> Need {
    let root = workspace.root.clone();
    Need {
        what: format!("compilation target {WASM_TARGET}"),
        is_there: Box::new(move || {
            let mut rustc = std::process::Command::new("rustc");
            rustc.current_dir(&root).args(["--print", "target-libdir", "--target", WASM_TARGET]);
            output(&mut rustc).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
        }),
        install: Install::Command(rustup(workspace, ["target", "add", WASM_TARGET])),
        usually: "15 s, 20 MB",
    }
}

fn rustup(workspace: &Workspace, words: [&str; 3]) -> std::process::Command {
    let mut command = workspace.command("rustup");
    command.args(words);
    command
}
