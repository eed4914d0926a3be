//! Files of a FLUX checkpoint: those of diffusers, or of its makers where a part of diffusers' lacks
//! weights.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::names;
use crate::checkpoint::weights;
use crate::error::Result;
use crate::families::images::parts::CheckpointLayout;
use crate::families::images::vae_names;

/// Transformers of the makers, with the version that each is.
const ORIGINAL_TRANSFORMERS: [(&str, &str); 2] =
    [("flux1-schnell.safetensors", "schnell"), ("flux1-dev.safetensors", "dev")];
/// Parts with weights.
const PARTS: [&str; 4] = ["text_encoder", "text_encoder_2", "transformer", "vae"];
const ORIGINAL_VAE: &str = "ae.safetensors";

/// A checkpoint folder.
pub(super) struct FluxLayout {
    pub(super) folder: PathBuf,
    pub(super) vae_levels: usize,
    /// The variant that is asked for.
    pub(super) variant: Option<String>,
}

/// The version whose transformer a folder has in its makers' file.
pub fn original_version(folder: &Path) -> Option<&'static str> {
    let is_there = |(file, _): &&(&str, &str)| folder.join(file).is_file();
    ORIGINAL_TRANSFORMERS.iter().find(is_there).map(|(_, version)| *version)
}

impl CheckpointLayout for FluxLayout {
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
        let variant = self.variant.as_deref();
        let of_diffusers =
            |part| weights::from_folder(&self.folder.join(part), variant, dtype, device);
        let of_makers = |file: &Path| weights::from_file(file, dtype, device);
        Ok(match (part, self.original(part)) {
            // candle's transformer asks for the makers' names.
            ("transformer", Some(file)) => of_makers(&file)?,
            ("transformer", None) => weights::mapped(of_diffusers(part)?, names::of_diffusers),
            ("vae", Some(file)) => {
                let levels = self.vae_levels;
                let recipe = move |name: &str| vae_names::of_makers(name, levels);
                weights::mapped(of_makers(&file)?, recipe)
            }
            _ => of_diffusers(part)?,
        })
    }

    fn notes(&self) -> Result<Vec<String>> {
        let is_of_diffusers = |part: &&str| self.original(part).is_none();
        let parts: Vec<&str> = PARTS.into_iter().filter(is_of_diffusers).collect();
        weights::notes(&self.folder, &parts, self.variant.as_deref())
    }

    fn tokenizer(&self, name: &str) -> Result<PathBuf> {
        Ok(self.folder.join(name))
    }
}

impl FluxLayout {
    /// The makers' file of a part, where it stands in for weights that diffusers' part lacks.
    fn original(&self, part: &str) -> Option<PathBuf> {
        let names: Vec<&str> = match part {
            "transformer" => ORIGINAL_TRANSFORMERS.iter().map(|(file, _)| *file).collect(),
            "vae" => vec![ORIGINAL_VAE],
            _ => Vec::new(),
        };
        let mut files = names.into_iter().map(|name| self.folder.join(name));
        let file = files.find(|file| file.is_file())?;
        (!weights::are_in(&self.folder.join(part))).then_some(file)
    }
}
