//! `bench-runner serve` on any free port, for the page that it serves.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// A server that runs; it is killed when it is dropped.
pub struct Serving {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    child: Child,
    _folder: TempDir,
}

impl Serving {
    /// Serves configurations, whose paths begin in `here`, once their models are loaded.
    ///
    /// # Errors
    /// What keeps it from starting.
    pub fn start(program: &Path, here: &Path, args: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(program);
        command.current_dir(here);
        command.args(["serve", "--device", "cpu", "--port", "0"]).args(args);
        command.arg("--jobs").arg(folder.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        let origin = lines.by_ref().find_map(|line| {
            let (_, rest) = line.split_once(" on http://")?;
            Some(format!("http://{}", rest.split(',').next()?))
        });
        let origin = origin.context("the server does not say where it listens")?;
        lines.find(|line| line.starts_with("try: ")).context("the server is never ready")?;
        // what it prints later is read, so that it never waits for a reader
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { origin, child, _folder: folder })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // one that has ended is as good
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
