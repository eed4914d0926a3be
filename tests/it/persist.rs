//! When `compare` adds records to the store.

use crate::{builders::result, support::Workspace};

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
