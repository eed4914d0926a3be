//! Several processes at one store, none of which is interrupted.

use std::thread::scope;

use serde_json::{Value, json};

use crate::{
    support::builders::{record, timed, with},
    support::workspace::{Finished, Workspace},
};

const TIMES: usize = 12;

/// Runs `left` and `right` at the same time, each [`TIMES`] times; what all of them left behind.
fn beside(
    left: impl Fn(usize) -> Finished + Sync,
    right: impl Fn(usize) -> Finished + Sync,
) -> (Vec<Finished>, Vec<Finished>) {
    scope(|scope| {
        let left = scope.spawn(|| (0..TIMES).map(&left).collect());
        let right = scope.spawn(|| (0..TIMES).map(&right).collect());
        (left.join().unwrap(), right.join().unwrap())
    })
}

fn assert_all(finished: &[Finished], code: i32) {
    for run in finished {
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn readers_are_not_disturbed_by_a_rebuild() {
    let workspace = Workspace::new();
    for benchmark in ["wan", "sana", "flux"] {
        workspace.put_records(&[1, 2, 3].map(|day| record(benchmark, day)));
    }
    workspace.run(&["index"]).expect(0);
    workspace.put_results(&[timed("wan", 9, 20.0)]);
    let (rebuilt, compared) = beside(
        |_| workspace.run(&["index", "--rebuild"]),
        |_| workspace.run(&["compare", "--persist", "never"]),
    );
    assert_all(&rebuilt, 0);
    assert_all(&compared, 1);
    for run in &compared {
        assert!(run.stdout.contains("against 3 records"), "{}", run.stdout);
    }
}

#[test]
fn two_jobs_that_compare_at_once_both_keep_their_records() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let compare = |side: &str, index: usize| {
        let (file, reports) = (format!("in/perf_{side}.json"), format!("reports/{side}"));
        let stamp = json!({"timestamp": format!("2025-06-01T{index:02}:00:00Z"), "branch": side});
        let value = if side == "left" { 10.0 } else { 10.1 };
        workspace.write_json(&file, &with(timed("wan", 2, value), &stamp));
        workspace.run(&["compare", "--results", &file, "--reports", &reports])
    };
    let (left, right) = beside(|index| compare("left", index), |index| compare("right", index));
    assert_all(&left, 0);
    assert_all(&right, 0);
    assert_eq!(workspace.records().len(), 2 * TIMES + 1);
    let counted = workspace.run(&["index", "--json"]).expect(0).json();
    assert_eq!(counted["records"], 2 * TIMES + 1);
    assert_eq!(counted["files_read"], 0, "the last comparison left a current index");
}

#[test]
fn two_people_annotate_at_once_and_every_line_is_whole() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let annotate = |side: &str| workspace.run(&["annotate", "0123456", "--text", side]);
    let (left, right) = beside(|_| annotate("left"), |_| annotate(&"right ".repeat(500)));
    assert_all(&left, 0);
    assert_all(&right, 0);
    let events = workspace.read("history/events.ndjson");
    let whole = events.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok());
    assert_eq!(whole.count(), 2 * TIMES);
}

#[test]
fn two_imports_at_once_declare_a_metric_once() {
    let workspace = Workspace::new();
    let import = |file: &str| {
        let run = json!({"results": [{"command": file, "mean": 1.0, "user": 0.5, "system": 0.1}]});
        workspace.write_json(file, &run);
        let args = ["import", "--from", "hyperfine", file, "--timestamp", "2025-05-01T00:00:00Z"];
        workspace.run(&args)
    };
    for round in 0..TIMES {
        let _ = std::fs::remove_file(workspace.path("history/metrics.ndjson"));
        let names = [format!("in/left{round}.json"), format!("in/right{round}.json")];
        let (left, right) = scope(|scope| {
            let left = scope.spawn(|| import(&names[0]));
            (left.join(), import(&names[1]))
        });
        assert_all(&[left.unwrap(), right], 0);
        assert_eq!(workspace.read("history/metrics.ndjson").lines().count(), 2, "round {round}");
    }
}
