//! The tools that read the series, each a program of its own: series as a file in, reports out.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{score::Reports, series::Series};
use crate::{
    bench::{
        Bench,
        venv::{self, Packages},
    },
    process::{output, run, shown},
    versions::DETECTOR_PACKAGES,
};

const PEERS: &str = include_str!("peers.py");

/// What finds steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The crate bench-records, fed record by record.
    Ours,
    /// Apache Otava, `compute_change_points` with its defaults.
    Otava,
    /// airspeed velocity, `step_detect.detect_steps`.
    Asv,
    /// ruptures, PELT as `KernelCPD` has it.
    Pelt,
    /// ruptures, `Binseg`.
    Binseg,
}

impl Tool {
    /// In the order of the columns.
    pub const ALL: [Self; 5] = [Self::Ours, Self::Otava, Self::Asv, Self::Pelt, Self::Binseg];

    /// The heading of its column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Otava => "Otava",
            Self::Asv => "asv",
            Self::Pelt => "PELT",
            Self::Binseg => "BinSeg",
        }
    }
}

/// What a tool says of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it reported, and when.
    pub reports: Reports,
    /// How long it took for all of it.
    pub seconds: f64,
}

/// The tools, ready to be called.
pub struct Tools<'b> {
    bench: &'b Bench<'b>,
    python: PathBuf,
    folder: PathBuf,
}

impl<'b> Tools<'b> {
    /// Builds ours as it is released, and installs the peers where they are missing.
    pub fn prepare(bench: &'b Bench<'b>) -> Result<Self> {
        let workspace = bench.workspace;
        let mut build = workspace.cargo("bench -p bench-records --bench change --no-run");
        println!("$ {} (usually 1 min the first time, then 1 s)", shown(&build));
        run(&mut build)?;
        let packages = Packages { pinned: &DETECTOR_PACKAGES, usually: "20 s, 400 MB of disk" };
        let python = venv::ensure(workspace, &workspace.target.join("detect-venv"), &packages)?;
        let folder = workspace.target.join("bench").join("detect");
        fs::create_dir_all(&folder)?;
        Ok(Self { bench, python, folder })
    }

    /// What each tool says of each series, a column a tool.
    pub fn all_said(&self, series: &[Series]) -> Result<Vec<Vec<Answer>>> {
        let path = self.written(series)?;
        Tool::ALL.iter().map(|tool| self.asked(*tool, &path, series.len())).collect()
    }

    /// What a tool says of each series.
    pub fn answer(&self, tool: Tool, series: &[Series]) -> Result<Vec<Answer>> {
        let path = self.written(series)?;
        self.asked(tool, &path, series.len())
    }

    /// What a tool says of so many series in a file.
    fn asked(&self, tool: Tool, path: &Path, count: usize) -> Result<Vec<Answer>> {
        let mut command = match tool {
            Tool::Ours => self.ours("follow"),
            peer => self.peer(peer),
        };
        let answers = output(command.arg(path))?;
        let said: Vec<Answer> = answers.lines().map(read).collect::<Result<_>>()?;
        ensure!(said.len() == count, "{} answered {} series", tool.name(), said.len());
        Ok(said)
    }

    /// Milliseconds of each series, of its last record, and its steps.
    pub fn timed(&self, series: &[Series]) -> Result<Vec<(f64, f64, usize)>> {
        let path = self.written(series)?;
        let answers = output(self.ours("time").arg(path))?;
        let read = |line| serde_json::from_str(line).context("ours gave no times");
        answers.lines().map(read).collect()
    }

    fn ours(&self, task: &str) -> Command {
        self.bench.workspace.cargo(&format!("bench -q -p bench-records --bench change -- {task}"))
    }

    fn peer(&self, tool: Tool) -> Command {
        let mut command = self.bench.workspace.command(&self.python.to_string_lossy());
        command.args(["-c", PEERS, tool.name()]);
        command
    }

    fn written(&self, series: &[Series]) -> Result<PathBuf> {
        let path = self.folder.join("series.jsonl");
        write(&path, series).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

fn write(path: &Path, series: &[Series]) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for one in series {
        writeln!(file, "{}", json!({"values": one.values, "first_read": one.first_read}))?;
    }
    Ok(file.flush()?)
}

fn read(line: &str) -> Result<Answer> {
    let answer: Value = serde_json::from_str(line)?;
    let (reports, seconds) =
        serde_json::from_value(answer).context("expected reports and seconds")?;
    Ok(Answer { reports, seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_lists_of_reports_and_seconds() {
        let said = read("[[[25, [20]], [60, [20, 51]]], 0.5]").expect("an answer");
        let expected = Answer { reports: vec![(25, vec![20]), (60, vec![20, 51])], seconds: 0.5 };
        assert_eq!(said, expected);
        assert!(read("{}").is_err());
    }

    #[test]
    fn every_peer_has_a_name_that_the_script_knows() {
        for tool in &Tool::ALL[1..] {
            assert!(PEERS.contains(&format!("\"{}\": ", tool.name())), "{}", tool.name());
        }
    }
}
