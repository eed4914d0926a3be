//! Environment variables: what each changes, that a flag beats it, and that an empty one is unset.

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::{Finished, Workspace},
};

fn workspace(latency: f64) -> Workspace {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.put_results(&[timed("wan", 2, latency)]);
    workspace
}

fn compare(workspace: &Workspace, variables: &[(&str, &str)]) -> Finished {
    workspace.run_with(&["compare"], variables)
}

/// The record that a comparison under these variables stores of a result that says nothing itself.
fn stored_under(variables: &[(&str, &str)]) -> Value {
    let workspace = Workspace::new();
    let mut silent = result("wan", 2);
    silent.as_object_mut().unwrap().remove("commit");
    workspace.put_results(&[silent]);
    workspace.run_with(&["compare", "--persist", "always"], variables).expect(0);
    let path = workspace.records().remove(0);
    serde_json::from_str(&workspace.read(&format!("history/{path}"))).unwrap()
}

#[test]
fn perf_max_regression_is_the_limit_and_a_flag_beats_it() {
    for (variable, flag, code) in [
        ("0.2", None, 0),
        ("0.05", None, 1),
        ("", None, 1),
        (" ", None, 1),
        (" 0.2 ", None, 0),
        ("0.2", Some("0.05"), 1),
        ("0.05", Some("0.2"), 0),
        ("nonsense", Some("0.2"), 0),
    ] {
        let mut args = vec!["compare"];
        args.extend(flag.iter().flat_map(|limit| ["--max-regression", limit]));
        let finished = workspace(11.0).run_with(&args, &[("PERF_MAX_REGRESSION", variable)]);
        assert_eq!(finished.code, code, "{variable:?} {flag:?}: {}", finished.stderr);
    }
}

#[test]
fn a_perf_max_regression_that_is_no_number_is_named() {
    for text in ["5%", "NaN", "five"] {
        let finished = compare(&workspace(10.0), &[("PERF_MAX_REGRESSION", text)]).expect(2);
        let expected = format!("PERF_MAX_REGRESSION is {text:?}, expected a number such as 0.05");
        assert!(finished.stderr.contains(&expected), "{}", finished.stderr);
    }
}

#[test]
fn a_negative_perf_max_regression_is_named() {
    let finished = compare(&workspace(10.0), &[("PERF_MAX_REGRESSION", "-1")]).expect(2);
    assert!(finished.stderr.contains("PERF_MAX_REGRESSION"), "{}", finished.stderr);
}

#[test]
fn performance_tracking_root_is_the_store_unless_a_flag_names_another() {
    let variables = [("PERFORMANCE_TRACKING_ROOT", "copy"), ("HF_REPO_ID", "")];
    let workspace = workspace(10.0);
    compare(&workspace, &variables).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration", "the copy is empty");
    assert!(workspace.judged()["stored_as"].is_string());
    assert!(workspace.files("copy").iter().any(|name| name.ends_with(".json")));
    assert_eq!(workspace.records().len(), 1);

    workspace.run_with(&["compare", "--store", "history"], &variables).expect(0);
    assert_eq!(workspace.judged()["verdict"], "pass");
    let listed = workspace.run_with(&["history", "--json"], &variables).expect(0).json();
    assert_eq!(listed[0]["records"], 1);
}

#[test]
fn hf_repo_id_names_a_dataset_unless_a_flag_names_another_store() {
    let variables =
        [("HF_REPO_ID", "FastVideo/performance-tracking"), ("HF_ENDPOINT", "http://127.0.0.1:1")];
    let workspace = workspace(10.0);
    for command in ["compare", "history", "index"] {
        let token = ("HF_TOKEN", "hf_x");
        let root = ("PERFORMANCE_TRACKING_ROOT", "copy");
        let finished =
            workspace.run_with(&[command], &[&variables[..], &[token, root]].concat()).expect(3);
        let stderr = finished.stderr;
        assert!(stderr.contains("hf://datasets/FastVideo/performance-tracking"), "{stderr}");
    }
    workspace.run_with(&["compare", "--store", "history"], &variables).expect(0);
    workspace.run_with(&["compare", "--base", "results"], &variables).expect(0);
}

