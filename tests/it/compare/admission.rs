//! Which records a history takes, and that it keeps what it has.

use serde_json::json;

use crate::{
    support::builders::{result, timed, with},
    support::workspace::Workspace,
};

fn stored(workspace: &Workspace) -> Vec<String> {
    workspace.records().iter().map(|path| workspace.read(&format!("history/{path}"))).collect()
}

#[test]
fn judging_again_under_a_looser_limit_changes_no_record() {
    let workspace = Workspace::new();
    workspace.compare(&[result("wan", 1)]).expect(0);
    workspace.compare(&[timed("wan", 2, 15.0)]).expect(1);
    let before = stored(&workspace);
    let finished =
        workspace.compare_with(&[timed("wan", 2, 15.0)], &["--max-regression", "0.9"]).expect(0);
    assert_eq!(stored(&workspace), before);
    assert!(finished.stdout.contains("0 added to history, 1 was there"), "{}", finished.stdout);
    assert!(finished.stdout.contains("has this record as regression"), "{}", finished.stdout);
    workspace.compare(&[result("wan", 3)]).expect(0);
    assert_eq!(workspace.judged()["baseline_count"], 1, "the slow one is no baseline");
}

#[test]
fn a_record_that_was_compacted_is_known_too() {
    let workspace = Workspace::new();
    let now = [("BENCH_RUNNER_NOW", "2025-06-02T00:00:00Z")];
    workspace.compare(&[result("wan", 1)]).expect(0);
    workspace.run_with(&["compact"], &now).expect(0);
    let finished = workspace.compare(&[result("wan", 1)]).expect(0);
    assert!(finished.stdout.contains("0 added to history, 1 was there"), "{}", finished.stdout);
    assert_eq!(workspace.records(), Vec::<String>::new());
}

#[test]
fn an_interrupted_run_is_judged_enters_no_history_and_is_no_pass() {
    let workspace = Workspace::new();
    let interrupted = json!({"stopping_rule": "interrupted"});
    let finished = workspace.compare(&[with(result("wan", 1), &interrupted)]).expect(3);
    assert!(finished.stdout.contains("its run was interrupted"), "{}", finished.stdout);
    assert_eq!(workspace.records(), Vec::<String>::new());
}

#[test]
fn what_shows_a_history_judges_by_the_limits_of_its_benchmark() {
    let workspace = Workspace::new();
    let limits = json!({"latency": {"threshold_percent": 0.9, "threshold_absolute": 5.0}});
    let limited = |day: u32, latency: f64| {
        with(timed("wan", day, latency), &json!({"regression_thresholds": limits}))
    };
    let verdict = |workspace: &Workspace| workspace.run(&["history", "--json"]).json()[0].clone();
    workspace.compare(&[limited(1, 10.0)]).expect(0);
    workspace.compare(&[limited(2, 18.0)]).expect(0);
    assert_eq!(verdict(&workspace)["verdict"], "pass", "18 s is within 90 %");
    let head = workspace.read("history/index/v1/head.ndjson");
    assert!(head.contains(r#""threshold_percent":0.9"#), "{head}");
    // a file that no longer limits itself is held to the default
    workspace.compare(&[timed("wan", 3, 18.0)]).expect(1);
    assert_eq!(verdict(&workspace)["verdict"], "regression");
    let rebuilt = workspace.run(&["index", "--rebuild", "--json"]).expect(0);
    assert_eq!(rebuilt.json()["records"], 3);
    assert_eq!(verdict(&workspace)["verdict"], "regression");
}

#[test]
fn limits_go_with_the_record_that_brought_them() {
    for is_compacted in [false, true] {
        let workspace = Workspace::new();
        let at = |now: &'static str| [("BENCH_RUNNER_NOW", now)];
        let limited = |day: u32, fraction: f64| {
            let limits = json!({"latency": {"threshold_percent": fraction}});
            with(result("wan", day), &json!({"regression_thresholds": limits}))
        };
        let head = |workspace: &Workspace| workspace.read("history/index/v1/head.ndjson");
        workspace.compare(&[limited(1, 0.25)]).expect(0);
        if is_compacted {
            workspace.run_with(&["compact"], &at("2025-06-02T00:00:00Z")).expect(0);
        }
        let before = workspace.records();
        workspace.compare(&[limited(2, 0.5)]).expect(0);
        assert!(head(&workspace).contains(r#""threshold_percent":0.5"#), "{}", head(&workspace));
        let newest = workspace.records().into_iter().find(|path| !before.contains(path)).unwrap();
        std::fs::remove_file(workspace.path(&format!("history/{newest}"))).unwrap();
        workspace.run(&["index"]).expect(0);
        let followed = head(&workspace);
        assert!(followed.contains(r#""threshold_percent":0.25"#), "{is_compacted}: {followed}");
        workspace.run(&["index", "--rebuild"]).expect(0);
        assert_eq!(head(&workspace), followed);
    }
}

#[test]
fn limits_survive_compaction() {
    let workspace = Workspace::new();
    let limits = json!({"regression_thresholds": {"latency": {"threshold_percent": 0.9}}});
    let now = [("BENCH_RUNNER_NOW", "2025-06-02T00:00:00Z")];
    workspace.compare(&[with(result("wan", 1), &limits)]).expect(0);
    workspace.run_with(&["compact"], &now).expect(0);
    workspace.run_with(&["index", "--rebuild"], &now).expect(0);
    let head = workspace.read("history/index/v1/head.ndjson");
    assert!(head.contains(r#""threshold_percent":0.9"#), "{head}");
}
