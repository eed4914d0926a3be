//! State dictionaries that `torch.save` wrote: zips of raw tensors, with a pickle that names them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use candle_core::pickle::PthTensors;
use candle_core::{DType, Tensor};

use super::checked::{TensorSource, unsupported_type};
use crate::error::{PipelineError, Result, without_backtrace};

/// Begins every zip that holds a file.
const ZIP: [u8; 4] = *b"PK\x03\x04";

pub(super) struct Pth {
    origin: PathBuf,
    /// A file a shard.
    files: Vec<PthTensors>,
}

impl Pth {
    /// The tensors of all these files; `origin` names them in errors.
    pub(super) fn open(origin: PathBuf, files: &[PathBuf]) -> Result<Self> {
        Ok(Self { origin, files: files.iter().map(|file| read(file)).collect::<Result<_>>()? })
    }

    /// The tensors of one file.
    pub(super) fn open_file(file: &Path) -> Result<Self> {
        Self::open(file.to_owned(), &[file.to_owned()])
    }

    pub(super) fn shapes(&self) -> BTreeMap<String, Vec<usize>> {
        let infos = self.files.iter().flat_map(|file| file.tensor_infos());
        infos.map(|(name, info)| (name.clone(), info.layout.dims().to_vec())).collect()
    }
}

fn read(file: &Path) -> Result<PthTensors> {
    if !file.is_file() {
        return Err(PipelineError::absent(
            file.to_owned(),
            "fetch all files of the checkpoint's repository",
        ));
    }
    if !is_zip(file) {
        return Err(PipelineError::UnreadableWeights {
            place: file.to_owned(),
            problem: "this is no zip, as PyTorch has written since version 1.6".to_owned(),
            remedy: "older files and those of other programs are not supported: save the weights as \
                     safetensors",
        });
    }
    PthTensors::new(file, None).map_err(|error| malformed(file, error))
}

fn is_zip(file: &Path) -> bool {
    let mut start = [0; ZIP.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == ZIP
}

impl TensorSource for Pth {
    fn origin(&self) -> &Path {
        &self.origin
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        let mut infos = self.files.iter().filter_map(|file| file.tensor_infos().get(name));
        Some(infos.next()?.layout.dims().to_vec())
    }

    fn read(&self, name: &str) -> Result<Tensor> {
        let mut holders = self.files.iter().filter(|file| file.tensor_infos().contains_key(name));
        let tensor = holders.next().map(|file| file.get(name)).transpose();
        let tensor = tensor.map_err(|error| malformed(&self.origin, error))?.flatten();
        let tensor = tensor.ok_or_else(|| PipelineError::MissingTensor {
            file: self.origin.display().to_string(),
            tensor: name.to_owned(),
            expected: "any".to_owned(),
        })?;
        match tensor.dtype() {
            DType::F32 | DType::F16 | DType::BF16 | DType::F64 => Ok(tensor),
            other => Err(unsupported_type(&self.origin, name, &format!("{other:?}"))),
        }
    }
}

fn malformed(file: &Path, error: candle_core::Error) -> PipelineError {
    let reason = without_backtrace(error).to_string();
    PipelineError::Malformed { path: file.to_owned(), reason }
}
