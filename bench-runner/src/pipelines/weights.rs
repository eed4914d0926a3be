//! Weights: a component folder, or nothing but a seed, comes in; a `VarBuilder` goes out.

mod dummy;
mod folder;

use std::path::Path;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::error::Result;

/// Weights of one component (`transformer/`, `vae/`, …) of a checkpoint in the diffusers layout,
/// in one file or in shards with an index.
///
/// # Errors
/// When no weight file is there, or a file or the index is malformed. A missing or misshapen
/// tensor is an error of the request for it, and names file, tensor, found and expected.
pub fn from_folder(folder: &Path, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    let backend = folder::FolderBackend::open(folder)?;
    Ok(VarBuilder::from_backend(Box::new(backend), dtype, device.clone()))
}

/// Made-up weights of any shape that is asked for, well-scaled and free of zeros and denormals.
pub fn dummy(seed: u64, dtype: DType, device: &Device) -> VarBuilder<'static> {
    VarBuilder::from_backend(Box::new(dummy::DummyBackend::new(seed)), dtype, device.clone())
}
