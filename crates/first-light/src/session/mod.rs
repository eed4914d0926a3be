//! Runs steps one after the other: each leaves its log, its records and a new table before the next.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    bundle::WORK,
    libraries::Libraries,
    machine::{Machine, Need, tool},
    plan::{Search, Step, step::FOLDER},
    process::{self, End},
    ratios, records,
    table::{self, Outcome, Row},
};

/// The table, as JSON; a copy in the bundle carries rows from one part to the next.
const TABLE: &str = "table.json";

/// A bundle that is tried on a machine.
pub struct Session<'m> {
    bundle: PathBuf,
    out: PathBuf,
    machine: &'m Machine,
    rows: Vec<Row>,
    peers: Vec<Value>,
}

impl<'m> Session<'m> {
    /// Takes up what earlier parts have left in `out`, or in the bundle.
    ///
    /// # Errors
    /// `out` cannot be made.
    pub fn new(bundle: &Path, out: &Path, machine: &'m Machine) -> Result<Self> {
        fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        let read = |folder: &Path| fs::read(folder.join(TABLE)).ok();
        let text = read(out).or_else(|| read(&bundle.join(WORK)));
        let value: Value =
            text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let (rows, peers) = table::of_json(&value);
        let (bundle, out) = (bundle.to_owned(), out.to_owned());
        Ok(Self { bundle, out, machine, rows, peers })
    }

    /// Runs the steps; none keeps the next from running.
    ///
    /// # Errors
    /// What they leave cannot be written.
    pub fn run(&mut self, steps: &[Step]) -> Result<&[Row]> {
        for (index, step) in steps.iter().enumerate() {
            println!("[{}/{}] {} (at most {} s)", index + 1, steps.len(), step.name, step.limit_s);
            let row = self.row(step);
            let took = crate::duration::in_words(Duration::from_secs_f64(row.seconds));
            println!("    {}, {took}: {}", row.outcome.word(), row.words);
            self.rows.retain(|other| other.step != row.step);
            self.rows.push(row);
            self.write()?;
        }
        Ok(&self.rows)
    }

    fn row(&self, step: &Step) -> Row {
        let lacking = step.needs.iter().find_map(|need: &Need| self.machine.lacks(*need));
        let mut row = match lacking {
            Some(reason) => Row::new(&step.name, step.part, Outcome::Skipped, &reason),
            None => self.tried(step),
        };
        row.limit_s = step.limit_s;
        row
    }

    fn tried(&self, step: &Step) -> Row {
        let folder = self.bundle.join(WORK).join(step.slug());
        let started = Instant::now();
        let outcome = self.outcome(step, &folder);
        let seconds = started.elapsed().as_secs_f64();
        let measured = records::read(&folder.join("records"));
        let kept = records::append(&self.out.join("records.jsonl"), &step.name, &measured);
        let mut row = match outcome.and_then(|note| kept.map(|()| note)) {
            Ok(note) => Row::new(&step.name, step.part, Outcome::Passed, &note),
            Err(error) => Row::new(&step.name, step.part, Outcome::Failed, &format!("{error:#}")),
        };
        row.seconds = seconds;
        row.numbers = records::numbers(&measured);
        row
    }

    fn outcome(&self, step: &Step, folder: &Path) -> Result<String> {
        if folder.exists() {
            fs::remove_dir_all(folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut command = self.command(step, folder)?;
        let limit = Duration::from_secs(step.limit_s);
        let (end, log) = process::run(&mut command, limit, &folder.join("log"))?;
        self.keep_log(step, &log)?;
        match end {
            End::Killed => bail!("killed at its limit of {} s", step.limit_s),
            End::Exited(status) => step.judge.judge(status, &log, (folder, &self.bundle)),
        }
    }

    fn command(&self, step: &Step, folder: &Path) -> Result<Command> {
        let below = folder.strip_prefix(&self.bundle).unwrap_or(folder).display().to_string();
        let mut words = step.action.words.iter().map(|word| word.replace(FOLDER, &below));
        let program = words.next().context("a step without a program")?;
        let path = match program.contains('/') {
            true => self.bundle.join(&program),
            false => tool(&program).with_context(|| format!("{program} is not installed"))?,
        };
        let mut command = Command::new(path);
        command.args(words).current_dir(&self.bundle);
        put_libraries(&mut command, &self.machine.libraries, step.action.search);
        command.env("CUDA_CACHE_PATH", self.bundle.join(WORK).join("compiled-kernels"));
        command.env("CUDA_CACHE_MAXSIZE", "1073741824");
        command.envs(step.action.variables.iter().copied());
        Ok(command)
    }

    /// All logs are in one file, so that few have to be carried back.
    fn keep_log(&self, step: &Step, log: &str) -> Result<()> {
        let file = self.out.join("steps.log");
        let writing = || format!("cannot write {}", file.display());
        let mut opened =
            OpenOptions::new().create(true).append(true).open(&file).with_context(writing)?;
        let set = step.action.variables.iter().map(|(name, value)| format!("{name}={value} "));
        let words = set.collect::<String>() + &step.action.words.join(" ");
        writeln!(opened, "=== {}\n$ {words}\n{log}", step.name).with_context(writing)
    }

    fn write(&mut self) -> Result<()> {
        let found = fs::read_to_string(self.bundle.join(WORK).join("peers").join("peers.json"));
        if let Ok(text) = found {
            self.peers = ratios::read(&text);
        }
        let ratios = ratios::compare(&self.rows, &self.peers);
        let value = table::json(&self.rows, &self.peers, &ratios);
        let text = format!("{value:#}\n");
        let work = self.bundle.join(WORK);
        fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
        replace(&work.join(TABLE), &text)?;
        replace(&self.out.join(TABLE), &text)?;
        replace(&self.out.join("table.md"), &table::markdown(&self.rows, &self.peers, &ratios))
    }
}

fn put_libraries(command: &mut Command, libraries: &Libraries, search: Search) {
    match search {
        Search::Found => command.env("LD_LIBRARY_PATH", libraries.search_path()),
        Search::Bare => command.env_remove("LD_LIBRARY_PATH"),
        Search::Inherited => command,
    };
}

/// As a whole: who is killed meanwhile leaves the table before it.
fn replace(file: &Path, text: &str) -> Result<()> {
    let partial = file.with_extension("partial");
    fs::write(&partial, text)
        .and_then(|()| fs::rename(&partial, file))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests;
