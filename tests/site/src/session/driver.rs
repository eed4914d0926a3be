//! The process of a driver, and what it is sent.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

/// Starts it on a port that it chooses.
pub(super) fn start(program: &Path) -> Result<Child> {
    let mut command = Command::new(program);
    command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null());
    command.spawn().with_context(|| format!("cannot start {}", program.display()))
}

/// The port that a driver chose; it says so in one of its first lines.
pub(super) fn port(driver: &mut Child, listens: &str) -> Result<u16> {
    let stdout = driver.stdout.take().context("the driver has no output")?;
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if let Some((_, rest)) = line.split_once(listens) {
            return rest
                .trim_end_matches('.')
                .parse()
                .with_context(|| format!("a port in {line:?}"));
        }
    }
    bail!("the driver ended before it named its port")
}

/// Sends a command, or ends the session where there is no body; returns the value of the answer.
pub(super) fn send(agent: &Agent, url: &str, body: Option<&Value>) -> Result<Value> {
    let answer = match body {
        Some(body) => {
            agent.post(url).header("Content-Type", "application/json").send(body.to_string())
        }
        None => agent.delete(url).call(),
    };
    let mut answer = answer.with_context(|| format!("no answer from the driver to {url}"))?;
    let text = answer.body_mut().with_config().limit(256 << 20).read_to_string()?;
    let mut answer: Value =
        serde_json::from_str(&text).context("the driver's answer is not JSON")?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => bail!("{error}: {}", value["message"].as_str().unwrap_or_default()),
        None => Ok(value),
    }
}
