//! The policies `seed` and `fastvideo` against what FastVideo's own comparators decided.

use bench_records::naming::{fastvideo_path, sanitize};
use serde_json::Value;

use crate::support::{Finished, Workspace, fixture_json};

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