#[test]
fn reports_go_where_perf_reports_dir_says_unless_a_flag_says_otherwise() {
    let workspace = workspace(10.0);
    compare(&workspace, &[("PERF_REPORTS_DIR", "out/here")]).expect(0);
    assert!(workspace.path("out/here/findings.json").exists());
    assert!(!workspace.path("reports").exists());
    let variables = [("PERF_REPORTS_DIR", "out/other")];
    workspace.run_with(&["compare", "--reports", "flag"], &variables).expect(0);
    assert!(workspace.path("flag/junit.xml").exists());
    assert!(!workspace.path("out/other").exists());
    compare(&workspace, &[("PERF_REPORTS_DIR", "")]).expect(0);
    assert!(workspace.path("reports/findings.json").exists());
}

#[test]
fn records_say_which_commit_branch_and_build_they_come_from() {
    let buildkite = stored_under(&[
        ("BUILDKITE_COMMIT", "aaaaaaa"),
        ("BUILDKITE_BRANCH", "main"),
        ("BUILDKITE_PULL_REQUEST", "false"),
        ("TEST_SCOPE", "full"),
        ("BUILDKITE_BUILD_URL", "https://ci.example/1"),
        ("GITHUB_SHA", "bbbbbbb"),
    ]);
    for (field, value) in [
        ("commit_sha", "aaaaaaa"),
        ("branch", "main"),
        ("test_scope", "full"),
        ("run_source", "scheduled_main"),
        ("build_url", "https://ci.example/1"),
    ] {
        assert_eq!(buildkite[field], value, "{field}");
    }
    assert_eq!(buildkite["pr_number"], Value::Null);
}

