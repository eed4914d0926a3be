//! The path of devices other than the CPU, which f64 takes too, against what transformers computes.

use std::path::Path;

use candle_core::{DType, Device, Result, Tensor};

use super::checkpoint::Checkpoint;
use super::model::LlamaModel;
use super::tokenizer::TextTokenizer;

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
