//! The policy `strict`: verdicts, limits, and what is said of them.

use serde_json::json;

use crate::{
    support::builders::{finding, record, result, timed, with},
    support::workspace::Workspace,
};

/// A workspace whose history has one record of the benchmark `wan`, 10 s.
pub fn with_history() -> Workspace {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace
}

#[test]
fn the_first_record_of_a_series_calibrates_and_the_next_run_is_judged_against_it() {
    let workspace = Workspace::new();
    let first = workspace.compare(&[result("wan", 1)]).expect(0);
    assert!(first.stdout.contains("no earlier record of this series"), "{}", first.stdout);
    assert_eq!(workspace.judged()["verdict"], "calibration");
    let stored = workspace.read(&format!("history/{}", workspace.records()[0]));
    assert!(stored.contains(r#""baseline_eligible": true"#), "{stored}");

    workspace.compare(&[timed("wan", 2, 11.0)]).expect(1);
    let judged = workspace.judged();
    assert_eq!((&judged["verdict"], &judged["baseline_count"]), (&json!("regression"), &json!(1)));
}

#[test]
fn a_change_within_five_percent_passes() {
    let workspace = with_history();
    let finished = workspace.compare(&[timed("wan", 2, 10.4)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "pass");
    assert!(
        finished.stdout.contains("every gated metric is within its limit of the median of 1"),
        "{}",
        finished.stdout
    );
}

#[test]
fn exactly_five_percent_passes_and_more_is_a_regression() {
    let workspace = with_history();
    workspace.compare_with(&[timed("wan", 2, 10.5)], &["--persist", "never"]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "pass");
    let finished =
        workspace.compare_with(&[timed("wan", 2, 10.51)], &["--persist", "never"]).expect(1);
    let expected = "latency is 5.1 % worse: 10.510 s against a median of 10.000 s (limit 5.0 %)";
    assert!(finished.stdout.contains(expected), "{}", finished.stdout);
}

#[test]
fn exactly_five_percent_passes_whatever_floating_point_makes_of_it() {
    for (base, current) in [(1.0, 1.05), (20.0, 21.0), (0.6, 0.63), (28.0, 29.4), (40.0, 42.0)] {
        let workspace = Workspace::new();
        workspace.put_records(&[with(record("wan", 1), &json!({"latency": base}))]);
        let finished = workspace.compare(&[timed("wan", 2, current)]);
        assert_eq!(finished.code, 0, "{base} to {current}: {}", finished.stdout);
    }
}

#[test]
fn throughput_regresses_when_it_falls() {
    let workspace = with_history();
    let slower = with(result("wan", 2), &json!({"throughput_fps": 1.8}));
    let finished = workspace.compare(&[slower]).expect(1);
    let expected = "throughput is 10.0 % worse: 1.800 frames/s against a median of 2.000 frames/s (limit 5.0 %)";
    assert!(finished.stdout.contains(expected), "{}", finished.stdout);
}

#[test]
fn better_by_more_than_the_limit_is_an_improvement() {
    let workspace = with_history();
    let finished = workspace.compare(&[timed("wan", 2, 8.0)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "improved");
    assert!(finished.stdout.contains("latency is 20.0 % better"), "{}", finished.stdout);
}

#[test]
fn one_improvement_does_not_hide_a_regression() {
    let workspace = with_history();
    let mixed = with(timed("wan", 2, 8.0), &json!({"max_peak_memory_mb": 1200.0}));
    workspace.compare(&[mixed]).expect(1);
    assert_eq!(workspace.judged()["verdict"], "regression");
}

#[test]
fn a_metric_that_vanished_fails_by_name() {
    for lost in [json!({"dit_time_s": null}), json!({"dit_time_s": "n/a"})] {
        let workspace = with_history();
        let finished = workspace.compare(&[with(result("wan", 2), &lost)]).expect(1);
        assert_eq!(workspace.judged()["verdict"], "missing_metric");
        let expected =
            "dit_time_s was not measured, and the last 1 records have it (median 6.000 s)";
        assert!(finished.stdout.contains(expected), "{}", finished.stdout);
    }
}

#[test]
fn a_new_metric_is_skipped_and_said_so() {
    let workspace = Workspace::new();
    workspace.put_records(&[with(record("wan", 1), &json!({"memory": null}))]);
    workspace.compare(&[result("wan", 2)]).expect(0);
    let markdown = workspace.report();
    assert!(markdown.contains("- `wan` memory: not measured in the baseline"), "{markdown}");
}

#[test]
fn the_baseline_is_the_median_of_the_last_five() {
    let workspace = Workspace::new();
    let latencies = [50.0, 50.0, 10.0, 11.0, 12.0, 13.0, 14.0];
    let records = latencies.iter().zip(1..);
    let records: Vec<_> = records
        .map(|(latency, day)| with(record("wan", day), &json!({"latency": latency})))
        .collect();
    workspace.put_records(&records);
    workspace.compare(&[timed("wan", 20, 12.7)]).expect(1);
    let judged = workspace.judged();
    assert_eq!(judged["baseline_count"], 5);
    assert_eq!(finding(&judged, "rolling", "latency")["base"], 12.0);
}

#[test]
fn another_recipe_calibrates_with_a_notice() {
    let workspace = Workspace::new();
    let identity = |recipe: &str| {
        json!({
            "workload_id": "wan-t2v", "variant_id": "1.3b", "benchmark_version": 1,
            "recipe_fingerprint": recipe, "hardware_profile_id": "hw", "software_profile_id": "sw",
        })
    };
    workspace.put_records(&[with(record("wan", 1), &identity("recipe-before"))]);
    let slow = with(timed("wan", 2, 99.0), &identity("recipe-after"));
    let finished = workspace.compare(&[slow]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
    let notice = "the workload is known with another recipe (recipe-befor); a new series begins";
    assert!(finished.stdout.contains(notice), "{}", finished.stdout);
}

#[test]
fn the_coverage_says_how_much_was_judged() {
    let workspace = with_history();
    workspace.put_records(&[with(record("sana", 1), &json!({"vae_decode_time_s": null}))]);
    let skipped = json!({"benchmark_id": "flux", "skipped": "needs 2 GPUs"});
    let finished = workspace.compare(&[result("sana", 2), result("wan", 2), skipped]).expect(0);
    assert!(
        finished.stdout.contains("judged 11 of 12 metrics in 2 of 3 benchmarks"),
        "{}",
        finished.stdout
    );
    let coverage = json!({
        "benchmarks_judged": 2, "benchmarks": 3, "metrics_judged": 11, "metrics": 12
    });
    assert_eq!(workspace.findings()["coverage"], coverage);
}

#[test]
fn another_recipe_is_explained_by_the_fields_that_differ_where_both_are_known() {
    let workspace = Workspace::new();
    let of = |day: u32, fingerprint: &str, steps: u32| {
        with(
            result("wan", day),
            &json!({
                "workload_id": "wan", "variant_id": "bf16", "benchmark_version": 1,
                "recipe_fingerprint": fingerprint, "hardware_profile_id": "hw",
                "software_profile_id": "sw",
                "recipe": {"generation": {"num_inference_steps": steps, "height": 480}},
            }),
        )
    };
    workspace.compare(&[of(1, "r1", 20)]).expect(0);
    let said = workspace.compare(&[of(2, "r2", 30)]).expect(0).stdout;
    let differs = "in recipe.generation.num_inference_steps (20 there, 30 here)";
    assert!(said.contains(differs) && !said.contains("height"), "{said}");
    for file in workspace.files("history/raw") {
        std::fs::remove_file(workspace.path(&format!("history/raw/{file}"))).unwrap();
    }
    let said = workspace.compare(&[of(3, "r3", 40)]).expect(0).stdout;
    assert!(said.contains("is not known: one of them was stored without it"), "{said}");
}
