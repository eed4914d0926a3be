//! When `compare` adds records to the store.

use serde_json::json;

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
};

/// Number of records that a comparison adds to an empty store.
fn added(mode: Option<&str>, variables: &[(&str, &str)]) -> usize {
    let workspace = Workspace::new();
    workspace.put_results(&[result("wan", 1)]);
    let mut args = vec!["compare"];
    args.extend(mode.iter().flat_map(|mode| ["--persist", mode]));
    let finished = workspace.run_with(&args, variables).expect(0);
    let count = workspace.records().len();
    let said = finished.stdout.contains("1 added to history");
    assert_eq!(said, count == 1, "{}", finished.stdout);
    assert_eq!(workspace.judged()["stored_as"].is_string(), count == 1);
    count
}

const PULL_REQUESTS: [&[(&str, &str)]; 3] = [
    &[("BUILDKITE_PULL_REQUEST", "12")],
    &[("GITHUB_REF", "refs/pull/7/merge")],
    &[("BUILDKITE_PULL_REQUEST", "false"), ("GITHUB_REF", "refs/pull/7/merge")],
];

const NO_PULL_REQUESTS: [&[(&str, &str)]; 5] = [
    &[],
    &[("BUILDKITE_PULL_REQUEST", "false")],
    &[("BUILDKITE_PULL_REQUEST", "")],
    &[("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", "abcdef0")],
    &[("TEST_SCOPE", "full"), ("BUILDKITE_BRANCH", "main"), ("BUILDKITE_COMMIT", "abcdef0")],
];

#[test]
fn auto_stores_everywhere_but_on_pull_requests() {
    for variables in PULL_REQUESTS {
        assert_eq!(added(None, variables), 0, "{variables:?}");
        assert_eq!(added(Some("auto"), variables), 0, "{variables:?}");
    }
    for variables in NO_PULL_REQUESTS {
        assert_eq!(added(None, variables), 1, "{variables:?}");
    }
}

#[test]
fn always_stores_and_never_does_not_wherever_it_runs() {
    for variables in PULL_REQUESTS.iter().chain(&NO_PULL_REQUESTS) {
        assert_eq!(added(Some("always"), variables), 1, "{variables:?}");
        assert_eq!(added(Some("never"), variables), 0, "{variables:?}");
    }
}

#[test]
fn perf_upload_policy_says_which_records_are_stored_and_a_flag_beats_it() {
    let policy = |words| [("PERF_UPLOAD_POLICY", words)];
    for (words, count) in [("never", 0), (" Pass ", 1), ("ALWAYS", 1), ("", 1)] {
        assert_eq!(added(None, &policy(words)), count, "{words:?}");
    }
    assert_eq!(added(Some("always"), &policy("never")), 1);
    assert_eq!(added(Some("never"), &policy("always")), 0);
    let on_a_pull_request = [("PERF_UPLOAD_POLICY", "always"), ("BUILDKITE_PULL_REQUEST", "7")];
    assert_eq!(added(None, &on_a_pull_request), 1);
}

#[test]
fn pass_stores_what_passes_and_leaves_out_what_does_not() {
    for policy in ["strict", "seed", "fastvideo"] {
        let workspace = Workspace::new();
        workspace.put_records(&[record("wan", 1)]);
        let limit = json!({"thresholds": {"max_generation_time_s": 15.0}});
        workspace.put_results(&[with(timed("wan", 2, 20.0), &limit), result("flux", 2)]);
        let args = ["compare", "--policy", policy];
        let finished = workspace.run_with(&args, &[("PERF_UPLOAD_POLICY", "pass")]).expect(1);
        assert!(finished.stdout.contains("; 1 added to history"), "{policy}: {}", finished.stdout);
        assert_eq!(workspace.records().len(), 2, "{policy}");
    }
}

#[test]
fn an_upload_policy_that_is_none_is_named_and_stores_nothing() {
    let workspace = Workspace::new();
    workspace.put_results(&[result("wan", 1)]);
    let finished =
        workspace.run_with(&["compare"], &[("PERF_UPLOAD_POLICY", "sometimes")]).expect(0);
    let expected = "warning: PERF_UPLOAD_POLICY is \"sometimes\", expected never, pass or always; \
                    nothing is stored\n";
    assert_eq!(finished.stderr, expected);
    assert_eq!(workspace.records(), Vec::<String>::new());
}

#[test]
fn without_persisting_no_store_is_made() {
    let workspace = Workspace::new();
    workspace.compare_with(&[result("wan", 1)], &["--persist", "never"]).expect(0);
    assert!(!workspace.path("history").exists());
}

#[test]
fn a_store_that_cannot_be_written_is_an_error_beside_the_verdict() {
    let workspace = Workspace::new();
    workspace.write("history/records", "a file where a folder belongs");
    let finished = workspace.compare(&[result("wan", 1)]).expect(3);
    assert!(finished.stderr.contains("history/records"), "{}", finished.stderr);
    assert!(finished.stdout.contains("calibration      wan"), "{}", finished.stdout);
    assert_eq!(workspace.judged()["verdict"], "calibration");
}

#[test]
fn reports_that_cannot_be_written_leave_the_verdict_on_the_screen() {
    let workspace = Workspace::new();
    workspace.put_results(&[result("wan", 1)]);
    workspace.write("reports", "a file where a folder belongs");
    let finished = workspace.run(&["compare"]).expect(3);
    assert!(finished.stderr.contains("reports"), "{}", finished.stderr);
    assert!(finished.stdout.contains("calibration      wan"), "{}", finished.stdout);
}
