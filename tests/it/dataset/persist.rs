//! What is written to a dataset, when, and how.

use serde_json::{Value, json};

use super::{DATASET, STORE, Setting};
use crate::support::builders::{COMMIT, result, timed};

fn compare(
    setting: &Setting,
    args: &[&str],
    variables: &[(&str, &str)],
) -> crate::support::workspace::Finished {
    setting.workspace.put_results(&[result("wan", 1)]);
    setting.run_with(&[&["compare", "--store", STORE], args].concat(), variables)
}

#[test]
fn only_the_full_suite_on_main_is_stored_unless_somebody_asks_for_it() {
    let full = [("TEST_SCOPE", "full"), ("BUILDKITE_BRANCH", "main")];
    let pull_request = ("BUILDKITE_PULL_REQUEST", "7");
    for (args, variables, is_stored) in [
        (&[][..], &[][..], false),
        (&[], &full[..1], false),
        (&[], &[full[0], ("BUILDKITE_BRANCH", "topic")], false),
        (&[], &full, true),
        (&[], &[full[0], full[1], pull_request], false),
        (&["--persist", "never"], &full, false),
        (&["--persist", "always"], &[], true),
        (&["--persist", "always"], &[pull_request], false),
    ] {
        let setting = Setting::new();
        compare(&setting, args, variables).expect(0);
        assert_eq!(setting.records().len(), usize::from(is_stored), "{args:?} {variables:?}");
    }
}

#[test]
fn a_pull_request_writes_nothing_by_any_command() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    let before = setting.hub.commits(DATASET);
    for args in [
        &["annotate", "0123456", "--text", "t", "--store", STORE][..],
        &["index", "--store", STORE],
        &["import", "--from", "fastvideo", "results/perf_0_wan.json", "--store", STORE],
    ] {
        let finished = setting.run_with(args, &[("BUILDKITE_PULL_REQUEST", "7")]).expect(2);
        assert!(finished.stderr.contains("a pull request never writes"), "{}", finished.stderr);
    }
    assert_eq!(setting.hub.commits(DATASET), before);
}

#[test]
fn a_job_is_one_commit_of_records_and_the_runs_behind_them() {
    let setting = Setting::new();
    let trial = json!({"phase": "clean", "latency_s": 10.0});
    let with_trials = crate::support::builders::with(result("wan", 1), &json!({"trials": [trial]}));
    setting.store(&[with_trials, result("sana", 1)]).expect(0);
    assert_eq!(setting.hub.commits(DATASET).len(), 2, "{:?}", setting.hub.commits(DATASET));
    let files = setting.hub.files(DATASET);
    let runs: Vec<&String> =
        files.keys().filter(|path| path.starts_with("raw/2025-05/01/")).collect();
    assert_eq!((setting.records().len(), runs.len()), (2, 2));
    for run in runs {
        let id = run.rsplit('/').next().unwrap().trim_end_matches(".ndjson");
        assert!(setting.records().iter().any(|path| path.contains(id)), "{run}");
        let text = String::from_utf8(files[run].clone()).unwrap();
        let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((&header["commit"], &header["trials"]), (&json!(COMMIT), &Value::Null));
        let is_wan = header["benchmark_id"] == "wan";
        assert_eq!(text.lines().count(), 1 + usize::from(is_wan));
    }
}

#[test]
fn what_is_stored_is_judged_against_by_the_next_job() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    setting.store(&[result("wan", 2)]).expect(0);
    assert_eq!(setting.workspace.judged()["baseline_count"], 1);
    setting.store(&[timed("wan", 3, 20.0)]).expect(1);
    let text = setting.workspace.read("reports/findings.json");
    assert!(text.contains(STORE), "{text}");
    // elsewhere, from nothing
    let copy = setting.workspace.path("elsewhere").display().to_string();
    let args = ["history", "wan", "--json", "--store", STORE];
    let shown = setting.run_with(&args, &[("PERFORMANCE_TRACKING_ROOT", &copy)]).expect(0).json();
    assert_eq!(shown[0]["runs"].as_array().unwrap().len(), 3);
}

#[test]
fn without_a_token_nothing_is_written_and_the_variables_are_named() {
    let setting = Setting::new();
    let finished = compare(&setting, &["--persist", "always"], &[("HF_TOKEN", "")]).expect(3);
    assert!(finished.stderr.contains("HF_API_KEY"), "{}", finished.stderr);
    assert_eq!(setting.records().len(), 0);
    compare(&setting, &["--persist", "never"], &[("HF_TOKEN", "")]).expect(0);
}

