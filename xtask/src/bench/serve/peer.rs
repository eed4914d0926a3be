//! The peer: a plain server in FastAPI, which answers with diffusers.

use std::path::Path;

use anyhow::Result;

use super::server::Server;
use crate::{
    bench::{Bench, measure::all_threads, peers},
    versions::SERVER_PACKAGES,
};

const SCRIPT: &str = include_str!("fastapi_wan.py");

/// Starts it, in the environment of `--peers` with its own packages added.
pub fn start(bench: &Bench, config: &Path) -> Result<Server> {
    let python = peers::python(bench, None, &SERVER_PACKAGES)?;
    let mut command = bench.workspace.command(&python.to_string_lossy());
    command.args(["-c", SCRIPT]).arg(config).arg(all_threads().to_string());
    Server::start(&mut command)
}
