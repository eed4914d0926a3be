//! Programs that were started, each in a process group of its own, and nothing else is ever killed.
//!
//! In: a command, and the file that takes what it prints. Out: how it ended. It is killed with whatever it
//! started when it takes too long, when the run is interrupted, and when its value goes.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bench_engine::interrupt;

use super::{Call, ready::Address};

const LOOK: Duration = Duration::from_millis(50);

/// How long a group may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// Lines of a log that an error repeats.
const TAIL_LINES: usize = 5;

/// A program that runs.
#[derive(Debug)]
pub struct Started {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Started {
    /// Starts a program, which prints into `log`.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(call: &Call, log: &Path) -> Result<Self> {
        let shown = log.display();
        let file = File::create(log).with_context(|| format!("cannot write {shown}"))?;
        let errors = file.try_clone().with_context(|| format!("cannot write {shown}"))?;
        let mut command = Command::new(&call.words[0]);
        command.args(&call.words[1..]).envs(call.variables.iter().cloned());
        command.stdin(Stdio::null()).stdout(file).stderr(errors);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().with_context(|| {
            format!("cannot start {}; install it, or choose another engine", call.words[0])
        })?;
        interrupt::started(child.id());
        Ok(Self { child, name: call.words[0].clone(), log: log.to_owned() })
    }

    /// Waits until it answers a GET of `path` with status 200.
    ///
    /// # Errors
    /// Where it ends before, takes longer than `timeout`, or the run is interrupted.
    pub fn wait_until_ready(
        &mut self,
        at: &Address,
        path: &str,
        timeout: Duration,
    ) -> Result<Duration> {
        let began = Instant::now();
        while !at.answers(path) {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status} before it was ready{}", self.name, self.tail());
            }
            self.check(began, timeout, "was not ready")?;
            thread::sleep(LOOK);
        }
        Ok(began.elapsed())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// Where it ends with a failure, takes longer than `timeout`, or the run is interrupted.
    pub fn wait(mut self, timeout: Duration) -> Result<()> {
        let began = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("{} ended with {status}{}", self.name, self.tail()),
                None => self.check(began, timeout, "had not ended")?,
            }
            thread::sleep(LOOK);
        }
    }

    /// How it ended, where it has.
    ///
    /// # Errors
    /// Where the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    fn check(&self, began: Instant, timeout: Duration, what: &str) -> Result<()> {
        if interrupt::is_requested() {
            bail!("the run was interrupted");
        }
        if began.elapsed() > timeout {
            bail!("{} {what} after {:.0} s{}", self.name, timeout.as_secs_f64(), self.tail());
        }
        Ok(())
    }

    /// The file that it prints into.
    #[cfg(feature = "load")]
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The last lines that it printed, in words.
    #[must_use]
    pub fn tail(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(TAIL_LINES)..];
        match last {
            [] => format!("; it printed nothing into {}", self.log.display()),
            lines => format!("; {} ends with: {}", self.log.display(), lines.join(" | ")),
        }
    }
}

impl Drop for Started {
    /// Asks the group to end, then kills what is left of it.
    fn drop(&mut self) {
        let id = self.child.id();
        interrupt::end_group(id);
        let patience = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None))
            && Instant::now() < patience
            && !interrupt::is_requested()
        {
            thread::sleep(LOOK);
        }
        interrupt::kill_group(id);
        // both fail only where it is gone already
        let _ = self.child.kill();
        let _ = self.child.wait();
        interrupt::ended(id);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Call {
        Call {
            words: ["sh", "-c", script].map(str::to_owned).to_vec(),
            variables: vec![("GREETING".to_owned(), "hello".to_owned())],
            text: String::new(),
            dropped: Vec::new(),
        }
    }

    fn run(script: &str, timeout: Duration) -> Result<()> {
        let folder = tempfile::tempdir()?;
        Started::start(&shell(script), &folder.path().join("log"))?.wait(timeout)
    }

    #[test]
    fn a_program_gets_its_variables_and_its_end_is_told_with_what_it_said() {
        assert!(run("test \"$GREETING\" = hello", Duration::from_secs(20)).is_ok());
        let error = run("echo no memory; exit 3", Duration::from_secs(20)).expect_err("it failed");
        let error = error.to_string();
        assert!(error.starts_with("sh ended with exit status: 3; "), "{error}");
        assert!(error.ends_with("ends with: no memory"), "{error}");
    }

    #[test]
    fn what_a_program_started_dies_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let marker = folder.path().join("pid");
        let script = format!("sleep 60 & echo $! > {}; wait", marker.display());
        let started = Started::start(&shell(&script), &folder.path().join("log")).expect("started");
        let pid = loop {
            match std::fs::read_to_string(&marker) {
                Ok(pid) if pid.ends_with('\n') => break pid.trim().to_owned(),
                _ => thread::sleep(LOOK),
            }
        };
        drop(started);
        // a process that nobody has waited for yet is a zombie
        let state = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let is_gone = || state().is_empty() || state().contains(") Z ");
        let patience = Instant::now() + Duration::from_secs(10);
        while !is_gone() && Instant::now() < patience {
            thread::sleep(LOOK);
        }
        assert!(is_gone(), "{}", state());
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let error = run("sleep 60", Duration::from_millis(100)).expect_err("too long");
        assert!(error.to_string().contains("sh had not ended after 0 s"), "{error}");
    }
}
