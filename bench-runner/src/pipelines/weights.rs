//! Weights: a component folder, a file, or nothing but a seed comes in; a `VarBuilder` goes out.

mod checked;
mod dummy;
mod folder;
mod mapped;
mod pth;
mod shapes;

use std::path::Path;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

pub use mapped::{Recipe, Renames, renamed};
pub use shapes::Shapes;

use self::{checked::Checked, dummy::DummyBackend, folder::Folder, pth::Pth};
use super::error::Result;

/// Seed of made-up weights: they are the same in every run.
pub const DUMMY_SEED: u64 = 0;

/// Weights of one component (`transformer/`, `vae/`, …) of a checkpoint in the diffusers layout,
/// in one file or in shards with an index.
///
/// # Errors
/// When no weight file is there, or a file or the index is malformed. A missing or misshapen
/// tensor is an error of the request for it, and names file, tensor, found and expected.
pub fn from_folder(folder: &Path, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    Ok(Checked::builder(Folder::open(folder)?, dtype, device))
}

/// Whether a component's folder has weights: one file, or the index of several.
pub fn are_in(folder: &Path) -> bool {
    folder::STEMS.iter().any(|stem| {
        let has = |ending: &str| folder.join(format!("{stem}{ending}")).is_file();
        has(".safetensors") || has(".safetensors.index.json")
    })
}

/// Weights in a file that `torch.save` wrote of a state dictionary. No code in it is run.
///
/// # Errors
/// As [`from_folder`].
pub fn from_pth(file: &Path, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    Ok(Checked::builder(Pth::open(file)?, dtype, device))
}

/// Shapes of all tensors in such a file.
///
/// # Errors
/// When it is missing or malformed.
pub fn pth_shapes(file: &Path) -> Result<Shapes> {
    Ok(Shapes::new(file, Pth::open(file)?.shapes()))
}

/// Shapes of all tensors in a safetensors file.
///
/// # Errors
/// When it is missing or malformed.
pub fn file_shapes(file: &Path) -> Result<Shapes> {
    Ok(Shapes::new(file, Folder::open_file(file)?.shapes()))
}

/// Weights in one safetensors file, in its makers' own layout.
///
/// # Errors
/// As [`from_folder`].
pub fn from_file(file: &Path, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    Ok(Checked::builder(Folder::open_file(file)?, dtype, device))
}

/// Weights under the names that a model asks for, made of others as `recipe` says.
pub fn mapped(
    inner: VarBuilder<'static>,
    recipe: impl Fn(&str) -> Recipe + Send + Sync + 'static,
) -> VarBuilder<'static> {
    let (dtype, device) = (inner.dtype(), inner.device().clone());
    VarBuilder::from_backend(Box::new(mapped::Mapped { inner, recipe }), dtype, device)
}

/// Made-up weights of any shape that is asked for, well-scaled and free of zeros and denormals.
pub fn dummy(seed: u64, dtype: DType, device: &Device) -> VarBuilder<'static> {
    VarBuilder::from_backend(Box::new(DummyBackend::new(seed)), dtype, device.clone())
}
