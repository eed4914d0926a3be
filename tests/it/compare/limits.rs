//! Limits that a result or a policy file sets: static limits, floors, ungated metrics.

use serde_json::json;

use crate::{
    compare::strict::with_history,
    support::builders::{finding, result, timed, with},
    support::workspace::Workspace,
};

#[test]
fn a_static_limit_fails_even_a_first_record_and_equality_passes() {
    let workspace = Workspace::new();
    let limited = |limit: f64| {
        let limits =
            json!({"thresholds": {"max_generation_time_s": limit}, "thresholds_key": "L40S"});
        with(result("wan", 1), &limits)
    };
    workspace.compare_with(&[limited(10.0)], &["--persist", "never"]).expect(0);
    let finished = workspace.compare(&[limited(9.0)]).expect(1);
    let expected = "latency 10.000 s is above max_generation_time_s 9.000 s (L40S)";
    assert!(finished.stdout.contains(expected), "{}", finished.stdout);
    let junit = workspace.read("reports/junit.xml");
    assert!(junit.contains("latency 10.000 s, limit 9.000 s"), "{junit}");
    workspace.compare(&[result("wan", 2)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration", "a failed record is no baseline");
}

#[test]
fn a_null_metric_has_no_static_finding_to_fail() {
    let workspace = Workspace::new();
    let limits = json!({"max_peak_memory_mb": 1.0, "max_generation_time_s": 34.0});
    let unmeasured = json!({"thresholds": limits, "max_peak_memory_mb": null});
    workspace.compare(&[with(result("wan", 1), &unmeasured)]).expect(0);
    let judged = workspace.judged();
    let skipped = json!({"skipped": "not_measured"});
    assert_eq!(finding(&judged, "static", "memory")["outcome"], skipped);
}

#[test]
fn percentage_and_floor_must_both_be_exceeded() {
    let workspace = with_history();
    let limits = json!({"latency": {"threshold_percent": 0.05, "threshold_absolute": 2.0}});
    let run = |latency: f64| {
        let limited = with(timed("wan", 2, latency), &json!({"regression_thresholds": limits}));
        workspace.compare_with(&[limited], &["--persist", "never"])
    };
    run(12.0).expect(0);
    let finished = run(12.1).expect(1);
    assert!(finished.stdout.contains("(limit 5.0 % and 2 s)"), "{}", finished.stdout);
}

#[test]
fn an_entry_given_in_part_takes_the_rest_from_the_defaults() {
    let workspace = with_history();
    let limits = json!({"regression_thresholds": {"latency": {"threshold_percent": 0.01}}});
    let run = |latency: f64| {
        workspace.compare_with(&[with(timed("wan", 2, latency), &limits)], &["--persist", "never"])
    };
    run(10.5).expect(0);
    run(10.51).expect(1);
    let slower_dit = with(with(result("wan", 2), &limits), &json!({"dit_time_s": 6.4}));
    workspace.compare(&[slower_dit]).expect(1);
}

#[test]
fn an_ungated_metric_is_reported_and_does_not_fail() {
    let workspace = with_history();
    let ungated = json!({"regression_thresholds": {"latency": {"gated": false}}});
    workspace.compare(&[with(timed("wan", 2, 99.0), &ungated)]).expect(0);
    let judged = workspace.judged();
    assert_eq!(judged["verdict"], "pass");
    assert_eq!(finding(&judged, "rolling", "latency")["outcome"], "exceeded");
}

#[test]
fn an_ungated_metric_may_vanish() {
    let workspace = with_history();
    let fields = json!({"regression_thresholds": {"latency": {"gated": false}}, "avg_generation_time_s": null});
    workspace.compare(&[with(result("wan", 2), &fields)]).expect(0);
}

#[test]
fn a_policy_file_sets_limits_for_every_benchmark() {
    let workspace = with_history();
    let limits = json!({"latency": {"threshold_percent": 0.3, "threshold_absolute": 0.0}});
    workspace.write_json("policy.json", &limits);
    let run = |latency: f64| {
        let args = ["--policy", "policy.json", "--persist", "never"];
        workspace.compare_with(&[timed("wan", 2, latency)], &args)
    };
    run(13.0).expect(0);
    run(13.1).expect(1);
}

#[test]
fn a_policy_file_is_checked_before_anything_is_judged() {
    let workspace = with_history();
    for (policy, named) in [
        (json!({"latncy": {"gated": false}}), "latncy is no metric of this dataset"),
        (json!({"latency": {"percent": 0.1}}), "percent"),
        (json!({"latency": {"threshold_percent": "much"}}), "policy.json"),
        (json!(["latency"]), "policy.json"),
    ] {
        workspace.write_json("policy.json", &policy);
        let finished =
            workspace.compare_with(&[result("wan", 2)], &["--policy", "policy.json"]).expect(2);
        assert!(finished.stderr.contains(named), "{policy}: {}", finished.stderr);
    }
    assert_eq!(workspace.records().len(), 1, "nothing was stored");
}

#[test]
fn a_percentage_where_a_fraction_belongs_is_refused() {
    let workspace = with_history();
    for wrong in [json!(8), json!(-0.1)] {
        workspace.write_json("policy.json", &json!({"latency": {"threshold_percent": wrong}}));
        let finished =
            workspace.compare_with(&[timed("wan", 2, 50.0)], &["--policy", "policy.json"]);
        assert_eq!(finished.code, 2, "{wrong}: {}", finished.stdout);
        assert!(finished.stderr.contains("threshold_percent"), "{}", finished.stderr);
    }
}
