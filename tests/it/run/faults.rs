//! `run` and `gate` where some benchmarks cannot be measured: each fault is named, the others run.

use std::fs;

use serde_json::{Value, json};

use crate::{
    run::trials::{fake, result, workspace},
    support::checkpoint::{Checkpoint, tiny_wan},
    support::generate::tiny,
    support::workspace::Workspace,
};

const SHAPE: [(&str, u64); 4] =
    [("height", 32), ("width", 48), ("num_frames", 5), ("num_inference_steps", 2)];

/// A benchmark of a checkpoint of Wan, by name.
fn wan(id: &str, model_path: &str) -> Value {
    let shape: Value = SHAPE.into_iter().collect();
    let model = json!({"model_path": model_path, "model_short_name": id, "pipeline": "wan"});
    let mut benchmark = tiny(&model, &shape);
    benchmark["benchmark_id"] = json!(id);
    benchmark
}

/// A copy of a sound checkpoint, half of whose transformer is cut off.
fn cut_off() -> Checkpoint {
    let checkpoint = Checkpoint::copy();
    let weights = checkpoint.path("transformer/diffusion_pytorch_model.safetensors");
    let bytes = fs::read(&weights).unwrap();
    fs::write(weights, &bytes[..bytes.len() / 2]).unwrap();
    checkpoint
}

/// A copy without the VAE's weights.
fn incomplete() -> Checkpoint {
    let checkpoint = Checkpoint::copy();
    fs::remove_file(checkpoint.path("vae/diffusion_pytorch_model.safetensors")).unwrap();
    checkpoint
}

/// Positions of the widest picture that the checkpoint's rotary tables have.
fn too_large(id: &str) -> Value {
    let checkpoint = tiny_wan("checkpoint");
    let mut benchmark = wan(id, &checkpoint);
    for (key, size) in [("height", 16_384), ("width", 16_384), ("num_frames", 4093)] {
        benchmark["generation_kwargs"][key] = json!(size);
    }
    benchmark
}

#[test]
fn what_cannot_be_loaded_is_named_and_the_others_are_measured() {
    let (broken, missing) = (cut_off(), incomplete());
    let mut dtype = wan("c-dtype", &tiny_wan("checkpoint"));
    dtype["init_kwargs"] = json!({"dit_precision": "bf16"});
    let workspace = workspace(&[
        wan("a-broken", broken.folder()),
        wan("b-missing", missing.folder()),
        dtype,
        too_large("d-large"),
        fake("e-sound", &json!({})),
    ]);
    let finished = workspace.run(&["run", "--device", "cpu"]).expect(3);
    for (id, parts) in [
        ("a-broken", ["transformer/diffusion_pytorch_model.safetensors", "malformed", "again"]),
        ("b-missing", ["vae/diffusion_pytorch_model.safetensors", "cannot read", "checkpoint"]),
        ("c-dtype", ["init_kwargs.dit_precision", "BF16", "write fp32"]),
        ("d-large", ["at least", "GiB are available", "ask for a smaller"]),
    ] {
        let reason = result(&workspace, id)["failed"].as_str().unwrap_or_default().to_owned();
        for part in parts {
            assert!(reason.contains(part), "{id}: {reason} lacks {part}");
        }
        assert!(finished.stdout.contains(&reason), "{}", finished.stdout);
    }
    assert_eq!(result(&workspace, "e-sound")["avg_generation_time_s"], 2.5);
}

/// One sound benchmark, between files that no benchmark can be made of.
fn with_faulty_files() -> Workspace {
    let mut pipeline = fake("a-pipeline", &json!({}));
    pipeline["model"]["pipeline"] = json!("sora");
    let mut count = fake("c-count", &json!({}));
    count["run_config"]["num_measurement_runs"] = json!(0);
    let odd = fake("d-odd", &json!({"step_s": -1.0}));
    workspace(&[pipeline, fake("b-sound", &json!({})), count, odd])
}

const FAULTS: [&str; 3] = [
    "error: benchmarks/a-pipeline.json: model.pipeline is \"sora\", but must be one of: wan, ",
    "error: benchmarks/c-count.json: run_config.num_measurement_runs is 0, but must be 1 or more",
    "error: benchmarks/d-odd.json: model.architecture.step_s is -1; write seconds, 0 or more",
];

#[test]
fn a_file_that_cannot_be_used_is_a_usage_error_and_the_others_run() {
    for command in ["run", "gate"] {
        let workspace = with_faulty_files();
        let finished = workspace.run(&[command]).expect(2);
        for said in FAULTS {
            assert!(finished.stderr.contains(said), "{command}: {}", finished.stderr);
        }
        assert!(finished.stderr.ends_with("correct these files, and run them again\n"));
        let results = workspace.files("results");
        assert!(matches!(results.as_slice(), [only] if only.starts_with("perf_b-sound_")));
    }
}

#[test]
fn who_only_looks_is_told_too() {
    let workspace = with_faulty_files();
    for flag in ["--list", "--dry-run"] {
        let finished = workspace.run(&["run", flag]).expect(2);
        assert!(FAULTS.iter().all(|said| finished.stderr.contains(said)), "{}", finished.stderr);
        assert!(finished.stdout.contains("b-sound"), "{}", finished.stdout);
    }
    let named = workspace.run(&["run", "--only", "a-pipeline"]).expect(2);
    assert!(named.stderr.contains(FAULTS[0]), "{}", named.stderr);
}

#[test]
fn without_any_sound_file_nothing_is_written() {
    let mut broken = fake("broken", &json!({}));
    broken["model"]["pipeline"] = json!("sora");
    let workspace = workspace(&[broken]);
    workspace.run(&["run"]).expect(2);
    assert_eq!(workspace.files("results"), Vec::<String>::new());
}
