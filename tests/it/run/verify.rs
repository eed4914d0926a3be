//! `verify`: a sound checkpoint passes, a changed one is told by its stage, a damaged one by what
//! is wrong with it.

use std::fs;

use serde_json::{Value, json};

use crate::{
    support::checkpoint::{Checkpoint, tiny_wan},
    support::workspace::{Finished, Workspace},
};

const TRANSFORMER: &str = "transformer/diffusion_pytorch_model.safetensors";

fn verify(model: &str, more: &[&str]) -> Finished {
    let reference = tiny_wan("reference.safetensors");
    let args = ["verify", "--model", model, "--reference", &reference, "--device", "cpu"];
    Workspace::new().run(&[&args, more].concat())
}

#[track_caller]
fn assert_unreadable(checkpoint: &Checkpoint, parts: &[&str]) {
    let finished = verify(checkpoint.folder(), &[]);
    assert_eq!(finished.code, 3, "{}{}", finished.stdout, finished.stderr);
    for part in parts {
        assert!(finished.stderr.contains(part), "{} lacks {part}", finished.stderr);
    }
    assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
}

#[test]
fn the_tiny_checkpoint_agrees_with_its_reference() {
    let finished = verify(&tiny_wan("checkpoint"), &[]);
    assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
    for part in ["dit.sample", "2×16×3×8×12", "25 of 25 tensors within 0.001 standard deviations"]
    {
        assert!(finished.stdout.contains(part), "{} lacks {part}", finished.stdout);
    }
}

#[test]
fn a_changed_weight_fails_and_names_its_stage() {
    for (file, tensor, stage) in [
        ("text_encoder/model.safetensors", "shared.weight", "text_encoder"),
        (TRANSFORMER, "blocks.1.ffn.net.2.weight", "denoise"),
        ("vae/diffusion_pytorch_model.safetensors", "decoder.conv_in.weight", "vae_decode"),
    ] {
        let checkpoint = Checkpoint::copy();
        checkpoint.corrupt(file, tensor, 4096);
        let finished = verify(checkpoint.folder(), &["--json"]);
        assert_eq!(finished.code, 1, "{tensor}: {}", finished.stderr);
        let report: Value = serde_json::from_str(&finished.stdout).unwrap();
        let rows = report["rows"].as_array().unwrap();
        let first = rows.iter().find(|row| row["pass"] == false).unwrap();
        assert_eq!(first["stage"], stage, "{tensor}: {first}");
    }
}

#[test]
fn a_tolerance_below_the_difference_fails() {
    let finished = verify(&tiny_wan("checkpoint"), &["--tolerance", "0"]);
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stdout.contains("the first that is not: "), "{}", finished.stdout);
}

#[test]
fn wrong_arguments_are_usage_errors() {
    for tolerance in ["-1", "NaN", "inf", "small"] {
        let tolerance = format!("--tolerance={tolerance}");
        let finished = verify(&tiny_wan("checkpoint"), &[&tolerance]);
        assert_eq!(finished.code, 2, "{tolerance}");
        assert!(finished.stderr.contains("expected a number from 0 on"), "{}", finished.stderr);
    }
    assert_eq!(Workspace::new().run(&["verify", "--model", "x"]).code, 2);
}

