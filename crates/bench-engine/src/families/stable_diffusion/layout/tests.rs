//! Single files against the checkpoints that they were made of, and against diffusers.

use std::fs;
use std::path::Path;

use candle_core::{DType, Device};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Original, is_original};
use crate::error::Result;
use crate::families::images::parts::Parts;
use crate::families::images::reference::{fixture, makers_tensors, of_diffusers};
use crate::families::stable_diffusion::config::SdConfig;
use crate::families::stable_diffusion::model::SdModel;
use crate::families::stable_diffusion::tests::{Run, TYPES, compare};

/// A folder with the single file of a tiny checkpoint, and the tokenizers of that.
fn original(name: &str) -> Result<TempDir> {
    let folder = TempDir::new().expect("a writable temporary folder");
    candle_core::safetensors::save(
        &makers_tensors(name, name)?,
        folder.path().join("model.safetensors"),
    )?;
    for tokenizer in ["tokenizer", "tokenizer_2"] {
        let (from, to) = (fixture(name).join(tokenizer), folder.path().join(tokenizer));
        for entry in fs::read_dir(&from).into_iter().flatten().flatten() {
            fs::create_dir_all(&to).expect("writable");
            fs::copy(entry.path(), to.join(entry.file_name())).expect("writable");
        }
    }
    Ok(folder)
}

/// What tensors of such tiny widths cannot tell: heads and norms of other sizes than any version's.
fn tiny_architecture(name: &str) -> Value {
    let clip = json!({"num_attention_heads": 2});
    let heads = if name == "sd" { json!(2) } else { json!([2, 4]) };
    let mut parts = json!({
        "text_encoder": clip,
        "unet": {"attention_head_dim": heads, "norm_num_groups": 4, "sample_size": 8},
        "vae": {"norm_num_groups": 4},
    });
    if name == "sdxl" {
        parts["text_encoder_2"] = clip;
    }
    parts
}

fn open(folder: &Path, architecture: &Value) -> Result<(SdConfig, Original)> {
    let file = Original::file(folder)?.expect("one file");
    Original::open(&file, architecture.as_object(), None)
}

#[test]
fn the_architecture_is_that_of_the_checkpoint_it_was_made_of() -> Result<()> {
    for name in ["sd", "sd2", "sdxl"] {
        let folder = original(name)?;
        let (found, _) = open(folder.path(), &tiny_architecture(name))?;
        assert_eq!(found, SdConfig::read(&fixture(name))?, "{name}");
    }
    Ok(())
}

#[test]
fn every_tensor_is_the_one_that_it_was_made_of() -> Result<()> {
    for (name, parts) in [
        ("sd", ["unet", "vae", "text_encoder"].as_slice()),
        ("sd2", &["unet", "vae", "text_encoder"]),
        ("sdxl", &["unet", "vae", "text_encoder", "text_encoder_2"]),
    ] {
        let folder = original(name)?;
        let (_, layout) = open(folder.path(), &tiny_architecture(name))?;
        let layout = Parts::Files(Box::new(layout));
        for part in parts {
            let expected = of_diffusers(name, part)?;
            let weights = layout.weights(part, DType::F32, &Device::Cpu)?;
            for (key, tensor) in expected {
                let tensor = tensor.to_dtype(DType::F32)?;
                let found = weights.get(tensor.shape().clone(), &key)?;
                let (found, tensor) = (found.flatten_all()?, tensor.flatten_all()?);
                assert_eq!(
                    found.to_vec1::<f32>()?,
                    tensor.to_vec1::<f32>()?,
                    "{name} {part} {key}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn every_stage_agrees_with_diffusers() -> Result<()> {
    for name in ["sd", "sd2", "sdxl"] {
        let folder = original(name)?;
        let (config, layout) = open(folder.path(), &tiny_architecture(name))?;
        let parts = Parts::Files(Box::new(layout));
        let model = SdModel::from_parts(config, &parts, TYPES, &Device::Cpu)?;
        compare(&model, &Run::of(name))?;
    }
    Ok(())
}

#[test]
fn version_2_predicts_velocity_unless_told_and_another_version_lends_its_schedule() -> Result<()> {
    use crate::families::stable_diffusion::config::Prediction;
    let read = |name: &str, more: Value| -> Result<SdConfig> {
        let folder = original(name)?;
        let mut architecture = tiny_architecture(name);
        for (part, fields) in more.as_object().expect("parts") {
            architecture[part] = fields.clone();
        }
        architecture["unet"].as_object_mut().expect("fields").remove("sample_size");
        Ok(open(folder.path(), &architecture)?.0)
    };
    let velocity = read("sd2", json!({}))?;
    assert_eq!(velocity.scheduler.prediction, Prediction::Velocity);
    assert_eq!(velocity.unet.sample_size, [96, 96]);
    let noise = read("sd2", json!({"scheduler": {"prediction_type": "epsilon"}}))?;
    assert_eq!(noise.scheduler.prediction, Prediction::Epsilon);
    assert_eq!(noise.unet.sample_size, [64, 64]);
    let turbo = read("sdxl", json!({"version": "xl-turbo"}))?;
    assert_eq!(turbo.scheduler.method.class(), "EulerAncestralDiscreteScheduler");
    assert_eq!((turbo.unet.sample_size, turbo.unet.block_out_channels), ([64, 64], vec![8, 16]));
    Ok(())
}

#[test]
fn what_is_no_such_file_and_what_is_missing_is_named() -> Result<()> {
    let folder = original("sdxl")?;
    assert!(is_original(folder.path()));
    assert!(!is_original(&fixture("sd")) && !is_original(&fixture("reference.safetensors")));
    let message = |architecture: &Value| match open(folder.path(), architecture) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let unfit = json!({"unet": {"norm_num_groups": 4, "attention_head_dim": 3}});
    let said = message(&unfit);
    assert!(said.contains("model.safetensors") && said.contains("`attention_head_dim`"), "{said}");
    fs::remove_dir_all(folder.path().join("tokenizer_2")).expect("writable");
    let (config, layout) = open(folder.path(), &tiny_architecture("sdxl"))?;
    let parts = Parts::Files(Box::new(layout));
    let error = SdModel::from_parts(config, &parts, TYPES, &Device::Cpu).expect_err("no tokenizer");
    let error = error.to_string();
    assert!(
        error.contains("tokenizer_2") && error.contains("init_kwargs.tokenizer_path"),
        "{error}"
    );
    fs::copy(fixture("reference.safetensors"), folder.path().join("other.safetensors"))
        .expect("writable");
    let said = Original::file(folder.path()).expect_err("two files").to_string();
    assert!(said.contains("2 safetensors files") && said.contains("model.safetensors"), "{said}");
    fs::remove_file(folder.path().join("model.safetensors")).expect("writable");
    let said = message(&json!({}));
    assert!(said.contains("other.safetensors") && said.contains("text encoders"), "{said}");
    Ok(())
}
