//! The peer: a plain server in FastAPI, which answers with diffusers.

use std::path::Path;

use anyhow::Result;

use super::server::Server;
use crate::{
    bench::{
        Bench,
        peers::all_threads,
        venv::{self, Packages},
    },
    versions::{PEER_PACKAGES, SERVER_PACKAGES},
};

const SCRIPT: &str = include_str!("fastapi_wan.py");

/// Starts it, in the environment of `--peers` with its own packages added.
pub fn start(bench: &Bench, config: &Path) -> Result<Server> {
    let folder = bench.workspace.target.join("peers-venv");
    let pinned: Vec<&str> = PEER_PACKAGES.into_iter().chain(SERVER_PACKAGES).collect();
    let packages = Packages { pinned: &pinned, usually: "4 min, 6 GB of disk" };
    let python = venv::ensure(bench.workspace, &folder, &packages)?;
    let mut command = bench.workspace.command(&python.to_string_lossy());
    command.args(["-c", SCRIPT]).arg(config).arg(all_threads().to_string());
    Server::start(&mut command)
}
