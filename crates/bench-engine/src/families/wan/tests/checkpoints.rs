//! Checkpoint folders in other forms, and what is said of damaged ones.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::fixture;
use crate::error::Result;
use crate::families::wan::pipeline::{LoadOptions, WanPipeline};

/// A copy of the tiny checkpoint that a test can damage.
fn checkpoint() -> TempDir {
    let copy = TempDir::new().expect("a writable temporary folder");
    copy_folder(&fixture("checkpoint"), copy.path());
    copy
}

fn copy_folder(source: &Path, copy: &Path) {
    fs::create_dir_all(copy).expect("a writable temporary folder");
    for entry in fs::read_dir(source).expect("the fixture is there") {
        let path = entry.expect("a readable entry").path();
        let target = copy.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::write(&target, fs::read(&path).expect("readable")).expect("writable");
        }
    }
}

fn edit(path: &Path, field: &str, value: Value) {
    let text = fs::read_to_string(path).expect("the fixture is complete");
    let mut config: Value = serde_json::from_str(&text).expect("valid JSON");
    config[field] = value;
    fs::write(path, config.to_string()).expect("a writable temporary folder");
}

#[test]
fn misshapen_and_missing_tensors_name_file_found_and_expected() {
    let folder = checkpoint();
    let config = folder.path().join("transformer/config.json");
    let message = || {
        let error = WanPipeline::load(folder.path(), LoadOptions::default());
        error.expect_err("config and weights do not fit").to_string()
    };
    edit(&config, "ffn_dim", json!(200));
    let misshapen = message();
    let file = "transformer/diffusion_pytorch_model.safetensors";
    for part in [file, "blocks.0.ffn.net.0.proj.weight", "[192, 96]", "[200, 96]"] {
        assert!(misshapen.contains(part), "{misshapen} lacks {part}");
    }
    edit(&config, "ffn_dim", json!(192));
    edit(&config, "num_layers", json!(4));
    let missing = message();
    assert!(missing.contains("tensor `blocks.3."), "{missing}");
    assert!(missing.contains("is missing"), "{missing}");
}

#[test]
fn sharded_weights_load_like_a_single_file() -> Result<()> {
    let folder = checkpoint();
    let folder = folder.path();
    let single = folder.join("transformer/diffusion_pytorch_model.safetensors");
    let tensors = candle_core::safetensors::load(&single, &candle_core::Device::Cpu)?;
    let mut map = serde_json::Map::new();
    for shard in 0..2 {
        let name = format!("part-{shard}.safetensors");
        let mut part = tensors.clone();
        part.retain(|tensor, _| tensor.len() % 2 == shard);
        for tensor in part.keys() {
            map.insert(tensor.clone(), json!(name));
        }
        candle_core::safetensors::save(&part, folder.join("transformer").join(name))?;
    }
    fs::remove_file(&single).expect("a writable temporary folder");
    let index = folder.join("transformer/diffusion_pytorch_model.safetensors.index.json");
    fs::write(&index, json!({ "weight_map": map }).to_string()).expect("writable");
    WanPipeline::load(folder, LoadOptions::default())?;

    fs::remove_file(folder.join("transformer/part-1.safetensors")).expect("writable");
    let error = WanPipeline::load(folder, LoadOptions::default()).expect_err("a shard is gone");
    assert!(error.to_string().contains("part-1.safetensors"), "{error}");
    Ok(())
}
