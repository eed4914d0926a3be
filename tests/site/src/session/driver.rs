//! The process of a driver, and what it is sent.

use std::{
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

/// How often a driver is started: another process may take the port that it chose.
const ATTEMPTS: usize = 3;

/// Starts it on a port that it chooses, and says which.
pub(super) fn start(program: &Path, listens: &str) -> Result<(Child, u16)> {
    for attempt in 1.. {
        let mut command = Command::new(program);
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null());
        let driver = command.spawn();
        let mut driver = driver.with_context(|| format!("cannot start {}", program.display()))?;
        match port(&mut driver, listens) {
            Ok(port) => return Ok((driver, port)),
            Err(error) => {
                // one that has ended already is just as well
                drop(driver.kill());
                drop(driver.wait());
                if attempt == ATTEMPTS {
                    return Err(error);
                }
            }
        }
    }
    bail!("no driver was started")
}

/// The port that a driver chose; it says so in one of its first lines. What it says after that is read and
/// dropped, or it would end as it writes to nobody.
fn port(driver: &mut Child, listens: &str) -> Result<u16> {
    let mut stdout = BufReader::new(driver.stdout.take().context("the driver has no output")?);
    let mut line = String::new();
    while stdout.read_line(&mut line)? > 0 {
        if let Some((_, rest)) = line.split_once(listens) {
            let port = rest.trim().trim_end_matches('.').parse();
            let port = port.with_context(|| format!("a port in {line:?}"))?;
            std::thread::spawn(move || io::copy(&mut stdout, &mut io::sink()));
            return Ok(port);
        }
        line.clear();
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
