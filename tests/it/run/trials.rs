//! `run` with the fake pipeline: its trials, its record, and what a signal leaves.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{waiting::wait_until, workspace::Workspace};

/// A benchmark on the fake pipeline whose times are stated, not waited for.
pub fn fake(id: &str, timings: &Value) -> Value {
    let mut architecture = json!({
        "text_encoder_s": 0.25, "step_s": 0.5, "vae_decode_s": 0.25, "wait": "none",
        "peak_memory_mb": 100.0, "device_name": "Fake GPU"
    });
    for (key, value) in timings.as_object().unwrap() {
        architecture[key] = value.clone();
    }
    json!({
        "benchmark_id": id,
        "model": {
            "model_path": "none", "model_short_name": "fake", "pipeline": "fake",
            "architecture": architecture
        },
        "generation_kwargs": {"num_frames": 10, "num_inference_steps": 4},
        "test_prompts": ["one", "two"],
        "run_config": {"num_warmup_runs": 1, "num_measurement_runs": 3, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    })
}

pub fn workspace(benchmarks: &[Value]) -> Workspace {
    let workspace = Workspace::new();
    for benchmark in benchmarks {
        let id = benchmark["benchmark_id"].as_str().unwrap();
        workspace.write_json(&format!("benchmarks/{id}.json"), benchmark);
    }
    workspace
}

pub fn result(workspace: &Workspace, id: &str) -> Value {
    let prefix = format!("perf_{id}_");
    let files = workspace.files("results");
    let name = files.iter().rfind(|name| name.starts_with(&prefix));
    let name = name.unwrap_or_else(|| panic!("no result of {id} in {files:?}"));
    serde_json::from_str(&workspace.read(&format!("results/{name}"))).unwrap()
}

#[test]
fn a_run_writes_every_trial_and_what_it_comes_to() {
    let workspace = workspace(&[fake("wan", &json!({"load_s": 2.0}))]);
    let finished = workspace.run(&["run", "--price-per-device-hour", "3.6"]);
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let raw = result(&workspace, "wan");
    for (key, expected) in [
        ("avg_generation_time_s", 2.5),
        ("throughput_fps", 4.0),
        ("max_peak_memory_mb", 100.0),
        ("text_encoder_time_s", 0.25),
        ("dit_time_s", 2.0),
        ("vae_decode_time_s", 0.25),
        ("step_p50_s", 0.5),
        ("latency_p50_s", 2.5),
        ("startup_s", 2.0),
        ("cost_per_output_usd", 0.0025),
        ("price_per_device_hour_usd", 3.6),
    ] {
        assert_eq!(raw[key].as_f64(), Some(expected), "{key}");
    }
    assert_eq!(raw["stopping_rule"], "count");
    assert_eq!(raw["device"], "Fake GPU");
    assert_eq!(raw["individual_times_s"], json!([2.5, 2.5, 2.5]));
    assert_eq!(raw["statistics"]["unaccounted_s"], 0.0);
    assert!(raw["overhead_s"].is_number());
    let phases: Vec<_> =
        raw["trials"].as_array().unwrap().iter().map(|t| t["phase"].as_str().unwrap()).collect();
    let pair = ["clean", "instrumented"];
    assert_eq!(phases, [["warmup"].as_slice(), &pair, &pair, &pair].concat());
}

#[test]
fn a_result_carries_its_whole_identity() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    assert_eq!(workspace.run(&["run"]).code, 0);
    let raw = result(&workspace, "wan");
    assert_eq!((&raw["workload_id"], &raw["variant_id"]), (&json!("wan"), &json!("default")));
    assert_eq!(raw["benchmark_version"], 1);
    for key in ["recipe_fingerprint", "hardware_profile_id", "software_profile_id"] {
        assert!(raw[key].as_str().is_some_and(|id| id.len() >= 16), "{key}: {}", raw[key]);
    }
    let software = raw["software_profile"].to_string();
    assert!(!software.contains("commit"), "{software}");
}

#[test]
fn another_architecture_is_another_recipe() {
    let print = |timings: &Value| {
        let workspace = workspace(&[fake("wan", timings)]);
        assert_eq!(workspace.run(&["run"]).code, 0);
        result(&workspace, "wan")["recipe_fingerprint"].as_str().unwrap().to_owned()
    };
    let usual = print(&json!({}));
    assert_eq!(usual, print(&json!({})));
    assert_ne!(usual, print(&json!({"step_s": 0.75})));
}

#[test]
fn times_that_are_waited_for_are_measured_by_the_stage_timer() {
    let timings = json!({"text_encoder_s": 0.02, "step_s": 0.005, "vae_decode_s": 0.02,
                         "wait": "sleep", "peak_memory_mb": null});
    let workspace = workspace(&[fake("wan", &timings)]);
    assert_eq!(workspace.run(&["run"]).code, 0);
    let raw = result(&workspace, "wan");
    assert!(raw["text_encoder_time_s"].as_f64().unwrap() >= 0.02);
    assert!(raw["dit_time_s"].as_f64().unwrap() >= 0.02);
    assert!(raw["avg_generation_time_s"].as_f64().unwrap() >= 0.06);
    assert!(raw["statistics"]["unaccounted_s"].as_f64().unwrap() >= 0.0);
    let has_reason = raw["memory_unmeasured_reason"].is_string();
    assert_ne!(raw["max_peak_memory_mb"].is_number(), has_reason);
}

#[test]
fn runs_that_end_in_the_same_second_keep_a_result_each() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let now = [("BENCH_RUNNER_NOW", "2026-01-01T00:00:00Z")];
    let mut runs: Vec<Child> = (0..6)
        .map(|_| workspace.command(&["run"]).envs(now).stdout(Stdio::null()).spawn().unwrap())
        .collect();
    assert!(runs.iter_mut().all(|run| run.wait().unwrap().success()));
    assert_eq!(workspace.files("results").len(), 6);
}

#[test]
fn the_commit_of_ci_stands_in_the_result() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let variables = [("BUILDKITE_COMMIT", commit), ("BUILDKITE_PULL_REQUEST", "7")];
    assert_eq!(workspace.run_with(&["run"], &variables).code, 0);
    let raw = result(&workspace, "wan");
    assert_eq!((&raw["commit"], &raw["pr_number"]), (&json!(commit), &json!("7")));
}

pub fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_measured_and_starts_no_further_benchmark() {
    let marker = json!({"wait": "none"});
    let mut long = fake("b-long", &marker);
    let trial = r#"echo trial >> trials; echo '{"latency_s": 0.01, "done": true}'"#;
    long["model"] = json!({"model_path": "none", "model_short_name": "none", "pipeline": "command",
        "command": {"argv": ["sh", "-c", trial], "mode": "per_trial"}});
    long["run_config"]["num_measurement_runs"] = json!(100_000);
    let workspace = workspace(&[fake("a-first", &marker), long, fake("c-last", &marker)]);
    let child = workspace.command(&["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap();
    let trials =
        || fs::read_to_string(workspace.path("trials")).unwrap_or_default().lines().count();
    wait_until("the fourth trial", || trials() >= 4);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let raw = result(&workspace, "b-long");
    assert_eq!(raw["stopping_rule"], "interrupted");
    assert!(raw["avg_generation_time_s"].is_number(), "{raw}");
    assert!(!workspace.files("results").iter().any(|name| name.contains("c-last")));
    let said = String::from_utf8_lossy(&output.stdout);
    let expected = "c-last: not measured: the run was interrupted before its turn";
    assert!(said.contains(expected), "{said}");
}
