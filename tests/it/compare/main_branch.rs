//! Main is main: the records of other branches are judged and kept, and nothing is judged by them.

use serde_json::{Value, json};

use crate::{
    support::builders::{result, with},
    support::workspace::{Finished, Workspace},
};

/// Judges and stores a run of day `day` that took `latency_s` on `branch`.
fn compare(
    workspace: &Workspace,
    (day, branch, latency_s): (u32, &str, f64),
    further: &[(&str, &str)],
) -> Value {
    let values = json!({"avg_generation_time_s": latency_s, "individual_times_s": [latency_s]});
    workspace.put_results(&[with(result("clip", day), &values)]);
    let variables = [&[("GITHUB_REF_NAME", branch), ("GITHUB_SHA", "abcdef0")], further].concat();
    let finished: Finished = workspace.run_with(&["compare"], &variables);
    assert!([0, 1].contains(&finished.code), "{}{}", finished.stdout, finished.stderr);
    workspace.judged()
}

#[test]
fn a_branch_that_is_no_pull_request_does_not_become_what_main_is_judged_by() {
    let workspace = Workspace::new();
    for day in 1..=3 {
        compare(&workspace, (day, "main", 10.0), &[]);
    }
    for day in 4..=6 {
        let judged = compare(&workspace, (day, "feature-x", 5.0), &[]);
        assert_eq!(
            (&judged["verdict"], &judged["baseline_count"]),
            (&json!("improved"), &json!(3))
        );
        let notices = judged["notices"].to_string();
        assert!(
            notices.contains("measured on branch feature-x, not on main or master"),
            "{notices}"
        );
    }
    let judged = compare(&workspace, (7, "main", 10.02), &[]);
    assert_eq!((&judged["verdict"], &judged["baseline_count"]), (&json!("pass"), &json!(3)));
    assert_eq!(workspace.records().len(), 7);
    let listed = workspace.run(&["history", "clip"]).expect(0).stdout;
    assert_eq!(listed.matches("branch feature-x").count(), 3, "{listed}");
}

#[test]
fn branches_that_were_measured_before_main_step_aside_when_main_comes() {
    let workspace = Workspace::new();
    for day in 1..=3 {
        compare(&workspace, (day, "feature-x", 5.0), &[]);
    }
    let judged = compare(&workspace, (4, "main", 10.0), &[]);
    assert_eq!((&judged["verdict"], &judged["baseline_count"]), (&json!("calibration"), &json!(0)));
    let judged = compare(&workspace, (5, "main", 10.0), &[]);
    assert_eq!((&judged["verdict"], &judged["baseline_count"]), (&json!("pass"), &json!(1)));
}

#[test]
fn what_ci_says_is_the_main_branch_is() {
    let workspace = Workspace::new();
    let event = workspace.write("event.json", r#"{"repository": {"default_branch": "develop"}}"#);
    let github = [("GITHUB_EVENT_PATH", event.to_str().unwrap())];
    compare(&workspace, (1, "develop", 10.0), &github);
    compare(&workspace, (2, "main", 5.0), &github);
    let judged = compare(&workspace, (3, "develop", 10.0), &github);
    assert_eq!((&judged["verdict"], &judged["baseline_count"]), (&json!("pass"), &json!(1)));
    let buildkite = [("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "develop")];
    let judged = compare(&workspace, (4, "develop", 10.0), &buildkite);
    assert_eq!(judged["baseline_count"], json!(2));
    let judged = compare(&workspace, (5, "develop", 10.0), &[("PERF_MAIN_BRANCH", "release,main")]);
    assert_eq!(judged["baseline_count"], json!(1), "only the record of main");
}

#[test]
fn a_flag_beats_what_ci_says() {
    let workspace = Workspace::new();
    compare(&workspace, (1, "work", 10.0), &[]);
    workspace.put_results(&[result("clip", 2)]);
    let variables = [("GITHUB_REF_NAME", "work"), ("PERF_MAIN_BRANCH", "main")];
    workspace.run_with(&["compare", "--main-branch", "work"], &variables).expect(0);
    assert_eq!(workspace.judged()["baseline_count"], json!(1));
    let stored =
        workspace.records().into_iter().map(|path| workspace.read(&format!("history/{path}")));
    assert_eq!(stored.filter(|record| record.contains(r#""main_branch": "work""#)).count(), 1);
}

#[test]
fn a_branch_is_not_what_a_series_stands_by() {
    let workspace = Workspace::new();
    for day in 1..=3 {
        compare(&workspace, (day, "main", 10.0), &[]);
    }
    compare(&workspace, (4, "feature-x", 50.0), &[]);
    let listed = workspace.run(&["history"]).expect(0).stdout;
    assert!(listed.contains("pass") && !listed.contains("regression"), "{listed}");
}
