//! The policies `seed` and `fastvideo` against what FastVideo's own comparators decided.

use bench_records::naming::{fastvideo_path, sanitize};
use serde_json::{Value, json};

use crate::{
    support::builders::with,
    support::workspace::{Finished, Workspace, fixture, fixture_json},
};

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Puts the results and the history of a case where the suite would put them.
fn lay_out(case: &Value) -> Workspace {
    let workspace = Workspace::new();
    for (index, raw) in case["raw"].as_array().unwrap().iter().enumerate() {
        let (id, timestamp) =
            (sanitize(text(raw, "benchmark_id")), sanitize(text(raw, "timestamp")));
        workspace.write_json(&format!("results/perf_{id}_{timestamp}_{index}.json"), raw);
    }
    for record in case["history"].as_array().unwrap() {
        let (model, time) = (text(record, "model_id"), text(record, "timestamp"));
        let path = fastvideo_path(model, time, text(record, "commit_sha"));
        workspace.write_json(&format!("history/{path}"), record);
    }
    workspace
}

fn compare(workspace: &Workspace, policy: &str, variables: &[(&str, &str)]) -> Finished {
    workspace.run_with(&["compare", "--policy", policy, "--persist", "never"], variables)
}

/// Rows of the report's table, less its heading.
fn rows(markdown: &str) -> Vec<&str> {
    markdown
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Model |"))
        .collect()
}

fn normalized(workspace: &Workspace) -> Vec<Value> {
    let files = workspace.files("reports/results");
    let read = |name: &String| {
        serde_json::from_str(&workspace.read(&format!("reports/results/{name}"))).unwrap()
    };
    files.iter().map(read).collect()
}

const NORMALIZED: [&str; 11] = [
    "model_id",
    "timestamp",
    "commit_sha",
    "gpu_type",
    "latency",
    "throughput",
    "memory",
    "text_encoder_time_s",
    "dit_time_s",
    "vae_decode_time_s",
    "success",
];

fn assert_normalized(name: &str, expected: &Value, found: &[Value]) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len(), "{name}");
    for record in expected {
        let same = |other: &&Value| {
            ["model_id", "timestamp", "commit_sha"].iter().all(|key| other[*key] == record[*key])
        };
        let ours = found.iter().find(same).unwrap_or_else(|| panic!("{name}: {record} is missing"));
        for key in NORMALIZED {
            assert_eq!(ours[key], record[key], "{name}: {key}");
        }
    }
}

