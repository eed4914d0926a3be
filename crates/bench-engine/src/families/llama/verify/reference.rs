//! What transformers computed: a safetensors file comes in, prompts with their logits and tokens go out.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};

use super::Prompt;
use crate::error::{PipelineError, Result, without_backtrace};

/// The content of `reference.safetensors`.
pub(super) struct Reference {
    prompts: Vec<Prompt>,
}

impl Reference {
    pub(super) fn read(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(PipelineError::absent(
                path.to_owned(),
                "give the safetensors file of a reference run",
            ));
        }
        let tensors = candle_core::safetensors::load(path, &Device::Cpu).map_err(|error| {
            let reason = without_backtrace(error).to_string();
            PipelineError::Malformed { path: path.to_owned(), reason }
        })?;
        let mut numbers: Vec<usize> = tensors
            .keys()
            .filter_map(|name| name.strip_suffix(".input_ids")?.parse().ok())
            .collect();
        numbers.sort_unstable();
        if numbers.is_empty() {
            return Err(missing(path, "0.input_ids"));
        }
        let prompts = numbers.iter().map(|number| prompt(path, &tensors, *number));
        Ok(Self { prompts: prompts.collect::<Result<_>>()? })
    }

    pub(super) fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }
}

fn prompt(path: &Path, tensors: &HashMap<String, Tensor>, number: usize) -> Result<Prompt> {
    let tensor = |part: &str| {
        let name = format!("{number}.{part}");
        tensors.get(&name).ok_or_else(|| missing(path, &name))
    };
    let ids = |part: &str| -> Result<Vec<u32>> {
        Ok(tensor(part)?.to_dtype(DType::U32)?.flatten_all()?.to_vec1()?)
    };
    let (input_ids, logits) = (ids("input_ids")?, tensor("logits")?.clone());
    let rows = 1..=input_ids.len();
    if logits.rank() != 2 || !rows.contains(&logits.dim(0)?) {
        return Err(PipelineError::BadTensor {
            file: path.display().to_string(),
            tensor: format!("{number}.logits"),
            found: format!("{:?}", logits.dims()),
            expected: format!("[{}, vocabulary], or fewer rows", input_ids.len()),
        });
    }
    Ok(Prompt { name: number.to_string(), ids: input_ids, logits, greedy: ids("greedy")? })
}

fn missing(path: &Path, tensor: &str) -> PipelineError {
    PipelineError::MissingTensor {
        file: path.display().to_string(),
        tensor: tensor.to_owned(),
        expected: "that of a prompt".to_owned(),
    }
}
