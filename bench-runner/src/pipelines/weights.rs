//! Weights: a component folder, or nothing but a seed, comes in; a `VarBuilder` goes out.

mod dummy;
mod folder;
mod mapped;

use std::path::Path;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

pub use mapped::Recipe;

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

/// Weights in one safetensors file, in its makers' own layout.
///
/// # Errors
/// As [`from_folder`].
pub fn from_file(file: &Path, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    let backend = folder::FolderBackend::open_file(file)?;
    Ok(VarBuilder::from_backend(Box::new(backend), dtype, device.clone()))
}

/// Weights under the names that a model asks for, made of others as `recipe` says.
pub fn mapped(inner: VarBuilder<'static>, recipe: fn(&str) -> Recipe) -> VarBuilder<'static> {
    let (dtype, device) = (inner.dtype(), inner.device().clone());
    VarBuilder::from_backend(Box::new(mapped::Mapped { inner, recipe }), dtype, device)
}

/// Made-up weights of any shape that is asked for, well-scaled and free of zeros and denormals.
pub fn dummy(seed: u64, dtype: DType, device: &Device) -> VarBuilder<'static> {
    VarBuilder::from_backend(Box::new(dummy::DummyBackend::new(seed)), dtype, device.clone())
}
