//! Folders of the machine that measures: they are in no file of a history, a dataset or a dashboard.

use std::fs;

use serde_json::{Value, json};

use crate::{
    dataset::{DATASET, STORE, Setting},
    publish::folder::put_site,
    run::trials::result,
    support::builders::{record, with},
    support::workspace::Workspace,
};

/// A benchmark of a program, a model and a cache in somebody's home, which is in the workspace.
fn at_home(workspace: &Workspace, id: &str, script: &str) -> Value {
    let home = |path: &str| workspace.path(&format!("home/me/{path}")).display().to_string();
    workspace.write(&format!("home/me/{id}.sh"), script);
    json!({
        "benchmark_id": id,
        "model": {
            "model_path": home("models/wan"), "model_short_name": "wan", "pipeline": "command",
            "command": {
                "argv": ["sh", home(&format!("{id}.sh")), format!("--cache={}", home("cache"))],
                "env": {"LIBRARIES": format!("{}:{}", home("lib"), home("lib64"))}, "timeout_s": 60
            }
        },
        "init_kwargs": {"lora_path": home("lora.safetensors")},
        "generation_kwargs": {"num_inference_steps": 2},
        "test_prompts": ["a boat"],
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 2, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    })
}

const SOUND: &str = r#"echo '{"engine": "'"$0"' 2.1", "done": true}'"#;
const BROKEN: &str = r#"echo '{"error": "cannot read '"$0"'"}'; exit 1"#;

/// A home with one benchmark that is measured and one that fails, both run.
fn put_benchmarks(workspace: &Workspace) {
    for (id, script) in [("sound", SOUND), ("broken", BROKEN)] {
        workspace.write_json(&format!("benchmarks/{id}.json"), &at_home(workspace, id, script));
    }
}

fn assert_clean<'b>(
    workspace: &Workspace,
    files: impl Iterator<Item = (String, &'b [u8])>,
) -> usize {
    let root = workspace.path("");
    let root = root.display().to_string();
    let check = |(path, bytes): (String, &[u8])| {
        let text = String::from_utf8_lossy(bytes);
        for folder in [root.trim_end_matches('/'), "/home/", "/models/"] {
            assert!(!text.contains(folder), "{path} names {folder}: {text}");
        }
    };
    files.map(check).count()
}

#[test]
fn what_is_published_names_no_folder_of_the_machine() {
    let workspace = Workspace::new();
    put_site(&workspace, "site");
    put_benchmarks(&workspace);
    workspace.run(&["gate"]).expect(3);
    let imported = json!({
        "model_id": "/data/models/llama", "date": "20250601-101500", "request_throughput": 5.0,
        "completed": 3
    });
    workspace.write_json("serve.json", &imported);
    workspace.run(&["import", "--from", "vllm", "serve.json"]).expect(0);
    // of an earlier version, or of another tool
    let earlier = json!({"quality_metadata": {"reference": "/home/me/references/wan"}});
    workspace.put_records(&[with(record("wan", 1), &earlier)]);
    workspace.run(&["annotate", "0123456", "--text", "see /home/me/notes/may.txt"]);
    workspace.run(&["publish", "--site", "site", "--runs", "all"]).expect(0);
    let files: Vec<(String, Vec<u8>)> = workspace
        .files("dist")
        .into_iter()
        .map(|path| (path.clone(), fs::read(workspace.path(&format!("dist/{path}"))).unwrap()))
        .collect();
    let given = files.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice()));
    assert!(assert_clean(&workspace, given) > 10);
    let raw = files.iter().find(|(path, _)| path.starts_with("data/raw/")).unwrap();
    let text = String::from_utf8_lossy(&raw.1);
    for short in ["…/wan", "…/sound.sh", "--cache=…/cache", "…/lib:…/lib64", "…/lora.safetensors"]
    {
        assert!(text.contains(short), "{short} in {text}");
    }
    assert!(workspace.read("dist/latest.html").contains("…/llama"));
}

#[test]
fn what_a_dataset_is_sent_names_no_folder_of_the_machine() {
    let setting = Setting::new();
    put_benchmarks(&setting.workspace);
    setting.run(&["gate", "--persist", "always"]).expect(3);
    let files = setting.hub.files(DATASET);
    let given = files.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice()));
    let count = assert_clean(&setting.workspace, given);
    assert!(count >= 2, "a record and its run in {STORE}: {:?}", files.keys());
}

#[test]
fn a_model_in_another_folder_is_the_same_recipe() {
    let recipes = ["one", "two"].map(|_| {
        let workspace = Workspace::new();
        put_benchmarks(&workspace);
        workspace.run(&["run", "--only", "sound"]).expect(0);
        let raw = result(&workspace, "sound");
        (raw["recipe_fingerprint"].clone(), raw["recipe"]["model"]["model_path"].clone())
    });
    assert_eq!(recipes[0], recipes[1]);
    assert_eq!(recipes[0].1, "…/wan");
}
