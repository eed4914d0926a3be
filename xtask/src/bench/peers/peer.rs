//! The peer: a Python process that stays, and makes a trial a line.
//!
//! In: a line of JSON on its standard input. Out: lines of JSON, in the form of the pipeline `command`.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Round, Time};
use crate::workspace::Workspace;

/// A peer that has loaded its model.
pub struct Peer {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    ready: Value,
}

impl Peer {
    /// Starts a script on files and a number of threads, and waits until its model is loaded.
    pub fn start(
        workspace: &Workspace,
        python: &Path,
        script: &str,
        files: &[&Path],
        threads: usize,
    ) -> Result<Self> {
        let mut command = workspace.command(&python.to_string_lossy());
        command.args(["-c", script]).args(files).arg(threads.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child =
            command.spawn().with_context(|| format!("cannot start {}", python.display()))?;
        let requests = child.stdin.take().context("its standard input is piped")?;
        let answers = child.stdout.take().context("its standard output is piped")?;
        let mut peer =
            Self { child, requests, answers: BufReader::new(answers), ready: Value::Null };
        peer.ready = peer.answer()?;
        Ok(peer)
    }

    /// Makes a trial of what is asked.
    pub fn trial(&mut self, asked: &Value) -> Result<Round> {
        writeln!(self.requests, "{asked}").context("the peer is gone; its words stand above")?;
        let mut round = Round::new();
        loop {
            let line = self.answer()?;
            if line["done"] == true {
                return Ok(round);
            }
            let (stage, time) = stage(&line)?;
            round.insert(stage, time);
        }
    }

    /// Programs and their versions.
    pub fn versions(&self) -> String {
        let versions = self.ready["versions"].as_object();
        let named = versions
            .into_iter()
            .flatten()
            .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("unknown")));
        named.collect::<Vec<_>>().join(", ")
    }

    fn answer(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("the peer ended without an answer; its words stand above");
        }
        serde_json::from_str(&line).with_context(|| format!("the peer said {:?}", line.trim()))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // one that has ended already is just as well
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn stage(line: &Value) -> Result<(String, Time)> {
    let number = |key: &str| line[key].as_f64();
    match (line["stage"].as_str(), number("seconds"), number("cpu_s")) {
        (Some(name), Some(wall_s), Some(cpu_s)) => Ok((name.to_owned(), Time { wall_s, cpu_s })),
        _ => bail!("the peer said {line}, expected stage, seconds and cpu_s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stage_has_both_times_and_anything_else_is_shown() {
        let line = json!({"stage": "denoise", "seconds": 2.0, "cpu_s": 3.5});
        let time = Time { wall_s: 2.0, cpu_s: 3.5 };
        assert_eq!(stage(&line).expect("a stage"), ("denoise".to_owned(), time));
        let error = stage(&json!({"stage": "denoise"})).expect_err("no times").to_string();
        assert!(error.contains(r#"{"stage":"denoise"}"#), "{error}");
    }
}
