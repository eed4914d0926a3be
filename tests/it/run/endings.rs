//! `run` with programs that end, or end their trials, too early, too late, twice, never or badly.

#![cfg(unix)]

use serde_json::{Value, json};

use crate::{
    run::command::benchmark,
    run::trials::result,
    support::workspace::{Finished, Workspace},
};

/// Runs a script twice per phase, in a mode; the workspace and what was said.
fn run(mode: &str, script: &str, timeout_s: f64) -> (Workspace, Finished) {
    run_prompt(mode, script, timeout_s, "a boat")
}

fn run_prompt(mode: &str, script: &str, timeout_s: f64, prompt: &str) -> (Workspace, Finished) {
    let workspace = Workspace::new();
    let command = json!({"argv": ["sh", "program.sh"], "mode": mode, "timeout_s": timeout_s});
    let mut benchmark = benchmark("ends", "", &command);
    benchmark["test_prompts"] = json!([prompt]);
    benchmark["run_config"]["num_measurement_runs"] = json!(2);
    workspace.write_json("b.json", &benchmark);
    workspace.write("program.sh", script);
    let finished = workspace.run(&["run", "b.json"]);
    (workspace, finished)
}

/// A program that runs all trials, with what it does in each and after the last one.
fn once(each: &str, last: &str) -> String {
    format!("echo '{{\"ready\": true}}'\nwhile read -r request; do {each}\ndone\n{last}")
}

const DONE: &str = r#"echo '{"done": true}'"#;

/// Fails with this reason, and keeps as many trials.
fn fails(mode: &str, script: &str, expected: &str, trials: Option<usize>) {
    let (workspace, finished) = run(mode, script, 60.0);
    assert_eq!(finished.code, 3, "{}{}", finished.stdout, finished.stderr);
    let raw = result(&workspace, "ends");
    let reason = raw["failed"].to_string().replace("\\\"", "\"");
    assert!(reason.contains(expected), "{reason}");
    if let Some(trials) = trials {
        assert_eq!(raw["trials"].as_array().map(Vec::len), Some(trials), "{raw}");
    }
}

#[test]
fn a_program_of_all_trials_that_fails_at_its_end_is_failed_with_its_trials() {
    let fails =
        |each: &str, last: &str, said: &str| fails("once", &once(each, last), said, Some(4));
    let place = "ending after the last trial failed: sh ";
    fails(DONE, "exit 7", &format!("{place}ended with exit status: 7"));
    fails(DONE, "echo 'no space' >&2; exit 1", "(its last lines: no space)");
    fails(DONE, "kill -9 $$", &format!("{place}ended with signal: 9"));
    fails(DONE, "echo '{\"error\": \"no flush\"}'", &format!("{place}says: no flush"));
    let count = format!("n=${{n}}x; {DONE}; [ $n != xxxx ] || exit 7");
    fails(&count, "", &format!("{place}ended with exit status: 7"));
}

#[test]
fn a_program_of_all_trials_that_ends_well_by_itself_is_measured() {
    for last in ["", "exit 0", "echo bye; echo bye >&2"] {
        let (_, finished) = run("once", &once(DONE, last), 60.0);
        assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
        assert!(!finished.stderr.contains("warning"), "{}", finished.stderr);
    }
    let count = format!("n=${{n}}x; {DONE}; [ $n != xxxx ] || exit 0");
    run("once", &once(&count, ""), 60.0).1.expect(0);
}

#[test]
fn a_program_that_does_not_end_with_its_input_is_killed_and_named() {
    let (_, finished) = run("once", &once(DONE, "sleep 300"), 2.0);
    assert_eq!(finished.code, 0, "{}", finished.stdout);
    let said = "sh did not end within 2 s of the end of its input and was killed";
    assert_eq!(finished.stderr.matches(said).count(), 1, "{}", finished.stderr);
}

/// What it started prints on until it is killed.
#[test]
fn a_program_that_leaves_something_running_ends_as_it_ended_itself() {
    let leaves = |code: u8| format!("(while :; do echo on; sleep 0.01; done) &\nexit {code}");
    let (_, finished) = run("once", &once(DONE, &leaves(0)), 2.0);
    assert_eq!(finished.code, 0, "{}", finished.stdout);
    assert!(!finished.stderr.contains("warning"), "{}", finished.stderr);
    let (_, finished) = run("once", &once(DONE, &leaves(7)), 2.0);
    assert!(finished.stdout.contains("ended with exit status: 7"), "{}", finished.stdout);
}

#[test]
fn a_program_that_ends_before_its_last_trial_is_failed() {
    let count = format!("n=${{n}}x; {DONE}; [ $n != xx ] || exit 0");
    let said = "sh ended with exit status: 0 before it said {\"done\": true}";
    fails("once", &once(&count, ""), said, Some(2));
}

/// Wherever the second one is read: before the next request, after it, or at the end.
#[test]
fn a_surplus_done_never_leaves_a_measured_benchmark() {
    let said = "said {\"done\": true} more often than it got requests";
    let twice = format!("{DONE}; {DONE}");
    fails("once", &once(&twice, ""), said, None);
    fails("once", &once(&format!("{DONE}; {DONE} &"), "wait"), said, None);
    fails("once", &once(DONE, DONE), said, Some(4));
    fails("per_trial", &twice, said, Some(0));
    let with_more = format!("{DONE}; echo '{{\"ttft_ms\": 5, \"done\": true}}'");
    fails("per_trial", &with_more, said, Some(0));
}

