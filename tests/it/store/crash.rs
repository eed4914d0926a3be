//! Writers that are killed at any moment: what they acknowledged is there, once, and nothing is
//! broken.

use std::{
    collections::HashMap,
    process::Stdio,
    thread::{scope, sleep},
    time::Duration,
};

use serde_json::json;

use crate::{
    support::builders::{record, result, with},
    support::workspace::Workspace,
};

const WRITERS: u64 = 3;
/// Kills that each writer must suffer.
const KILLS: usize = 70;
/// Processes after which a writer gives up, should most of them finish before they are killed.
const PROCESSES: u64 = 500;
const BENCHMARKS: [&str; 3] = ["wan", "sana", "flux"];

/// What one writer did.
struct Writer {
    number: u64,
    dice: Dice,
    kills: usize,
    /// Commits of the records whose storing was printed.
    acknowledged: Vec<String>,
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Seven characters, as `history` shows commits; one record a benchmark has each.
fn commit(writer: u64, process: u64, record: usize) -> String {
    format!("{writer}{process:05}{record}")
}

fn time(writer: u64, process: u64) -> String {
    let (hour, minute) = (process / 60, process % 60);
    format!("2025-05-01T{hour:02}:{minute:02}:{:02}Z", writer * 10)
}

impl Writer {
    fn run(mut self, workspace: &Workspace) -> Self {
        let mut patience = Duration::from_millis(40);
        for process in 0..PROCESSES {
            if self.kills == KILLS {
                break;
            }
            let (args, commits, told) = if self.dice.below(3) == 0 {
                self.comparison(workspace, process)
            } else {
                self.import(workspace, process)
            };
            let delay = Duration::from_micros(self.dice.below(patience.as_micros() as u64 + 1));
            let (was_killed, stdout) = run_and_kill(workspace, &args, delay);
            self.kills += usize::from(was_killed);
            if stdout.contains(told) {
                self.acknowledged.extend(commits);
            }
            // grows until a process finishes in time, then falls back to what that one had
            patience = if was_killed { patience * 17 / 16 } else { delay };
        }
        self
    }

    fn import(
        &self,
        workspace: &Workspace,
        process: u64,
    ) -> (Vec<String>, Vec<String>, &'static str) {
        let commits: Vec<String> =
            (0..3).map(|index| commit(self.number, process, index)).collect();
        let records = commits.iter().zip(BENCHMARKS).map(|(commit, benchmark)| {
            let stamp = json!({"commit_sha": commit, "timestamp": time(self.number, process)});
            with(record(benchmark, 1), &stamp)
        });
        let file = format!("in/{}.json", self.number);
        workspace.write_json(&file, &records.collect());
        let args = ["import", "--from", "fastvideo", &file].map(str::to_owned);
        (args.to_vec(), commits, ": 3 records read, ")
    }

    fn comparison(
        &self,
        workspace: &Workspace,
        process: u64,
    ) -> (Vec<String>, Vec<String>, &'static str) {
        let commit = commit(self.number, process, 0);
        let stamp = json!({"commit": commit, "timestamp": time(self.number, process)});
        let benchmark = BENCHMARKS[self.number as usize % 3];
        let file = format!("in/perf_{}.json", self.number);
        workspace.write_json(&file, &with(result(benchmark, 1), &stamp));
        let reports = format!("reports/{}", self.number);
        let args = ["compare", "--results", &file, "--reports", &reports].map(str::to_owned);
        (args.to_vec(), vec![commit], "; 1 added to history\n")
    }
}

/// Whether the process was killed, and what it had printed.
fn run_and_kill(workspace: &Workspace, args: &[String], delay: Duration) -> (bool, String) {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = workspace.command(&args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(delay);
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("error"), "{args:?}: {stderr}");
    (output.status.code().is_none(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How often each commit is in the history.
fn counted(workspace: &Workspace) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for benchmark in BENCHMARKS {
        let history = workspace.run(&["history", benchmark, "--json"]).expect(0).json();
        for run in history[0]["runs"].as_array().unwrap() {
            *counts.entry(run["commit"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_exactly_once() {
    let workspace = Workspace::new();
    let writers: Vec<Writer> = scope(|scope| {
        let spawned: Vec<_> = (0..WRITERS)
            .map(|number| {
                let dice = Dice(0x00c0_ffee + number);
                let writer = Writer { number, dice, kills: 0, acknowledged: Vec::new() };
                let workspace = &workspace;
                scope.spawn(move || writer.run(workspace))
            })
            .collect();
        spawned.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let kills: usize = writers.iter().map(|writer| writer.kills).sum();
    assert!(kills >= 200, "only {kills} processes were killed");

    let index = workspace.run(&["index", "--json"]).expect(0).json();
    assert_eq!(index["set_aside"], json!([]));
    assert_eq!(index["records"], workspace.records().len());
    let counts = counted(&workspace);
    let mut acknowledged = writers.iter().flat_map(|writer| &writer.acknowledged).peekable();
    assert!(acknowledged.peek().is_some(), "no process got as far as its acknowledgement");
    for commit in acknowledged {
        assert_eq!(counts.get(commit), Some(&1), "{commit}");
    }
    let twice = counts.iter().find(|(_, count)| **count > 1);
    assert_eq!(twice, None, "no record counts twice, acknowledged or not");

    let head = "history/index/v1/head.ndjson";
    let grown = workspace.read(head);
    workspace.run(&["index", "--rebuild"]).expect(0);
    assert_eq!(workspace.read(head), grown);
}
