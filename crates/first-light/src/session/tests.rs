//! Whole sessions with shell scripts in place of the bundle's programs.

use std::time::Instant;

use serde_json::json;

use super::*;
use crate::bundle::Program;

fn shell(name: &str, limit_s: u64, script: &str) -> Step {
    Step::command(1, name, limit_s, &["sh", "-c", script])
}

fn machine(bundle: &Path) -> Machine {
    Machine::look(bundle, Libraries::default())
}

/// Runs steps in a fresh bundle; rows and the folder that is left.
fn run(steps: &[Step]) -> (Vec<Row>, tempfile::TempDir) {
    let bundle = tempfile::tempdir().expect("a temporary folder");
    let out = bundle.path().join("out");
    let machine = machine(bundle.path());
    let mut session = Session::new(bundle.path(), &out, &machine).expect("a session");
    (session.run(steps).expect("tables can be written").to_vec(), bundle)
}

#[test]
fn a_step_that_fails_or_hangs_does_not_keep_the_others_from_running() {
    let started = Instant::now();
    let (rows, bundle) = run(&[
        shell("fails", 5, "echo no such symbol; exit 127"),
        shell("hangs", 1, "echo begun; sleep 60"),
        shell("needs much", 5, "true").needing(&[Need::Bundled(Program::Cudnn)]),
        shell("passes", 5, "true"),
    ]);
    assert!(started.elapsed() < Duration::from_secs(20));
    let outcomes: Vec<(&str, &str)> =
        rows.iter().map(|row| (row.outcome.word(), row.words.as_str())).collect();
    let expected = [
        ("failed", "ended with exit status: 127: no such symbol"),
        ("failed", "killed at its limit of 1 s"),
        ("skipped", "bin/bench-runner-cudnn is not in the bundle"),
        ("passed", ""),
    ];
    assert_eq!(outcomes, expected);
    let text = fs::read_to_string(bundle.path().join("out/table.md")).expect("a table");
    assert!(text.contains("1 passed, 2 failed, 1 skipped"), "{text}");
    let log = fs::read_to_string(bundle.path().join("out/steps.log")).expect("a log");
    assert!(log.contains("=== hangs\n$ sh -c echo begun; sleep 60\nbegun\n"), "{log}");
}

#[test]
fn the_table_is_there_after_each_step_and_the_next_part_goes_on_with_it() {
    let (_, bundle) = run(&[shell("one", 5, "true")]);
    let other = bundle.path().join("other");
    let machine = machine(bundle.path());
    let mut session = Session::new(bundle.path(), &other, &machine).expect("a session");
    // the table that the first part left is what the second step finds
    let finds = shell("two", 5, "grep -q '\"one\"' work/table.json");
    let rows = session.run(&[finds]).expect("tables can be written");
    let names: Vec<&str> = rows.iter().map(|row| row.step.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(rows[1].outcome, Outcome::Passed);
}

#[test]
fn records_of_a_step_are_kept_and_their_numbers_are_in_the_table() {
    let write = "mkdir {folder}/records && echo '{\"dit_time_s\": 2.5}' > {folder}/records/a.json";
    let (rows, bundle) = run(&[shell("measures", 5, write)]);
    assert_eq!(rows[0].numbers["dit_time_s"], json!(2.5));
    let lines = fs::read_to_string(bundle.path().join("out/records.jsonl")).expect("records");
    assert_eq!(lines, "{\"step\":\"measures\",\"record\":{\"dit_time_s\":2.5}}\n");
}

#[test]
fn variables_and_libraries_reach_the_child() {
    let with = |search: Search, mut step: Step| {
        step.action.search = search;
        step
    };
    let ours = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    let inherited = format!("test \"$LD_LIBRARY_PATH\" = \"{ours}\"");
    let set = "test \"$SWITCH\" = on && test -n \"$CUDA_CACHE_PATH\"";
    let (rows, _bundle) = run(&[
        shell("set", 5, set).with(&[("SWITCH", "on")]),
        shell("found", 5, "test -n \"${LD_LIBRARY_PATH+set}\""),
        with(Search::Bare, shell("bare", 5, "test -z \"${LD_LIBRARY_PATH+set}\"")),
        with(Search::Inherited, shell("inherited", 5, &inherited)),
    ]);
    assert!(rows.iter().all(|row| row.outcome == Outcome::Passed), "{rows:?}");
}