#[test]
fn a_missing_file_is_named() {
    for file in [
        "transformer/config.json",
        "scheduler/scheduler_config.json",
        "tokenizer/tokenizer.json",
        TRANSFORMER,
    ] {
        let checkpoint = Checkpoint::copy();
        fs::remove_file(checkpoint.path(file)).unwrap();
        assert_unreadable(&checkpoint, &["cannot read", file]);
    }
    let finished = verify("nowhere", &[]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    assert!(finished.stderr.contains("diffusers layout"), "{}", finished.stderr);
}

#[test]
fn a_choice_of_the_cuda_path_that_is_none_is_refused() {
    let (model, reference) = (tiny_wan("checkpoint"), tiny_wan("reference.safetensors"));
    let args = ["verify", "--model", &model, "--reference", &reference, "--device", "cpu"];
    let finished = Workspace::new().run_with(&args, &[("BENCH_RUNNER_CUDA_NORMS", "fast")]);
    let stderr = finished.expect(2).stderr;
    assert!(stderr.contains("BENCH_RUNNER_CUDA_NORMS is \"fast\", expected fused or"), "{stderr}");
}

#[test]
fn a_missing_reference_is_named() {
    let model = tiny_wan("checkpoint");
    let workspace = Workspace::new();
    let run = || workspace.run(&["verify", "--model", &model, "--reference", "other.safetensors"]);
    let finished = run();
    assert_eq!(finished.code, 3);
    assert!(finished.stderr.contains("cannot read other.safetensors"), "{}", finished.stderr);
    workspace.write("other.safetensors", "");
    let finished = run();
    assert_eq!(finished.code, 3);
    assert!(finished.stderr.contains("cannot read other.json"), "{}", finished.stderr);
    workspace.write_json("other.json", &json!({"pipe": {}}));
    let finished = run();
    assert_eq!(finished.code, 3);
    assert!(finished.stderr.contains("other.safetensors is malformed"), "{}", finished.stderr);
}

#[test]
fn a_broken_config_names_file_and_field() {
    for (file, field, value) in [
        ("transformer/config.json", "num_layers", json!("three")),
        ("transformer/config.json", "text_dim", json!(65)),
        ("text_encoder/config.json", "model_type", json!("t5")),
        ("vae/config.json", "latents_std", json!([0.0])),
        ("scheduler/scheduler_config.json", "use_karras_sigmas", json!(true)),
        ("model_index.json", "_class_name", json!("FluxPipeline")),
    ] {
        let checkpoint = Checkpoint::copy();
        checkpoint.set(file, field, value);
        assert_unreadable(&checkpoint, &[file, &format!("field `{field}`")]);
    }
    let checkpoint = Checkpoint::copy();
    fs::write(checkpoint.path("vae/config.json"), "{\"base_dim\": 8").unwrap();
    assert_unreadable(&checkpoint, &["vae/config.json", "is malformed"]);
}

#[test]
fn a_scheduler_of_another_class_than_the_index_has_is_that_of_the_index_and_noted() {
    let checkpoint = Checkpoint::copy();
    checkpoint.set("scheduler/scheduler_config.json", "_class_name", json!("DDIMScheduler"));
    let reference = tiny_wan("reference.safetensors");
    let args = ["verify", "--model", checkpoint.folder(), "--reference", &reference];
    let finished = Workspace::new().run(&args);
    assert_eq!(finished.code, 0, "{}{}", finished.stdout, finished.stderr);
    let note = "note: scheduler _class_name \"DDIMScheduler\" → \"UniPCMultistepScheduler\"";
    assert_eq!(finished.stderr.matches(note).count(), 1, "{}", finished.stderr);
}

#[test]
fn a_damaged_weight_file_names_file_and_tensor() {
    let tensor = "blocks.2.attn1.to_q.weight";
    let checkpoint = Checkpoint::copy();
    checkpoint.set_header(TRANSFORMER, |header| {
        let fields = header.as_object_mut().unwrap();
        let removed = fields.remove(tensor).unwrap();
        fields.insert("renamed".to_owned(), removed);
    });
    assert_unreadable(&checkpoint, &[TRANSFORMER, tensor, "is missing", "[96, 96]"]);

    let checkpoint = Checkpoint::copy();
    checkpoint.set_header(TRANSFORMER, |header| header[tensor]["dtype"] = json!("I32"));
    assert_unreadable(&checkpoint, &[TRANSFORMER, tensor, "I32", "F32, F16, BF16 and F64"]);

    let checkpoint = Checkpoint::copy();
    let bytes = fs::read(checkpoint.path(TRANSFORMER)).unwrap();
    fs::write(checkpoint.path(TRANSFORMER), &bytes[..bytes.len() / 2]).unwrap();
    assert_unreadable(&checkpoint, &[TRANSFORMER, "is malformed"]);
}
