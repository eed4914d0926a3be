//! Safetensors of a component, mapped into memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::Error::WithPath;
use candle_core::safetensors::{Load, MmapedSafetensors};
use candle_core::{Device, Tensor};
use safetensors::Dtype;

use super::checked::{TensorSource, unsupported_type};
use super::header;
use super::located::refuse_unread;
use crate::error::{PipelineError, Result, without_backtrace};

pub(super) struct Folder {
    /// The weight file, or the index of the shards.
    origin: PathBuf,
    tensors: MmapedSafetensors,
}

impl Folder {
    /// The tensors of all these files; `origin` names them in errors.
    pub(super) fn open(origin: PathBuf, files: &[PathBuf]) -> Result<Self> {
        #[expect(unsafe_code, reason = "weights are mapped, so that they are read only once")]
        // SAFETY: checkpoint files are not modified while a model is loaded from them.
        let mapped = unsafe { MmapedSafetensors::multi(files) };
        let error = match mapped {
            Ok(tensors) => return Ok(Self { origin, tensors }),
            Err(error) => error,
        };
        if let Some(unknown) = files.iter().find_map(|file| header::unknown_type(file)) {
            return Err(unknown);
        }
        Err(match without_backtrace(error) {
            WithPath { inner, path } => {
                PipelineError::Malformed { path, reason: inner.to_string() }
            }
            other => PipelineError::Malformed { path: origin, reason: other.to_string() },
        })
    }

    /// The tensors of one file.
    pub(super) fn open_file(file: &Path) -> Result<Self> {
        if !file.is_file() {
            return Err(PipelineError::absent(
                file.to_owned(),
                "fetch this file of the checkpoint",
            ));
        }
        refuse_unread(file)?;
        Self::open(file.to_owned(), &[file.to_owned()])
    }

    pub(super) fn shapes(&self) -> BTreeMap<String, Vec<usize>> {
        let tensors = self.tensors.tensors().into_iter();
        tensors.map(|(name, view)| (name, view.shape().to_vec())).collect()
    }
}

impl TensorSource for Folder {
    fn origin(&self) -> &Path {
        &self.origin
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.tensors.get(name).ok()?.shape().to_vec())
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        let view = self.tensors.get(name)?;
        match view.dtype() {
            Dtype::F32 | Dtype::F16 | Dtype::BF16 | Dtype::F64 => Ok(view.load(&Device::Cpu)?),
            other => Err(unsupported_type(&self.origin, name, &format!("{other:?}"))),
        }
    }
}
