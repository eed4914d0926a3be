//! Files of a FLUX checkpoint: those of diffusers, or of its makers where a part of diffusers' lacks
//! weights.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::names;
use crate::pipelines::error::Result;
use crate::pipelines::images::parts::Layout;
use crate::pipelines::weights;

const ORIGINAL_TRANSFORMERS: [&str; 2] = ["flux1-schnell.safetensors", "flux1-dev.safetensors"];
const ORIGINAL_VAE: &str = "ae.safetensors";

/// A checkpoint folder.
pub(super) struct FluxLayout(pub PathBuf);

impl Layout for FluxLayout {
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
        let of_diffusers = |part| weights::from_folder(&self.0.join(part), dtype, device);
        let of_makers = |file: &Path| weights::from_file(file, dtype, device);
        Ok(match (part, self.original(part)) {
            // candle's transformer asks for the makers' names.
            ("transformer", Some(file)) => of_makers(&file)?,
            ("transformer", None) => weights::mapped(of_diffusers(part)?, names::of_diffusers),
            ("vae", Some(file)) => weights::mapped(of_makers(&file)?, names::of_original_vae),
            _ => of_diffusers(part)?,
        })
    }

    fn tokenizer(&self, name: &str) -> Result<PathBuf> {
        Ok(self.0.join(name))
    }
}

impl FluxLayout {
    /// The makers' file of a part, where it stands in for weights that diffusers' part lacks.
    fn original(&self, part: &str) -> Option<PathBuf> {
        let names: &[&str] = match part {
            "transformer" => &ORIGINAL_TRANSFORMERS,
            "vae" => &[ORIGINAL_VAE],
            _ => &[],
        };
        let is_there = |file: &PathBuf| file.is_file();
        let file = names.iter().map(|name| self.0.join(name)).find(is_there)?;
        (!weights::are_in(&self.0.join(part))).then_some(file)
    }
}
