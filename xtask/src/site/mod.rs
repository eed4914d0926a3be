//! `cargo xtask site`: the dashboard as a folder of static files.
//!
//! In: `site/` and `public/`. Out: `target/site`, and what a browser downloads of it; or the same served
//! on this machine, built again after each edit.

mod html;
mod lean;
mod loader;
mod programs;
mod shrink;
mod sizes;

pub use html::finish;

use std::{path::PathBuf, process::Command, time::Instant};

use anyhow::Result;

use crate::{
    process, remap,
    setup::{self, Part},
    step::{Step, run_all},
    workspace::Workspace,
};

/// Options of `cargo xtask site`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask site           target/site, for `bench-runner publish --site`\n  \
    cargo xtask site --serve   http://127.0.0.1:8080/, built again after each edit")]
pub struct Args {
    /// Serve it here and build it again after each edit
    #[arg(long)]
    serve: bool,
}

/// Builds or serves the site.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    setup::ensure_all(workspace, &[Part::Toolchain, Part::Site])?;
    process::run(&mut fetch(workspace))?;
    if args.serve {
        return process::run(&mut trunk(workspace, "serve")?);
    }
    run_all(steps(workspace)?, started)
}

/// The steps of a build: what may be downloaded first, for the build itself never does.
pub fn steps(workspace: &Workspace) -> Result<Vec<Step<'_>>> {
    let build = trunk(workspace, "build --release")?;
    Ok(vec![
        Step::command("crates of the site", fetch(workspace)).usually("1 min the first time"),
        Step::command("bundle the site", build).usually("5 min the first time, then 1 min"),
        Step::function("what a browser downloads", move || sizes::report(&dist(workspace))),
    ])
}

/// The folder of the bundle.
pub fn dist(workspace: &Workspace) -> PathBuf {
    workspace.root.join("target/site")
}

fn fetch(workspace: &Workspace) -> Command {
    workspace.cargo("fetch --quiet --locked")
}

fn trunk(workspace: &Workspace, words: &str) -> Result<Command> {
    let mut command = workspace.command("trunk");
    command.args(words.split(' '));
    // trunk reads it as a flag with a value and fails on `1`
    command.env_remove("NO_COLOR");
    // they would take the place of .cargo/config.toml's
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    // joined to .cargo/config.toml's by cargo, and parted at spaces: a folder with one in its name
    // can only stay named
    let mut options = remap::options()?;
    options.retain(|option| !option.contains(char::is_whitespace));
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", options.join(" "));
    setup::with_tools(command, workspace)
}