#[test]
fn words_and_exclusions_reach_the_dataset_and_those_of_others_stay() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    let said = br#"{"event":"annotate","series":null,"subject":"x","text":"theirs","at":"2025"}"#;
    setting.hub.put(DATASET, &[("events.ndjson", said)]);
    let path = setting.records().remove(0);
    setting.run(&["exclude", &path, "--reason", "throttled"]).expect(0);
    setting.run(&["annotate", "0123456", "--text", "torch 2.12"]).expect(0);
    let events = String::from_utf8(setting.hub.files(DATASET)["events.ndjson"].clone()).unwrap();
    assert_eq!(events.lines().count(), 3, "{events}");
    assert!(events.starts_with(std::str::from_utf8(said).unwrap()), "{events}");
    setting.workspace.put_results(&[result("wan", 2)]);
    setting.run(&["compare", "--persist", "never"]).expect(0);
    assert_eq!(setting.workspace.judged()["verdict"], "calibration", "the only record is excluded");
}

#[test]
fn an_import_is_one_commit_with_the_metrics_that_it_brings() {
    let setting = Setting::new();
    let data = r#"[{"name":"frames","unit":"widgets","value":3}]"#;
    let data = format!(
        r#"window.BENCHMARK_DATA = {{"entries":{{"b":[{{"commit":{{"id":"abc","timestamp":"2025-05-01T00:00:00Z"}},"date":1746057600000,"tool":"customBiggerIsBetter","benches":{data}}}]}}}}"#
    );
    setting.workspace.write("data.js", &data);
    setting.run(&["import", "--from", "github-action-benchmark", "data.js"]).expect(0);
    assert_eq!(setting.hub.commits(DATASET).len(), 2);
    let files = setting.hub.files(DATASET);
    assert!(files.contains_key("metrics.ndjson"), "{:?}", files.keys());
    assert_eq!(setting.records().len(), 1);
    setting.run(&["import", "--from", "github-action-benchmark", "data.js"]).expect(0);
    assert_eq!(setting.hub.commits(DATASET).len(), 2, "importing again adds nothing");
}

#[test]
fn index_lets_the_dataset_have_what_the_site_loads_and_no_more_often_than_it_changes() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1), result("sana", 1)]).expect(0);
    setting.run(&["index"]).expect(0);
    let files = setting.hub.files(DATASET);
    let head = String::from_utf8(files["index/v1/head.ndjson"].clone()).unwrap();
    assert_eq!(head.lines().count(), 3);
    let header: Value = serde_json::from_str(head.lines().next().unwrap()).unwrap();
    assert_eq!(header["base_commit"].as_str().map(str::len), Some(40));
    for line in head.lines().skip(1) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(files.contains_key(line["file"].as_str().unwrap()), "{line}");
    }
    let commits = setting.hub.commits(DATASET).len();
    setting.run(&["index"]).expect(0);
    assert_eq!(setting.hub.commits(DATASET).len(), commits);
    setting.store(&[result("wan", 2)]).expect(0);
    setting.run(&["index"]).expect(0);
    assert_eq!(setting.hub.commits(DATASET).len(), commits + 2);
    assert!(!setting.hub.files(DATASET).keys().any(|path| path.contains("files.ndjson")));
}

#[test]
fn the_pages_of_a_head_are_in_the_dataset_as_well() {
    let setting = Setting::new();
    let results: Vec<Value> = (0..62).map(|at| result(&format!("wan-{at}"), 1)).collect();
    setting.store(&results).expect(0);
    setting.run(&["index"]).expect(0);
    let files = setting.hub.files(DATASET);
    let lines = |path: &str| String::from_utf8(files[path].clone()).unwrap().lines().count();
    assert_eq!(lines("index/v1/head.ndjson"), 2 + 60);
    assert_eq!(lines("index/v1/head/1.ndjson"), 1 + 2);
}

#[test]
fn reseed_adds_its_records_in_one_commit() {
    let setting = Setting::new();
    setting.store(&[result("wan", 1)]).expect(0);
    setting.workspace.write_json("new.json", &crate::support::builders::record("wan", 2));
    let args = ["reseed", "new.json", "--reason", "torch 2.12", "--yes"];
    setting.run(&args).expect(0);
    assert_eq!((setting.records().len(), setting.hub.commits(DATASET).len()), (2, 3));
}
