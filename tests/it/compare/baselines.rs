//! Which records a baseline holds.

use serde_json::{Value, json};

use crate::{
    support::builders::{finding, record, result, timed, with},
    support::workspace::Workspace,
};

/// One good record of 10 s, then five of 30 s with `fields`; a run of 30 s is compared with them.
fn base_after(fields: &Value) -> (Workspace, Value) {
    let workspace = Workspace::new();
    let slow = |day| with(with(record("wan", day), &json!({"latency": 30.0})), fields);
    let records: Vec<Value> = (2..7)
        .map(|day| with(slow(day), &json!({"commit_sha": format!("{day:07}")})))
        .chain([record("wan", 1)])
        .collect();
    workspace.put_records(&records);
    workspace.compare(&[timed("wan", 20, 30.0)]);
    let judged = workspace.judged();
    (workspace, judged)
}

#[test]
fn records_that_may_not_count_never_enter_a_baseline() {
    for fields in [
        json!({"success": false}),
        json!({"run_source": "pr"}),
        json!({"pr_number": "1234"}),
        json!({"pr_number": 1234, "run_source": "unknown"}),
        json!({"baseline_eligible": false}),
        json!({"timestamp": "2999-01-01T00:00:00Z"}),
        json!({"timestamp": "yesterday"}),
    ] {
        let (_workspace, judged) = base_after(&fields);
        assert_eq!(judged["verdict"], "regression", "{fields}: {judged}");
        assert_eq!(judged["baseline_count"], 1, "{fields}");
        assert_eq!(finding(&judged, "rolling", "latency")["base"], 10.0, "{fields}");
    }
}

#[test]
fn old_records_that_say_nothing_of_their_origin_count() {
    for fields in [json!({}), json!({"success": null, "pr_number": "false"})] {
        let fields = with(fields, &json!({"success": true}));
        let (_workspace, judged) = base_after(&fields);
        assert_eq!(judged["baseline_count"], 5, "{fields}");
        assert_eq!(judged["verdict"], "pass", "{fields}");
    }
}

#[test]
fn a_record_without_success_counts_as_successful() {
    let workspace = Workspace::new();
    let mut silent = record("wan", 1);
    silent.as_object_mut().unwrap().remove("success");
    workspace.put_records(&[silent]);
    workspace.compare(&[timed("wan", 2, 20.0)]).expect(1);
}

#[test]
fn a_run_is_compared_with_what_ran_before_it_and_not_with_itself() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), with(record("wan", 9), &json!({"latency": 50.0}))]);
    for _ in 0..2 {
        let finished = workspace.compare(&[timed("wan", 5, 11.0)]).expect(1);
        assert_eq!(workspace.judged()["baseline_count"], 1);
        let notice = "1 newer record of the series was not used";
        assert!(finished.stdout.contains(notice), "{}", finished.stdout);
    }
}

#[test]
fn a_run_of_a_pull_request_is_kept_out_though_it_was_stored() {
    let workspace = Workspace::new();
    workspace.put_results(&[timed("wan", 1, 30.0)]);
    let variables = [("BUILDKITE_PULL_REQUEST", "7")];
    workspace.run_with(&["compare", "--persist", "always"], &variables).expect(0);
    assert_eq!(workspace.records().len(), 1);
    workspace.compare(&[result("wan", 2)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
}

#[test]
fn a_regressed_run_does_not_move_the_baseline() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    for day in 2..6 {
        workspace.compare(&[timed("wan", day, 20.0)]).expect(1);
        assert_eq!(workspace.judged()["baseline_count"], 1);
    }
    assert_eq!(workspace.records().len(), 5, "failed runs are kept, as failed");
}

#[test]
fn another_gpu_is_another_series() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let other = with(timed("wan", 2, 99.0), &json!({"device": "NVIDIA H100"}));
    workspace.compare(&[other]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
}

#[test]
fn a_result_from_the_future_is_flagged_and_enters_no_baseline() {
    let workspace = Workspace::new();
    let future = with(timed("wan", 1, 30.0), &json!({"timestamp": "2999-01-01T00:00:00Z"}));
    let finished = workspace.compare(&[future]).expect(0);
    assert!(finished.stdout.contains("is no time of the past"), "{}", finished.stdout);
    workspace.compare(&[result("wan", 2)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
}

#[test]
fn a_zero_baseline_is_a_number_under_strict_and_skipped_under_seed() {
    let workspace = Workspace::new();
    workspace.put_records(&[with(record("wan", 1), &json!({"memory": 0}))]);
    workspace.compare(&[result("wan", 2)]).expect(1);
    let markdown = workspace.report();
    assert!(markdown.contains("(from 0, worse)"), "{markdown}");
    let seed = ["--policy", "seed", "--persist", "never"];
    workspace.compare_with(&[result("wan", 2)], &seed).expect(0);
}

#[test]
fn a_run_judged_again_under_a_wider_limit_does_not_count_from_then_on() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.compare(&[timed("wan", 2, 20.0)]).expect(1);
    workspace.compare_with(&[timed("wan", 2, 20.0)], &["--max-regression", "1"]).expect(0);
    workspace.compare(&[timed("wan", 3, 15.0)]).expect(1);
    let judged = workspace.judged();
    assert_eq!(finding(&judged, "rolling", "latency")["base"], 10.0);
}

#[test]
fn a_gpu_that_is_null_and_one_that_is_not_stated_are_the_same_unknown_gpu() {
    let workspace = Workspace::new();
    workspace.put_records(&[with(record("wan", 1), &json!({"gpu_type": null}))]);
    let mut silent = timed("wan", 2, 20.0);
    silent.as_object_mut().unwrap().remove("device");
    workspace.compare(&[silent]).expect(1);
}
