//! The path of devices other than the CPU, which f64 takes too, against what transformers computes; checkpoints
//! whose tensors are not those that their configuration says.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Result, Tensor};

use super::checkpoint::Checkpoint;
use super::model::LlamaModel;
use super::tokenizer::TextTokenizer;
use super::verify::verify;

/// Letters and bytes, with four special tokens before them.
pub(super) fn tokenizer() -> TextTokenizer {
    let path = "../../tests/fixtures/tiny-llama/llama/checkpoint/tokenizer.json";
    TextTokenizer::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a tokenizer")
}

fn agrees(name: &str) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tiny-llama");
    let folder = folder.join(name);
    let checkpoint = Checkpoint::open(&folder.join("checkpoint")).expect("a checkpoint");
    let weights = checkpoint.weights(DType::F64, &Device::Cpu).expect("weights");
    let model = LlamaModel::load(&checkpoint.config, weights)?;
    let reference =
        candle_core::safetensors::load(folder.join("reference.safetensors"), &Device::Cpu)?;
    let ids: Vec<u32> = reference["1.input_ids"].to_dtype(DType::U32)?.to_vec1()?;
    let expected = &reference["1.logits"];
    let first = ids.len() / 2;
    let mut cache = model.cache();
    let begin = model.logits(&model.forward(&ids[..first], &mut [&mut cache])?)?;
    let mut rows = vec![begin.squeeze(0)?];
    for id in &ids[first..] {
        rows.push(model.logits(&model.forward(&[*id], &mut [&mut cache])?)?.squeeze(0)?);
    }
    let difference = (Tensor::cat(&rows, 0)? - expected)?.abs()?.max_all()?;
    assert!(difference.to_scalar::<f32>()? < 1e-3, "{name}: {difference}");
    Ok(())
}

#[test]
fn the_generic_path_agrees_with_the_reference() -> Result<()> {
    ["llama", "qwen2-window", "qwen3", "mistral", "yarn"].into_iter().try_for_each(agrees)
}

/// A copy of a fixture's checkpoint whose tensors and configuration were changed.
fn changed(
    name: &str,
    change: impl FnOnce(&mut HashMap<String, Tensor>) -> Result<()>,
) -> Result<tempfile::TempDir> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tiny-llama");
    let checkpoint = fixture.join(name).join("checkpoint");
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["config.json", "tokenizer.json"] {
        std::fs::copy(checkpoint.join(file), folder.path().join(file)).expect("a copy");
    }
    let weights = "model.safetensors";
    let mut tensors = candle_core::safetensors::load(checkpoint.join(weights), &Device::Cpu)?;
    change(&mut tensors)?;
    candle_core::safetensors::save(&tensors, folder.path().join(weights))?;
    Ok(folder)
}

const HEAD: &str = "lm_head.weight";
const EMBEDDING: &str = "model.embed_tokens.weight";

#[test]
fn a_tied_embedding_may_be_saved_as_the_last_layer() -> Result<()> {
    let folder = changed("qwen2", |tensors| {
        let embedding = tensors.remove(EMBEDDING).expect("an embedding");
        tensors.insert(HEAD.to_owned(), embedding);
        Ok(())
    })?;
    let reference = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/tiny-llama/qwen2/reference.safetensors");
    let report = verify(folder.path(), &reference, 1e-3, &Device::Cpu).expect("compared");
    assert!(report.pass && report.corrections.is_empty(), "{report:#?}");
    Ok(())
}

#[test]
fn a_last_layer_that_differs_from_the_embedding_is_not_tied_and_that_is_said() -> Result<()> {
    let with_head = |factor: f64| {
        let folder = changed("qwen2", |tensors| {
            let head = (&tensors[EMBEDDING] * factor)?;
            tensors.insert(HEAD.to_owned(), head);
            Ok(())
        })?;
        Ok::<_, candle_core::Error>(Checkpoint::open(folder.path()).expect("a checkpoint"))
    };
    let same = with_head(1.0)?;
    assert!(same.config.tie_word_embeddings && same.corrections.lines().is_empty());
    let other = with_head(2.0)?;
    assert!(!other.config.tie_word_embeddings);
    assert!(other.corrections.lines()[0].starts_with("tie_word_embeddings true → false"));
    Ok(())
}

#[test]
fn tensors_that_the_model_does_not_use_are_named() -> Result<()> {
    let folder = changed("llama", |tensors| {
        let bias = Tensor::zeros(64, DType::F32, &Device::Cpu)?;
        for name in ["q_proj.bias", "rotary_emb.inv_freq"] {
            tensors.insert(format!("model.layers.0.self_attn.{name}"), bias.clone());
        }
        Ok(())
    })?;
    let checkpoint = Checkpoint::open(folder.path()).expect("a checkpoint");
    let expected = "model.safetensors has tensors that the model does not use: \
                    model.layers.0.self_attn.q_proj.bias; if the configuration is of another model, \
                    fetch both again";
    assert_eq!(checkpoint.corrections.lines(), [expected]);
    Ok(())
}
