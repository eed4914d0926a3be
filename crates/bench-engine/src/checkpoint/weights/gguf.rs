//! Tensors and metadata of a GGUF file; quantized weights are expanded as they are read.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;

use super::checked::{Checked, TensorSource};
use crate::error::{PipelineError, Result, without_backtrace};

/// A GGUF file whose header was read.
#[derive(Debug, Clone)]
pub struct GgufFile {
    path: PathBuf,
    content: Arc<Content>,
}

impl GgufFile {
    /// Reads the header.
    ///
    /// # Errors
    /// When the file is missing or malformed, or has tensors of a type that is not read.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map(BufReader::new).map_err(|cause| {
            PipelineError::Read { path: path.to_owned(), cause, remedy: "give a GGUF file" }
        })?;
        let content = Content::read(&mut file).map_err(|error| PipelineError::Malformed {
            path: path.to_owned(),
            reason: without_backtrace(error).to_string(),
        })?;
        Ok(Self { path: path.to_owned(), content: Arc::new(content) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A value of the metadata.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.content.metadata.get(key)
    }

    /// Keys of the metadata, in order.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.content.metadata.keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }

    /// Whether it has a tensor.
    pub fn has(&self, tensor: &str) -> bool {
        self.content.tensor_infos.contains_key(tensor)
    }

    /// Names of the tensors, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.content.tensor_infos.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Rows of a tensor.
    pub fn rows(&self, tensor: &str) -> Option<usize> {
        self.content.tensor_infos.get(tensor)?.shape.dims().first().copied()
    }

    /// A tensor in single precision on the host.
    ///
    /// # Errors
    /// When it is missing or cannot be read.
    pub fn tensor(&self, name: &str) -> Result<Tensor> {
        let file = File::open(&self.path).map_err(|cause| PipelineError::Read {
            path: self.path.clone(),
            cause,
            remedy: "leave the file where it is while it is loaded",
        })?;
        let quantized = self.content.tensor(&mut BufReader::new(file), name, &Device::Cpu)?;
        Ok(quantized.dequantize(&Device::Cpu)?)
    }

    /// Types of the tensors, and how many are of each, such as `Q4_1 181, F32 61`.
    pub fn types(&self) -> String {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for info in self.content.tensor_infos.values() {
            *counts.entry(format!("{:?}", info.ggml_dtype)).or_default() += 1;
        }
        let counts = counts.into_iter().map(|(name, count)| format!("{name} {count}"));
        counts.collect::<Vec<_>>().join(", ")
    }

    /// All tensors under their own names, in a type.
    pub fn builder(&self, dtype: DType, device: &Device) -> VarBuilder<'static> {
        Checked::builder(self.clone(), dtype, device)
    }
}

impl TensorSource for GgufFile {
    fn origin(&self) -> &Path {
        &self.path
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.content.tensor_infos.get(name)?.shape.dims().to_vec())
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        self.tensor(name)
    }
}
