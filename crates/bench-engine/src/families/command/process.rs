//! A process that was started, in a process group of its own: how it ends, and what memory it took.

use std::{
    collections::BTreeMap,
    process::{self, ExitStatus, Stdio},
};

use anyhow::{Context, Result};

use super::usage::{self, Usage};
use crate::interrupt;

/// A started process.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) started: process::Child,
    /// Its peak memory, once it has ended and where the system says.
    pub(super) peak_mb: Option<f64>,
}

/// How a program came to its end.
pub(super) enum Ending {
    /// By itself and well; with its peak memory, where the system says.
    ByItself { peak_mb: Option<f64> },
    /// It had to be killed; what is to be said of that.
    Killed(anyhow::Error),
}

impl Process {
    /// Starts the program with these variables added to its environment, and pipes to all of it.
    pub(super) fn start(argv: &[String], env: &BTreeMap<String, String>) -> Result<Self> {
        let mut command = process::Command::new(&argv[0]);
        command.args(&argv[1..]).envs(env);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        begin_as_a_copy(&mut command);
        let started = command
            .spawn()
            .with_context(|| format!("cannot start {}; correct model.command.argv", argv[0]))?;
        interrupt::set_child(started.id());
        Ok(Self { started, peak_mb: None })
    }

    /// Its status, where it has ended.
    pub(super) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        // what it used is gone once it is reaped
        if self.peak_mb.is_none() {
            match usage::of_child(self.started.id()) {
                Usage::Runs => return Ok(None),
                Usage::Ended { peak_mb } => self.peak_mb = Some(peak_mb),
                Usage::Unknown => {}
            }
        }
        Ok(self.started.try_wait()?)
    }

    /// Kills it and whatever it started.
    pub(super) fn kill(&mut self) {
        interrupt::kill_group(self.started.id());
        // both fail only where it is gone already
        let _ = self.started.kill();
        let _ = self.started.wait();
    }
}

/// Makes a program begin as a copy of this process, of which only what is written to is counted. One
/// that begins within the memory of this process has the peak of that for its own (getrusage(2)).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "nothing else makes the standard library fork")]
fn begin_as_a_copy(command: &mut process::Command) {
    // SAFETY: the function does nothing, so nothing that must not happen after a fork.
    unsafe { std::os::unix::process::CommandExt::pre_exec(command, || Ok(())) };
}

/// Elsewhere that peak is not asked for.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn begin_as_a_copy(_command: &mut process::Command) {}