#[test]
fn a_done_that_nobody_asked_for_ends_no_trial() {
    let loading = format!("{DONE}\n{}", once(DONE, ""));
    fails("once", &loading, "said {\"done\": true} before any request", Some(0));
    let ready = r#"echo '{"ready": true, "done": true}'; read -r request"#;
    fails("once", ready, "said {\"done\": true} before any request", Some(0));
    let early = once(DONE, "").replace("while", &format!("{DONE}\nwhile"));
    fails("once", &early, "more often than it got requests", None);
}

#[test]
fn an_error_after_done_fails_the_benchmark_wherever_it_is_read() {
    let wrong = format!("{DONE}; echo '{{\"error\": \"wrong pixels\"}}'");
    fails("once", &once(&wrong, ""), "sh says: wrong pixels", None);
    fails("per_trial", &wrong, "clean trial 1 failed: sh says: wrong pixels", Some(0));
}

#[test]
fn what_is_said_of_a_trial_before_any_runs_is_named() {
    let script = format!("echo '{{\"frames\": 3, \"step\": 1}}'\n{}", once(DONE, ""));
    let (_, finished) = run("once", &script, 60.0);
    let said = "sh said step, frames before {\"ready\": true}, when no trial ran";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
}

#[test]
fn a_program_that_prints_without_end_is_killed_at_its_deadline() {
    let flood = r#"while :; do echo '{"stage": "x", "seconds": 0.0001}'; done"#;
    let words = "while :; do echo x; done >&2";
    let no_line_end = "cat /dev/zero";
    for script in [flood, words, no_line_end, &format!("{DONE}\n{flood}")] {
        let (_, finished) = run("per_trial", script, 1.0);
        assert_eq!(finished.code, 3);
        let said = "sh took longer than model.command.timeout_s and was killed";
        assert!(finished.stdout.contains(said), "{script}: {}", finished.stdout);
    }
    let loading = run("once", flood, 1.0).1;
    assert!(loading.stdout.contains("it did not say {\"ready\": true} within 1 s"));
    let at_end = once(DONE, "while :; do echo '{\"a_ms\": 1}'; done");
    let finished = run("once", &at_end, 2.0).1;
    assert!(finished.stderr.contains("was killed; end it there"), "{}", finished.stderr);
}

#[test]
fn a_message_that_is_longer_than_a_line_may_be_is_refused_in_few_words() {
    let script =
        r#"printf '{"note": "'; head -c 2000000 /dev/zero | tr '\0' x; echo '"}'; read -r x"#;
    let (_, finished) = run("per_trial", script, 60.0);
    assert_eq!(finished.code, 3);
    let said = "sh printed a line of more than 1 MiB, {\"note\": \"xxxx";
    assert!(finished.stdout.contains(said) && finished.stdout.len() < 2000, "{}", finished.stdout);
}

#[test]
fn a_request_that_is_longer_than_a_pipe_reaches_who_reads_it_late_and_waits_for_nobody() {
    let prompt = "long ".repeat(60_000);
    let late = r#"
        seq 5000
        read -r request
        echo "{\"request_bytes\": ${#request}, \"done\": true}""#;
    let (workspace, finished) = run_prompt("per_trial", late, 60.0, &prompt);
    assert_eq!(finished.code, 0, "{}", finished.stdout);
    let read_bytes = &result(&workspace, "ends")["metrics"]["request_bytes"];
    assert!(read_bytes.as_f64().is_some_and(|bytes| bytes > 300_000.0), "{read_bytes}");
    let (_, finished) = run_prompt("per_trial", DONE, 60.0, &prompt);
    assert_eq!(finished.code, 0, "{}", finished.stdout);
    let (_, finished) = run_prompt("per_trial", "sleep 300", 1.0, &prompt);
    assert!(finished.stdout.contains("took longer than"), "{}", finished.stdout);
}

/// Peak memory of each trial.
fn peaks_mb(workspace: &Workspace) -> Vec<Option<f64>> {
    let raw = result(workspace, "ends");
    let trials = raw["trials"].as_array().unwrap();
    trials.iter().map(|trial: &Value| trial["peak_memory_mb"].as_f64()).collect()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn the_memory_of_a_program_that_ends_with_its_last_line_is_known_in_each_trial() {
    for script in [DONE, "echo '{\"done\": true}' >v\nexec cat v"] {
        let (workspace, finished) = run("per_trial", script, 60.0);
        assert_eq!(finished.code, 0, "{}", finished.stdout);
        let peaks_mb = peaks_mb(&workspace);
        // a shell has less than this runner, which it begins as a copy of
        let fits = |peak_mb: &Option<f64>| peak_mb.is_some_and(|mb| mb > 0.3 && mb < 8.0);
        assert!(peaks_mb.len() == 4 && peaks_mb.iter().all(fits), "{peaks_mb:?}");
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn the_peak_of_a_program_or_what_it_waits_for_is_exact_though_nobody_looked_at_it_while_it_lived() {
    let script = r#"python3 -c '
import os
held = bytearray(96 << 20)
os.write(1, b"{\"done\": true}\n")
os._exit(0)'"#;
    for script in [format!("exec {script}"), format!("{script}\nexit 0")] {
        let (workspace, finished) = run("per_trial", &script, 60.0);
        assert_eq!(finished.code, 0, "{}", finished.stdout);
        let peaks_mb = peaks_mb(&workspace);
        let fits = |peak_mb: &Option<f64>| peak_mb.is_some_and(|mb| mb > 96.0 && mb < 130.0);
        assert!(peaks_mb.len() == 4 && peaks_mb.iter().all(fits), "{peaks_mb:?}");
    }
}
