//! Where a run was made, as its raw record says: each field has a value, or the system has none.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    run::trials::{fake, result, workspace},
    support::checkpoint::tiny_wan,
    support::generate::tiny,
    support::workspace::Workspace,
};

const GOVERNOR: &str = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";

/// The record of a run of the tiny checkpoint.
fn measured(variables: &[(&str, &str)]) -> Value {
    let model = json!({"model_path": tiny_wan("checkpoint"), "model_short_name": "tiny"});
    let shape = json!({"height": 16, "width": 16, "num_frames": 1, "num_inference_steps": 1});
    let workspace = Workspace::new();
    workspace.write_json("benchmarks/tiny.json", &tiny(&model, &shape));
    workspace.run_with(&["run", "--device", "cpu"], variables).expect(0);
    result(&workspace, "tiny")
}

#[cfg(target_os = "linux")]
#[test]
fn every_field_has_a_value_or_the_system_has_none() {
    let raw = measured(&[("IMAGE_VERSION", "bench:7")]);
    let environment = raw["environment"].as_object().unwrap();
    let is_known = |key: &str| {
        let value = environment.get(key).unwrap_or_else(|| panic!("no {key} in {environment:?}"));
        !value.is_null()
    };
    for key in ["cpu_count", "load_average_1m", "memory_bytes", "os", "container", "tool_version"] {
        assert!(is_known(key), "{key} is null: {environment:?}");
    }
    assert_eq!(environment["container"], "bench:7");
    assert_eq!(is_known("cpu_governor"), Path::new(GOVERNOR).exists());
    let has_gpu = environment["gpus"].as_array().is_some_and(|gpus| !gpus.is_empty());
    assert_eq!(is_known("driver_version"), has_gpu, "there is no driver without a GPU");
    assert!(has_gpu || !is_known("cuda_version"));
    let names_its_model = std::fs::read_to_string("/proc/cpuinfo").unwrap().contains("model name");
    assert_eq!(is_known("cpu_model"), names_its_model);
    assert!(!is_known("is_dirty"), "a temporary folder is no checkout");
    assert_eq!(environment.len(), 12, "a field that this test does not know: {environment:?}");
}

#[test]
fn what_computed_is_told_with_its_versions() {
    let raw = measured(&[]);
    let software = &raw["software_profile"];
    assert!(software["engine"].as_str().unwrap().starts_with("candle 0."), "{software}");
    assert_eq!((&software["dtype"], &software["cuda"]), (&json!("f32"), &Value::Null));
    assert!(software["attention_backend"].is_string(), "{software}");
    let tool = raw["environment"]["tool_version"].as_str().unwrap();
    assert!(tool.starts_with("bench-runner 0."), "{tool}");
}

#[test]
fn another_number_of_threads_is_told_and_opens_another_series() {
    let usual = measured(&[]);
    assert_eq!(usual["pipeline_notes"]["threads"], usual["environment"]["cpu_count"]);
    let more = usual["environment"]["cpu_count"].as_u64().unwrap() + 1;
    let raw = measured(&[("RAYON_NUM_THREADS", &more.to_string())]);
    assert_eq!(raw["pipeline_notes"]["threads"], more);
    assert_eq!(raw["hardware_profile"]["threads"], more);
    assert_ne!(raw["hardware_profile_id"], usual["hardware_profile_id"]);
    assert_eq!(raw["recipe_fingerprint"], usual["recipe_fingerprint"]);
}

fn git(workspace: &Workspace, args: &[&str]) -> String {
    let mut git = workspace.program("git".as_ref());
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let output = git.args(identity).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_changed_checkout_is_told_as_dirty_and_a_new_file_in_it_is_not() {
    let workspace = workspace(&[fake("wan", &json!({}))]);
    workspace.write("model.py", "as committed");
    git(&workspace, &["init", "--quiet"]);
    git(&workspace, &["add", "model.py", "benchmarks"]);
    git(&workspace, &["commit", "--quiet", "--message", "first"]);
    let commit = git(&workspace, &["rev-parse", "HEAD"]);
    let run = || {
        workspace.run(&["run"]).expect(0);
        let raw = result(&workspace, "wan");
        assert_eq!(raw["commit"], json!(commit));
        raw["environment"]["is_dirty"].clone()
    };
    assert_eq!(run(), false, "results are new files");
    workspace.write("model.py", "changed");
    assert_eq!(run(), true);
    git(&workspace, &["add", "model.py"]);
    assert_eq!(run(), true, "staged is not committed");
}