#[test]
fn github_actions_says_the_same_in_its_own_variables() {
    let github = stored_under(&[
        ("GITHUB_SHA", "bbbbbbb"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("GITHUB_HEAD_REF", "feature"),
        ("GITHUB_REF_NAME", "7/merge"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "owner/name"),
        ("GITHUB_RUN_ID", "42"),
    ]);
    for (field, value) in [
        ("commit_sha", json!("bbbbbbb")),
        ("branch", json!("feature")),
        ("pr_number", json!("7")),
        ("run_source", json!("pr")),
        ("baseline_eligible", json!(false)),
        ("build_url", json!("https://github.com/owner/name/actions/runs/42")),
    ] {
        assert_eq!(github[field], value, "{field}");
    }
}

#[test]
fn a_variable_that_holds_no_commit_is_named_and_the_next_one_counts() {
    let workspace = workspace(10.0);
    for nonsense in ["nonsense", "HEAD", "12345"] {
        let variables = [("BUILDKITE_COMMIT", nonsense), ("GITHUB_SHA", "bbbbbbb")];
        let said = compare(&workspace, &variables).expect(0).stderr;
        let warning = format!("warning: BUILDKITE_COMMIT is {nonsense:?}, expected 7 to 64");
        assert_eq!(said.matches(&warning).count(), 1, "{said}");
        let names = workspace.files("reports");
        assert!(names.iter().any(|name| name.starts_with("perf_bbbbbbb_")), "{names:?}");
    }
}

#[test]
fn an_option_that_holds_no_commit_is_a_usage_error() {
    let workspace = Workspace::new();
    workspace.write("out.json", "{}");
    for args in [
        &["import", "--from", "hyperfine", "out.json", "--commit", "zzz"][..],
        &["history", "--has-commit", "zzz"],
    ] {
        let said = workspace.run(args).expect(2).stderr;
        assert!(said.contains("'zzz'") && said.contains("expected 7 to 64 hexadecimal"), "{said}");
        assert!(said.contains("--commit") || said.contains("--has-commit"), "{said}");
    }
}

#[test]
fn what_a_result_says_itself_beats_the_job() {
    let workspace = Workspace::new();
    workspace.put_results(&[with(result("wan", 2), &json!({"branch": "own"}))]);
    let variables = [("BUILDKITE_COMMIT", "fffffff"), ("BUILDKITE_BRANCH", "theirs")];
    compare(&workspace, &variables).expect(0);
    let stored = workspace.read(&format!("history/{}", workspace.records()[0]));
    assert!(stored.contains(r#""branch": "own""#), "{stored}");
    assert!(!stored.contains("fffffff"), "{stored}");
}

#[test]
fn the_step_summary_grows_by_the_report() {
    let workspace = workspace(10.0);
    let summary = workspace.write("summary.md", "what stood there before\n");
    let variables = [("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    compare(&workspace, &variables).expect(0);
    compare(&workspace, &variables).expect(0);
    let text = workspace.read("summary.md");
    assert!(text.starts_with("what stood there before\n## Performance: no regression\n"), "{text}");
    assert_eq!(text.matches("## Performance").count(), 2);
}

#[test]
fn a_step_summary_that_cannot_be_written_costs_no_other_report() {
    let workspace = workspace(20.0);
    let finished = compare(&workspace, &[("GITHUB_STEP_SUMMARY", "missing/folder/summary.md")]);
    finished.expect(1);
    assert_eq!(workspace.findings()["exit_code"], 1);
    assert!(workspace.path("reports/junit.xml").exists());
}

#[test]
fn dashboard_days_bounds_what_history_shows_and_a_flag_beats_it() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1), record("wan", 20), record("wan", 21)]);
    let shown = |args: &[&str], days: &str| {
        let args = [&["history", "wan", "--json"], args].concat();
        let finished = workspace.run_with(&args, &[("DASHBOARD_DAYS", days)]).expect(0);
        finished.json()[0]["runs"].as_array().unwrap().len()
    };
    assert_eq!((shown(&[], ""), shown(&[], "2"), shown(&["--days", "30"], "2")), (3, 2, 3));
}

fn assert_days_are_refused(days: &str) {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let finished = workspace.run_with(&["history", "wan"], &[("DASHBOARD_DAYS", days)]).expect(2);
    assert!(finished.stderr.contains("DASHBOARD_DAYS"), "{}", finished.stderr);
}

#[test]
fn dashboard_days_in_words_are_refused() {
    assert_days_are_refused("soon");
}

#[test]
fn negative_dashboard_days_are_refused() {
    assert_days_are_refused("-3");
}

#[test]
fn a_clock_that_is_no_time_is_a_usage_error() {
    let finished = compare(&workspace(10.0), &[("BENCH_RUNNER_NOW", "soon")]).expect(2);
    let expected = "BENCH_RUNNER_NOW is \"soon\", expected ISO 8601";
    assert!(finished.stderr.contains(expected), "{}", finished.stderr);
}

#[test]
fn variables_of_fastvideo_that_are_not_read_are_named_where_its_script_reads_them() {
    let workspace = workspace(10.0);
    let variables = [("FASTVIDEO_FA4", "1"), ("PERF_MAX_REGRESSION", "5")];
    let finished = workspace.run_with(&["compare", "--policy", "fastvideo"], &variables).expect(0);
    let expected = "warning: PERF_MAX_REGRESSION is not read by the policy fastvideo";
    assert!(finished.stderr.starts_with(expected), "{}", finished.stderr);
    assert!(!finished.stderr.contains("FASTVIDEO_FA4"), "{}", finished.stderr);
    let finished = workspace.run_with(&["run", "--results", "r", "--only", "fake-*"], &variables);
    let expected = "warning: FASTVIDEO_FA4 is set and not read: ";
    assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    let staging = [("PERFORMANCE_RESEED_STAGING_ROOT", "s")];
    let finished =
        workspace.run_with(&["reseed", "none.json", "--reason", "r"], &staging).expect(2);
    assert!(finished.stderr.contains("name the folder of its backup"), "{}", finished.stderr);
}

#[test]
fn the_policy_seed_takes_any_number_as_python_reads_it() {
    for (limit, code) in [("5", 0), (" 1_0 ", 0), ("-0.5", 1), ("1e-3", 1)] {
        let workspace = workspace(10.5);
        let variables = [("PERF_MAX_REGRESSION", limit)];
        workspace.run_with(&["compare", "--policy", "seed"], &variables).expect(code);
    }
}
