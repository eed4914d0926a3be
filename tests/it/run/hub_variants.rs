//! `run` with a model of the Hub whose weights are variants, or in forms that are not read.

use std::fs;

use serde_json::{Value, json};

use crate::{
    run::hub::{LARGE, Setting, assert_says},
    support::checkpoint::Checkpoint,
    support::model_hub::FIRST,
};

/// Adds a variant to the benchmark that a setting has.
fn ask_for(setting: &Setting, variant: &str) {
    let path = setting.workspace.path("benchmarks/tiny.json");
    let mut benchmark: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    benchmark["init_kwargs"] = json!({"variant": variant});
    fs::write(path, benchmark.to_string()).unwrap();
}

#[test]
fn weights_that_are_there_only_as_a_variant_are_fetched_and_noted_and_found_offline() {
    let checkpoint = Checkpoint::copy();
    let variant = "transformer/diffusion_pytorch_model.fp16.safetensors";
    fs::rename(checkpoint.path(LARGE), checkpoint.path(variant)).unwrap();
    let setting = Setting::of(checkpoint.folder());
    let raw = setting.measured();
    let notes = raw["corrections"].as_array().unwrap();
    assert_says(notes[0].as_str().unwrap(), &["transformer", "the variant fp16"]);
    assert!(setting.hub.take_asked().iter().any(|asked| asked.path.contains(variant)));
    setting.run(&[("HF_HUB_OFFLINE", "1")]).expect(0);
    assert_eq!(setting.hub.take_asked(), []);
}

#[test]
fn a_variant_of_a_pinned_commit_is_fetched_though_its_plain_weights_are_here() {
    let checkpoint = Checkpoint::copy();
    let variant = "transformer/diffusion_pytorch_model.fp16.safetensors";
    fs::copy(checkpoint.path(LARGE), checkpoint.path(variant)).unwrap();
    let setting = Setting::of(checkpoint.folder());
    setting.benchmark(&json!({"revision": FIRST}));
    assert_eq!(setting.measured().get("corrections"), None);
    assert!(!setting.hub.take_asked().iter().any(|asked| asked.path.contains(variant)));
    ask_for(&setting, "fp16");
    let raw = setting.measured();
    // The same bytes, which are here.
    assert!(setting.hub.take_asked().iter().any(|asked| asked.path.contains(variant)));
    assert_says(&raw["corrections"].to_string(), &["vae weights are", "none of the variant fp16"]);
    setting.benchmark(&json!({"revision": FIRST}));
    setting.measured();
    assert_eq!(setting.hub.take_asked(), []);
}

#[test]
fn weights_that_no_pipeline_reads_are_named_before_anything_large_is_fetched() {
    let checkpoint = Checkpoint::copy();
    let flax = "transformer/diffusion_flax_model.msgpack";
    fs::rename(checkpoint.path(LARGE), checkpoint.path(flax)).unwrap();
    let setting = Setting::of(checkpoint.folder());
    assert_says(&setting.failed(&[]), &["has weights only as", flax, "safetensors and .bin"]);
    let fetched = setting.hub.take_asked();
    assert!(fetched.iter().all(|asked| !asked.path.contains(".safetensors")), "{fetched:?}");
    let checkpoint = Checkpoint::copy();
    for variant in ["fp16", "bf16"] {
        let copy = checkpoint.path(&LARGE.replace(".safe", &format!(".{variant}.safe")));
        fs::copy(checkpoint.path(LARGE), copy).unwrap();
    }
    fs::remove_file(checkpoint.path(LARGE)).unwrap();
    let setting = Setting::of(checkpoint.folder());
    assert_says(&setting.failed(&[]), &["several variants", ".bf16.", "init_kwargs.variant"]);
}
