//! Safetensors of a component folder, mapped into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use candle_core::Error::WithPath;
use candle_core::safetensors::{Load, MmapedSafetensors};
use candle_core::{Device, Tensor};
use safetensors::Dtype;

use super::checked::{TensorSource, not_floats};
use crate::pipelines::config_file::ConfigFile;
use crate::pipelines::error::{PipelineError, Result, without_backtrace};

/// Names that diffusers and transformers give to weight files.
pub(super) const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];

pub(super) struct Folder {
    /// The weight file, or the index of the shards.
    origin: PathBuf,
    tensors: MmapedSafetensors,
}

/// What a component's weights lie in.
struct WeightFiles {
    /// Names the weights in errors: the single file, or the index.
    origin: PathBuf,
    files: Vec<PathBuf>,
}

impl Folder {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        Self::map(weight_files(folder)?)
    }

    /// The tensors of one file.
    pub(super) fn open_file(file: &Path) -> Result<Self> {
        if !file.is_file() {
            return Err(PipelineError::absent(
                file.to_owned(),
                "fetch this file of the checkpoint",
            ));
        }
        Self::map(WeightFiles { origin: file.to_owned(), files: vec![file.to_owned()] })
    }

    pub(super) fn shapes(&self) -> BTreeMap<String, Vec<usize>> {
        let tensors = self.tensors.tensors().into_iter();
        tensors.map(|(name, view)| (name, view.shape().to_vec())).collect()
    }

    fn map(WeightFiles { origin, files }: WeightFiles) -> Result<Self> {
        #[expect(unsafe_code, reason = "weights are mapped, so that they are read only once")]
        // SAFETY: checkpoint files are not modified while a model is loaded from them.
        let mapped = unsafe { MmapedSafetensors::multi(&files) };
        match mapped {
            Ok(tensors) => Ok(Self { origin, tensors }),
            Err(error) => Err(match without_backtrace(error) {
                WithPath { inner, path } => {
                    PipelineError::Malformed { path, reason: inner.to_string() }
                }
                other => PipelineError::Malformed { path: origin, reason: other.to_string() },
            }),
        }
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
            other => Err(not_floats(&self.origin, name, &other)),
        }
    }
}

/// The safetensors files of a component: those of its index, or the single one.
fn weight_files(folder: &Path) -> Result<WeightFiles> {
    for stem in STEMS {
        let index = folder.join(format!("{stem}.safetensors.index.json"));
        if index.is_file() {
            return Ok(WeightFiles { files: shards(folder, &index)?, origin: index });
        }
        let single = folder.join(format!("{stem}.safetensors"));
        if single.is_file() {
            return Ok(WeightFiles { files: vec![single.clone()], origin: single });
        }
    }
    // transformers and diffusers save under different names
    let name = folder.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    let stem = STEMS[usize::from(name.starts_with("text_encoder"))];
    Err(PipelineError::absent(
        folder.join(format!("{stem}.safetensors")),
        "give a checkpoint in the diffusers layout with safetensors weights",
    ))
}

fn shards(folder: &Path, index: &Path) -> Result<Vec<PathBuf>> {
    let map: BTreeMap<String, String> = ConfigFile::read(index, "fetch the index again")?
        .required("weight_map", "an object of tensor and file names")?;
    let names: BTreeSet<String> = map.into_values().collect();
    names.into_iter().map(|name| shard(folder, index, &name)).collect()
}

/// The path of one shard, which must be a plain name of an existing file.
fn shard(folder: &Path, index: &Path, name: &str) -> Result<PathBuf> {
    if Path::new(name).file_name() != Some(OsStr::new(name)) {
        return Err(PipelineError::Malformed {
            path: index.to_owned(),
            reason: format!("shard name {name:?} is no plain file name"),
        });
    }
    let path = folder.join(name);
    if !path.is_file() {
        return Err(PipelineError::absent(path, "the index names this shard: fetch it too"));
    }
    Ok(path)
}