#[test]
fn seed_agrees_with_the_comparator_of_may_2026() {
    for case in fixture_json("fastvideo/seed_comparator_cases.json")["cases"].as_array().unwrap() {
        let (name, expected) = (text(case, "name"), &case["expected"]);
        let workspace = lay_out(case);
        let limit = case["env"]["PERF_MAX_REGRESSION"].as_str();
        let variables: Vec<_> =
            limit.map(|limit| ("PERF_MAX_REGRESSION", limit)).into_iter().collect();
        let finished = compare(&workspace, "seed", &variables);
        assert_eq!(i64::from(finished.code), expected["exit_code"], "{name}: {}", finished.stderr);
        assert_normalized(name, &expected["normalized"], &normalized(&workspace));
        let markdown = workspace.report();
        assert_eq!(rows(&markdown), rows(text(expected, "markdown")), "{name}");
        let failures: Vec<&str> =
            expected["failures"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        for failure in failures {
            assert!(finished.stdout.contains(failure), "{name}: {failure} in {}", finished.stdout);
        }
    }
}

#[test]
fn fastvideo_agrees_with_the_comparator_of_august_2026() {
    for case in fixture_json("fastvideo/comparator_cases.json")["cases"].as_array().unwrap() {
        let (name, expected) = (text(case, "name"), &case["expected"]);
        let workspace = lay_out(case);
        let finished =
            compare(&workspace, "fastvideo", &[("PERF_PYTEST_RC", text(case, "pytest_rc"))]);
        assert_eq!(i64::from(finished.code), expected["exit_code"], "{name}: {}", finished.stderr);
        assert_normalized(name, &expected["normalized"], &normalized(&workspace));
        let markdown = workspace.report();
        assert_eq!(rows(&markdown), rows(text(expected, "markdown")), "{name}");
    }
}

/// Of the cases that `cargo xtask bench --fastvideo` makes up, short ones of every outcome.
#[test]
fn random_comparisons_come_out_as_with_both_comparators() {
    for line in fixture("fastvideo/random_cases.ndjson").lines() {
        assert_decided_as_there(&serde_json::from_str(line).unwrap());
    }
}

fn assert_decided_as_there(case: &Value) {
    let (name, expected) = (text(case, "name"), &case["expected"]);
    let workspace = lay_out_random(case);
    let env = case["env"].as_object().unwrap();
    let policy = name.split(' ').next().unwrap();
    let mut args = vec!["compare", "--policy", policy, "--layout", "fastvideo"];
    let has = |variable: &str, value: &str| env.get(variable).is_some_and(|it| it == value);
    let is_full_main = has("TEST_SCOPE", "full") && has("BUILDKITE_BRANCH", "main");
    match env.get("PERF_UPLOAD_POLICY") {
        None if policy == "seed" && is_full_main => args.extend(["--persist", "always"]),
        Some(words) if words != "" => {}
        _ => args.extend(["--persist", "never"]),
    }
    let env = env.iter().map(|(variable, value)| (variable.as_str(), value.as_str().unwrap()));
    let variables: Vec<_> = env.chain([("BENCH_RUNNER_NOW", "2026-10-01T00:00:00Z")]).collect();
    let finished = workspace.run_with(&args, &variables);
    assert_eq!(i64::from(finished.code), expected["exit_code"], "{name}: {}", finished.stderr);
    assert_eq!(json!(rows(&workspace.report())), expected["rows"], "{name}");
    for record in expected["records"].as_array().unwrap() {
        let artifact = workspace.read(&format!("reports/results/{}", text(record, "file")));
        let ours: Value = serde_json::from_str(&artifact).unwrap();
        for (key, value) in record.as_object().unwrap().iter().filter(|(key, _)| *key != "file") {
            assert_eq!(ours[key], *value, "{name}: {key}");
        }
    }
}

fn lay_out_random(case: &Value) -> Workspace {
    let workspace = Workspace::new();
    for (index, raw) in case["raw"].as_array().unwrap().iter().enumerate() {
        workspace.write_json(&format!("results/perf_{index}.json"), raw);
    }
    let records = case["history"].as_array().unwrap().iter();
    for (record, path) in records.zip(case["paths"].as_array().unwrap()) {
        let whole = with(record.clone(), &case["shared"]);
        workspace.write_json(&format!("history/{}", path.as_str().unwrap()), &whole);
    }
    workspace
}

/// A result of the full suite on main, of a workload that has no baseline yet.
fn first_of_its_workload() -> Workspace {
    let workspace = Workspace::new();
    let result = json!({
        "result_schema_version": 2, "workload_id": "wan-t2v", "variant_id": "default",
        "benchmark_version": 1, "recipe_fingerprint": "r1", "hardware_profile_id": "hw-1",
        "software_profile_id": "sw-1", "pr_number": "false",
        "recipe": {"model": {"model_path": "/home/me/models/wan"}},
        "hardware_profile": {"gpu_count": 1},
        "regression_thresholds": {"latency": {"threshold_percent": 0.02}},
    });
    workspace.put_results(&[with(crate::support::builders::result("wan", 1), &result)]);
    let full_main = [
        ("TEST_SCOPE", "full"),
        ("BUILDKITE_BRANCH", "main"),
        ("BUILDKITE_JOB_ID", "j-1"),
        ("PERF_UPLOAD_POLICY", "always"),
    ];
    let args = ["compare", "--policy", "fastvideo", "--layout", "fastvideo"];
    workspace.run_with(&args, &full_main).expect(0);
    workspace
}

#[test]
fn the_artifact_of_a_calibration_has_what_fastvideo_asks_of_the_source_of_a_baseline() {
    let artifact = normalized(&first_of_its_workload()).remove(0);
    for (key, value) in [
        ("result_schema_version", json!(2)),
        ("comparison_status", json!("CALIBRATION_NEEDED")),
        ("baseline_status", json!("initialized_new_cohort")),
        ("success", json!(true)),
        ("baseline_eligible", json!(false)),
        ("run_source", json!("scheduled_main")),
        ("branch", json!("main")),
        ("test_scope", json!("full")),
        ("pr_number", json!("")),
        ("build_id", json!("")),
        ("job_id", json!("j-1")),
        ("hardware_profile", json!({"gpu_count": 1})),
        ("recipe", json!({"model": {"model_path": "…/wan"}})),
    ] {
        assert_eq!(artifact[key], value, "{key}");
    }
    let reason = text(&artifact, "comparison_status_reason");
    assert!(reason.starts_with("No baseline found for exact comparable identity"), "{reason}");
    let limits = &artifact["regression_thresholds"];
    let latency = json!({"threshold_percent": 0.02, "threshold_absolute": 0.5, "gated": true});
    assert_eq!((&limits["latency"], limits.as_object().unwrap().len()), (&latency, 6));
}

#[test]
fn a_stored_record_says_how_it_was_compared_and_keeps_its_limits_as_written() {
    let workspace = first_of_its_workload();
    let path = workspace.records().remove(0);
    let record: Value = serde_json::from_str(&workspace.read(&format!("history/{path}"))).unwrap();
    assert_eq!(record["comparison_status"], "CALIBRATION_NEEDED");
    assert_eq!(record["regression_thresholds"], json!({"latency": {"threshold_percent": 0.02}}));
}
