//! What of a result is refused by name: limits that are none, values that a metric cannot have, and metrics
//! that are known as something else.

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::{Workspace, fixture_json},
};

/// Compares a slow result with these fields against a fast one: what is refused does not pass.
#[track_caller]
fn assert_refused(fields: &Value, code: i32, said: &str) {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &result("wan", 1));
    let slow = with(timed("wan", 2, 15.0), fields);
    let finished =
        workspace.compare_with(std::slice::from_ref(&slow), &["--base", "base"]).expect(code);
    assert!(finished.stdout.contains(said), "{said}: {}", finished.stdout);
    assert!(finished.stdout.contains("perf_0_wan.json"), "{}", finished.stdout);
    let findings = workspace.findings();
    assert_eq!(findings["exit_code"], code, "{fields}");
    assert!(findings["set_aside"].to_string().contains("perf_0_wan.json"), "{findings}");
    // the same against a history, which does not take it
    let stored = Workspace::new();
    stored.compare(&[result("wan", 1)]).expect(0);
    stored.compare(&[slow]).expect(code);
    assert_eq!(stored.records().len(), 1);
}

#[test]
fn limits_of_a_result_that_a_configuration_could_not_have_are_refused_by_field_value_and_remedy() {
    let latency = |limits: Value| json!({"regression_thresholds": {"latency": limits}});
    for (fields, said) in [
        (
            latency(json!({"threshold_percent": 60})),
            "regression_thresholds.latency.threshold_percent is 60, but must be a fraction between 0 \
             and 1; write 0.6 for 60 %",
        ),
        (latency(json!({"threshold_percent": -1})), "threshold_percent is -1"),
        (latency(json!({"gated": "false"})), "gated is \"false\", but must be true or false"),
        (
            json!({"regression_thresholds": {"latncy": {"threshold_percent": 0.5}}}),
            "did you mean latency?",
        ),
        (json!({"thresholds": {"max_latency_s": 99}}), "thresholds.max_latency_s is no limit"),
        (json!({"thresholds": [99]}), "thresholds is [99], but must be an object of limits"),
        (
            json!({"thresholds": {"default": {"max_generation_time_s": 99}}}),
            "write the limits of the GPU that ran, without a name around them",
        ),
    ] {
        assert_refused(&fields, 2, said);
    }
}

#[test]
fn what_of_a_result_cannot_be_read_is_told_with_field_value_and_remedy() {
    let damaged = json!({"dit_time_s": "much", "trials": ["x"]});
    let damaged = with(result("wan", 1), &damaged);
    let said =
        r#"dit_time_s is "much", trials is damaged: cannot be read and counts as not stated"#;
    let workspace = Workspace::new();
    let finished = workspace.compare(std::slice::from_ref(&damaged)).expect(0);
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert!(finished.stderr.contains("perf_0_wan.json: "), "{}", finished.stderr);
    let imported = Workspace::new();
    imported.write_json("perf_wan.json", &damaged);
    let finished = imported.run(&["import", "--from", "fastvideo", "perf_wan.json"]).expect(0);
    let all = finished.stdout + &finished.stderr;
    assert!(all.contains(said), "{all}");
}

#[test]
fn limits_that_fastvideo_writes_and_limits_of_known_metrics_are_read() {
    let workspace = Workspace::new();
    workspace.compare(&[fixture_json("import/fastvideo_raw_record.json")]).expect(0);
    assert_eq!(workspace.findings()["set_aside"], json!([]));
    let workspace = Workspace::new();
    let own = json!({
        "thresholds": {"max_generation_time_s": 30.0, "max_peak_memory_mb": 2000, "max_dit_time_s": null},
        "regression_thresholds": {"latency": {"threshold_percent": 0.6}, "score": {"gated": false}},
        "metrics": {"score": 1.0},
    });
    workspace.compare(&[with(result("wan", 1), &own)]).expect(0);
    workspace.compare(&[with(timed("wan", 2, 15.0), &own)]).expect(0);
}

#[test]
fn the_suites_policies_read_limits_as_their_comparators_do() {
    let workspace = Workspace::new();
    let odd = json!({"regression_thresholds": {"latency": {"threshold_percent": "0.6"}}});
    for policy in ["seed", "fastvideo"] {
        let args = ["--policy", policy, "--persist", "never"];
        workspace.compare_with(&[with(result("wan", 1), &odd)], &args).expect(0);
        assert_eq!(workspace.findings()["set_aside"], json!([]), "{policy}");
    }
}

#[test]
fn a_value_that_its_metric_cannot_have_is_set_aside_and_enters_no_history() {
    for (fields, said) in [
        (
            json!({"avg_generation_time_s": -1}),
            "latency is -1, expected a finite number, 0 or more",
        ),
        (
            json!({"avg_generation_time_s": true}),
            "avg_generation_time_s is true, expected a number",
        ),
        (json!({"dit_time_s": [6.0]}), "dit_time_s is [6.0], expected a number"),
        (json!({"success_rate": 2}), "success_rate is 2, expected a fraction from 0 to 1"),
        (json!({"metrics": {"ttft_ms": -3}}), "ttft_ms is -3"),
    ] {
        assert_refused(&fields, 3, said);
    }
    // a difference has a sign, and a number may be text
    let workspace = Workspace::new();
    let fields = json!({"metrics": {"clock_drift_ms": -3}, "dit_time_s": "6.0"});
    workspace.compare(&[with(result("wan", 1), &fields)]).expect(0);
}

