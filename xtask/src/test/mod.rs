//! `cargo xtask test`: what CI checks, on a machine that has only cargo.
//!
//! In: the whole workspace or one crate. Out: each step with its command and its time; the first
//! failure ends it.

mod files;
mod functions;
mod modules;
mod names;
mod pages;
mod plan;
mod readiness;
mod rooms;
mod site;
mod sources;
mod walls;
mod workflows;

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::{
    setup::{self, Part},
    step,
    workspace::Workspace,
};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask test                    everything, as CI does it\n  \
    cargo xtask test --fast             between two edits\n  \
    cargo xtask test --long             before a change of the store lands\n  \
    cargo xtask test -p bench-records   one crate")]
pub struct Args {
    /// Format, clippy and tests only
    #[arg(long)]
    fast: bool,
    /// The tests of 3,200 concurrent and of 5,000 fetched records too, which take minutes
    #[arg(long, conflicts_with_all = ["fast", "package"])]
    long: bool,
    /// One crate in place of the workspace
    #[arg(short = 'p', long, value_name = "CRATE")]
    package: Option<String>,
}

/// Sets up what is missing, then runs the steps.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    let started = Instant::now();
    if let Some(name) = &args.package {
        let crates: Vec<&str> = workspace.crates.iter().map(|member| &*member.name).collect();
        ensure!(
            crates.contains(&name.as_str()),
            "no crate {name}; the workspace has {}",
            crates.join(", ")
        );
    }
    let browser = site::browser_tests(args, workspace);
    let mut parts = vec![Part::Toolchain, Part::Python];
    parts.extend(site::parts(&browser, workspace));
    let linting = workflows::linting(args, workspace);
    parts.extend(workflows::parts(&linting));
    setup::ensure_all(workspace, &parts)?;
    step::run_all(plan::steps(args, workspace, &browser, &linting)?, started)
}
