//! A state dictionary that `torch.save` wrote: a zip of raw tensors, with a pickle that names them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::pickle::PthTensors;
use candle_core::{DType, Tensor};

use super::checked::{TensorSource, not_floats};
use crate::pipelines::error::{PipelineError, Result, without_backtrace};

pub(super) struct Pth {
    file: PathBuf,
    tensors: PthTensors,
}

impl Pth {
    pub(super) fn open(file: &Path) -> Result<Self> {
        if !file.is_file() {
            return Err(PipelineError::absent(
                file.to_owned(),
                "fetch all files of the checkpoint's repository",
            ));
        }
        let tensors = PthTensors::new(file, None).map_err(|error| malformed(file, error))?;
        Ok(Self { file: file.to_owned(), tensors })
    }

    pub(super) fn shapes(&self) -> BTreeMap<String, Vec<usize>> {
        let infos = self.tensors.tensor_infos().iter();
        infos.map(|(name, info)| (name.clone(), info.layout.dims().to_vec())).collect()
    }
}

impl TensorSource for Pth {
    fn origin(&self) -> &Path {
        &self.file
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.tensors.tensor_infos().get(name)?.layout.dims().to_vec())
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        let tensor = self.tensors.get(name).map_err(|error| malformed(&self.file, error))?;
        let tensor = tensor.ok_or_else(|| PipelineError::MissingTensor {
            file: self.file.display().to_string(),
            tensor: name.to_owned(),
            expected: "any".to_owned(),
        })?;
        match tensor.dtype() {
            DType::F32 | DType::F16 | DType::BF16 | DType::F64 => Ok(tensor),
            other => Err(not_floats(&self.file, name, &other)),
        }
    }
}

fn malformed(file: &Path, error: candle_core::Error) -> PipelineError {
    let reason = without_backtrace(error).to_string();
    PipelineError::Malformed { path: file.to_owned(), reason }
}