#[test]
fn a_base_or_a_reseed_with_a_value_that_is_none_is_refused_by_name() {
    let workspace = Workspace::new();
    workspace.write_json("base/perf_a.json", &timed("wan", 1, -1.0));
    let finished = workspace.compare_with(&[result("wan", 2)], &["--base", "base"]).expect(2);
    assert!(finished.stderr.contains("base/perf_a.json latency is -1"), "{}", finished.stderr);
    workspace.write_json("reviewed.json", &with(record("wan", 1), &json!({"latency": -1.0})));
    let args = ["reseed", "reviewed.json", "--reason", "accepted", "--yes"];
    let stderr = workspace.run(&args).expect(2).stderr;
    assert!(stderr.contains("reviewed.json: latency is -1"), "{stderr}");
}

#[test]
fn a_negative_time_of_another_tool_is_set_aside_by_name_and_enters_no_baseline() {
    let workspace = Workspace::new();
    let bench = |value: i32| json!([{"name": "lat", "unit": "ms", "value": value}]);
    for (day, value, code) in [(20, 5, 0), (21, -1, 3), (22, 5, 0)] {
        workspace.write_json("out.json", &bench(value));
        let (time, commit) = (format!("2026-11-{day}T10:00:00Z"), format!("abc12{day}"));
        let from = ["compare", "--from", "customSmallerIsBetter", "out.json", "--store", "history"];
        let of = ["--timestamp", &time, "--commit", &commit];
        let now = [("BENCH_RUNNER_NOW", "2026-11-30T00:00:00Z")];
        let finished = workspace.run_with(&[&from[..], &of].concat(), &now).expect(code);
        let is_named = finished.stdout.contains("expected a finite number, 0 or more");
        assert_eq!(is_named, value < 0, "{}", finished.stdout);
    }
    assert_eq!(workspace.judged()["verdict"], "pass");
    assert_eq!(workspace.records().len(), 2);
    workspace.write("go.txt", "goos: linux\npkg: p\nBenchmarkA-8 100 -5 ns/op\n");
    let import = [
        "import",
        "--from",
        "go",
        "go.txt",
        "--timestamp",
        "2026-11-20T10:00:00Z",
        "--commit",
        "abc1234",
    ];
    let finished = workspace.run(&import);
    assert_ne!(finished.code, 0, "{}", finished.stdout);
    assert_eq!(workspace.records().len(), 2);
}

/// A result of `benchmark` whose own metric is defined so.
fn scored(benchmark: &str, day: u32, value: f64, definition: &Value) -> Value {
    let score = json!({"metric": "score", "label": "S", "unit": "", "better": "higher",
                       "gating": "gated", "decimals": 1});
    let fields =
        json!({"metrics": {"score": value}, "metric_definitions": [with(score, definition)]});
    with(result(benchmark, day), &fields)
}

#[test]
fn a_metric_that_is_known_as_something_else_is_refused_with_both_definitions() {
    let (higher, lower) = (json!({}), json!({"better": "lower"}));
    for (definition, said) in [
        (
            lower.clone(),
            "a plain number, better lower in this result, and was a plain number, better higher",
        ),
        (json!({"unit": "ms"}), "score is ms, better higher in this result"),
    ] {
        let workspace = Workspace::new();
        workspace.compare(&[scored("a", 1, 10.0, &higher)]).expect(0);
        let finished =
            workspace.compare(&[scored("b", 2, 5.0, &definition), result("c", 2)]).expect(2);
        assert!(finished.stdout.contains(said), "{}", finished.stdout);
        assert!(finished.stdout.contains("give one of them another name"), "{}", finished.stdout);
        assert_eq!(workspace.findings()["set_aside"][0]["subject"], "perf_0_b.json");
        assert_eq!(workspace.records().len(), 2, "the others go on");
    }
    // in one folder the second is refused, and in a base none counts
    let workspace = Workspace::new();
    workspace.compare(&[scored("a", 1, 10.0, &higher), scored("b", 2, 5.0, &lower)]).expect(2);
    workspace.write_json("base/perf_a.json", &scored("a", 1, 10.0, &higher));
    workspace.compare_with(&[scored("a", 2, 10.0, &lower)], &["--base", "base"]).expect(2);
    workspace.write_json("base/perf_b.json", &scored("b", 1, 10.0, &lower));
    let both = ["--base", "base"];
    let stderr = workspace.compare_with(&[scored("a", 2, 10.0, &higher)], &both).expect(2).stderr;
    assert!(stderr.contains("in the base: score is"), "{stderr}");
    // what is built in cannot be defined otherwise
    let built_in = json!({"metric": "latency", "unit": "s"});
    let workspace = Workspace::new();
    workspace.compare(&[scored("a", 1, 10.0, &built_in)]).expect(2);
}

#[test]
fn an_imported_limit_that_is_none_is_named_and_judges_no_history() {
    let workspace = Workspace::new();
    let limits = json!({"regression_thresholds": {"latency": {"threshold_percent": 60}}});
    for (day, latency) in [(1, 10.0), (2, 15.0)] {
        workspace.write_json("perf.json", &with(timed("wan", day, latency), &limits));
        let finished = workspace.run(&["import", "--from", "fastvideo", "perf.json"]).expect(0);
        assert!(finished.stdout.contains("threshold_percent is 60"), "{}", finished.stdout);
    }
    let line = &workspace.run(&["history", "--json"]).expect(0).json()[0];
    assert_eq!(line["verdict"], "regression");
}
