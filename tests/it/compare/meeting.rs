//! Results of one series in one folder are judged in the order of time, as if they came one after the other.

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
};

fn verdicts(workspace: &Workspace) -> Vec<Value> {
    let findings = workspace.findings();
    findings["results"].as_array().unwrap().iter().map(|each| each["verdict"].clone()).collect()
}

#[test]
fn a_later_result_of_a_series_is_judged_by_an_earlier_one_in_whatever_order_their_files_are() {
    let (fast, slow) = (timed("wan", 1, 10.0), timed("wan", 2, 20.0));
    for (results, expected) in [
        ([fast.clone(), slow.clone()], ["calibration", "regression"]),
        ([slow.clone(), fast.clone()], ["regression", "calibration"]),
    ] {
        let workspace = Workspace::new();
        workspace.compare(&results).expect(1);
        assert_eq!(verdicts(&workspace), expected);
        assert_eq!(workspace.records().len(), 2);
        let line = &workspace.run(&["history", "--json"]).expect(0).json()[0];
        assert_eq!(line["verdict"], "regression", "history says what the gate said");
        let webhook: Value = serde_json::from_str(&workspace.read("reports/webhook.json")).unwrap();
        assert_eq!(webhook["headline"], "1 of 1 benchmarks failed", "one series is one benchmark");
        assert_eq!(webhook["coverage"]["benchmarks"], 1);
    }
    // as one after the other
    let workspace = Workspace::new();
    workspace.compare(&[fast]).expect(0);
    workspace.compare(&[slow]).expect(1);
}

#[test]
fn a_result_that_failed_or_is_not_stored_is_no_baseline_of_the_next() {
    let three = [timed("wan", 2, 20.0), timed("wan", 3, 10.0), result("sana", 3)];
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.compare(&three).expect(1);
    assert_eq!(verdicts(&workspace), ["regression", "pass", "calibration"]);
    let workspace = Workspace::new();
    workspace
        .compare_with(&[result("wan", 1), timed("wan", 2, 20.0)], &["--persist", "never"])
        .expect(0);
    assert_eq!(verdicts(&workspace), ["calibration", "calibration"]);
    let workspace = Workspace::new();
    let cut_off = with(result("wan", 1), &json!({"stopping_rule": "interrupted"}));
    workspace.compare(&[cut_off, timed("wan", 2, 20.0)]).expect(3);
    assert_eq!(verdicts(&workspace), ["calibration", "calibration"]);
}

#[test]
fn results_of_one_series_do_not_meet_where_a_base_is_given() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("wan", 1));
    let args = ["--base", "base"];
    workspace.compare_with(&[timed("wan", 2, 10.2), timed("wan", 3, 10.4)], &args).expect(0);
    for judged in workspace.findings()["results"].as_array().unwrap() {
        assert_eq!(judged["baseline_count"], 1, "{judged}");
    }
}
