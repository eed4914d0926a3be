//! Weights: a component folder, a file, or nothing but a seed comes in; a `VarBuilder` goes out.

mod checked;
mod dummy;
mod folder;
mod gguf;
mod header;
mod located;
mod mapped;
mod pth;
mod shapes;

use std::path::Path;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

pub use gguf::GgufFile;
pub use mapped::{Recipe, Renames, renamed};
pub use shapes::Shapes;

use self::{checked::Checked, dummy::DummyBackend, folder::Folder, pth::Pth};
use crate::error::{PipelineError, Result};
use bench_hub::model::weight_names::{self, Format, Unchosen};

/// Seed of made-up weights: they are the same in every run.
pub const DUMMY_SEED: u64 = 0;

/// Weights of one component (`transformer/`, `vae/`, …) of a checkpoint in the diffusers layout,
/// in one file or in shards with an index; of the variant, where the folder has it.
///
/// # Errors
/// When no weight file is there that can be read, or a file or the index is malformed. A missing or
/// misshapen tensor is an error of the request for it, and names file, tensor, found and expected.
pub fn from_folder(
    folder: &Path,
    variant: Option<&str>,
    dtype: DType,
    device: &Device,
) -> Result<VarBuilder<'static>> {
    let located = located::locate(folder, variant)?;
    let (origin, files) = (located.origin, located.files);
    Ok(match located.format {
        Format::Safetensors => Checked::builder(Folder::open(origin, &files)?, dtype, device),
        Format::Torch => Checked::builder(Pth::open(origin, &files)?, dtype, device),
    })
}

/// Passes a folder unless all the weights in it are in forms that are not read.
///
/// # Errors
/// The files that are there.
pub fn refuse_unread(folder: &Path) -> Result<()> {
    match located::choose(folder, None) {
        Err(error @ PipelineError::UnreadableWeights { .. }) => Err(error),
        _ => Ok(()),
    }
}

/// Whether a component's folder has weights.
pub fn are_in(folder: &Path) -> bool {
    let chosen = weight_names::choose(&located::names_in(folder), None);
    matches!(chosen, Ok(_) | Err(Unchosen::Several(_)))
}

/// What records say of the weights of these parts of a folder: those of another variant than is asked
/// for. A part without weights is passed over; who loads it says so.
///
/// # Errors
/// When a variant is asked for that no part has.
pub fn notes(folder: &Path, parts: &[&str], variant: Option<&str>) -> Result<Vec<String>> {
    let has = |part: &&str| {
        let names = located::names_in(&folder.join(part));
        variant.is_none_or(|variant| weight_names::has_variant(&names, variant))
    };
    if let Some(variant) = variant.filter(|_| !parts.iter().any(has)) {
        return Err(PipelineError::BadParameter {
            parameter: "init_kwargs.variant",
            found: format!("{variant:?}"),
            expected: format!("one that {} has", folder.display()),
            remedy: "remove it, or choose another checkpoint".to_owned(),
        });
    }
    let note = |part: &&str| {
        let chosen = located::choose(&folder.join(part), variant).ok()?;
        chosen.note(part, variant)
    };
    Ok(parts.iter().filter_map(note).collect())
}

/// Weights in a file that `torch.save` wrote of a state dictionary. No code in it is run.
///
/// # Errors
/// As [`from_folder`].
pub fn from_pth(file: &Path, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    Ok(Checked::builder(Pth::open_file(file)?, dtype, device))
}

/// Shapes of all tensors in such a file.
///
/// # Errors
/// When it is missing or malformed.
pub fn pth_shapes(file: &Path) -> Result<Shapes> {
    Ok(Shapes::new(file, Pth::open_file(file)?.shapes()))
}

/// Shapes of all tensors in a component's folder.
///
/// # Errors
/// As [`from_folder`].
pub fn folder_shapes(folder: &Path) -> Result<Shapes> {
    let located = located::locate(folder, None)?;
    let (origin, files) = (located.origin, located.files);
    let shapes = match located.format {
        Format::Safetensors => Folder::open(origin.clone(), &files)?.shapes(),
        Format::Torch => Pth::open(origin.clone(), &files)?.shapes(),
    };
    Ok(Shapes::new(&origin, shapes))
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
