//! The head and the exit code in reports are those of the process, and no result is headed as better than it is.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::{
    run::trials::{fake, interrupt, workspace as benchmarks},
    support::builders::{record, result, with},
    support::waiting::wait_until,
    support::workspace::Workspace,
};

fn report(workspace: &Workspace, name: &str) -> Value {
    serde_json::from_str(&workspace.read(&format!("reports/{name}"))).unwrap()
}

/// Holds all reports to one head and one exit code.
#[track_caller]
fn assert_reported(workspace: &Workspace, head: &str, code: i32) {
    let webhook = report(workspace, "webhook.json");
    assert_eq!(webhook["headline"], head);
    assert_eq!((&webhook["exit_code"], &webhook["passed"]), (&json!(code), &json!(code == 0)));
    assert_eq!(report(workspace, "findings.json")["exit_code"], code);
    let slack = report(workspace, "slack.json").to_string();
    assert!(slack.contains(head) && !slack.contains('✅'), "{slack}");
    let comment = workspace.read("reports/comment.md");
    assert!(comment.contains(head) && !comment.contains("no regression"), "{comment}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_gate_is_reported_with_its_exit_code_and_as_not_measured_in_full() {
    let trial = r#"echo trial >> trials; echo '{"latency_s": 0.01, "done": true}'"#;
    let mut long = fake("long", &json!({}));
    long["model"] = json!({"model_path": "none", "model_short_name": "none", "pipeline": "command",
        "command": {"argv": ["sh", "-c", trial], "mode": "per_trial"}});
    long["run_config"]["num_measurement_runs"] = json!(100_000);
    let workspace = benchmarks(&[fake("a-first", &json!({"wait": "none"})), long]);
    let child = workspace.command(&["gate"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    let trials = || std::fs::read_to_string(workspace.path("trials")).unwrap_or_default();
    wait_until("the fourth trial", || trials().lines().count() >= 4);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_reported(&workspace, "1 of 2 benchmarks could not be measured in full", 3);
    let comment = workspace.read("reports/comment.md");
    assert!(comment.contains("**interrupted** `long`"), "{comment}");
    let junit = workspace.read("reports/junit.xml");
    assert!(junit.contains(r#"errors="1""#) && junit.contains("interrupted"), "{junit}");
}

#[test]
fn a_configuration_that_cannot_be_used_gives_reports_the_exit_code_of_the_gate() {
    let workspace = benchmarks(&[fake("sound", &json!({}))]);
    workspace.write("benchmarks/broken.json", "{");
    workspace.run(&["gate"]).expect(2);
    assert_reported(&workspace, "1 of 2 benchmarks could not be measured", 2);
}

#[test]
fn records_that_cannot_be_stored_give_reports_the_exit_code_of_the_command() {
    let workspace = Workspace::new();
    workspace.write("history/records", "a file where a folder belongs");
    workspace.compare(&[result("wan", 1)]).expect(3);
    assert_eq!(report(&workspace, "webhook.json")["exit_code"], 3);
}

#[test]
fn a_static_limit_that_only_the_run_looks_at_is_no_pass_in_reports() {
    let mut slow = fake("slow", &json!({}));
    slow["thresholds"]["Fake"] = json!({"max_generation_time_s": 1.0, "max_peak_memory_mb": 99.0});
    let workspace = benchmarks(&[slow]);
    workspace.run(&["gate", "--policy", "seed"]).expect(1);
    assert_reported(&workspace, "a static limit was broken", 1);
}

#[test]
fn a_result_without_a_value_passes_as_the_suite_does_and_is_not_headed_as_good() {
    for policy in ["seed", "fastvideo"] {
        let workspace = Workspace::new();
        workspace.put_records(&[record("wan", 1)]);
        let nothing = json!({
            "avg_generation_time_s": null, "throughput_fps": null, "max_peak_memory_mb": null,
            "text_encoder_time_s": null, "dit_time_s": null, "vae_decode_time_s": null,
        });
        let empty = with(result("wan", 2), &nothing);
        workspace.compare_with(&[empty], &["--policy", policy]).expect(0);
        let webhook = report(&workspace, "webhook.json");
        assert_eq!(webhook["headline"], "1 of 1 benchmarks had nothing to judge", "{policy}");
        let comment = workspace.read("reports/comment.md");
        assert!(comment.contains("**not judged** `wan`"), "{comment}");
        let slack = report(&workspace, "slack.json").to_string();
        assert!(slack.contains('⚠') && !slack.contains('✅'), "{slack}");
    }
}
