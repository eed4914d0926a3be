//! Where the files of a checkpoint folder are, and what its tensors are called.
//!
//! All code asks for tensors by the names that diffusers gives them; a folder in another layout
//! translates.

mod names;
mod original;

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::config::WanConfig;
use crate::checkpoint::weights;
use crate::error::Result;

/// Parts with weights.
const PARTS: [&str; 3] = ["text_encoder", "transformer", "vae"];

/// The layout of a checkpoint folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WanLayout {
    /// A folder a part: `transformer/`, `text_encoder/`, `vae/`, `scheduler/`, `tokenizer/`.
    Diffusers,
    /// That of Wan's own repository, such as `Wan-AI/Wan2.1-T2V-1.3B`.
    Original,
}

impl WanLayout {
    /// The layout of a folder; diffusers' where nothing speaks for the other.
    pub fn of(folder: &Path) -> Self {
        let is_original = !folder.join("model_index.json").exists()
            && !folder.join("transformer").exists()
            && original::FILES.iter().any(|file| folder.join(file).is_file());
        if is_original { Self::Original } else { Self::Diffusers }
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// As [`WanConfig::read`].
    pub fn config(self, folder: &Path) -> Result<WanConfig> {
        match self {
            Self::Diffusers => WanConfig::read(folder),
            Self::Original => original::config(folder),
        }
    }

    /// What records say of weights of another variant than is asked for.
    ///
    /// # Errors
    /// When a variant is asked for that no part has.
    pub fn notes(self, folder: &Path, variant: Option<&str>) -> Result<Vec<String>> {
        match self {
            Self::Diffusers => weights::notes(folder, &PARTS, variant),
            Self::Original => weights::notes(folder, &[], variant),
        }
    }

    /// Path of `tokenizer.json`.
    pub fn tokenizer(self, folder: &Path) -> PathBuf {
        match self {
            Self::Diffusers => folder.join("tokenizer").join("tokenizer.json"),
            Self::Original => folder.join(original::TOKENIZER),
        }
    }

    /// Weights of a part, under the names of diffusers.
    ///
    /// # Errors
    /// When a file is missing or malformed.
    pub fn weights(
        self,
        folder: &Path,
        part: &str,
        (config, variant): (&WanConfig, Option<&str>),
        (dtype, device): (DType, &Device),
    ) -> Result<VarBuilder<'static>> {
        let pth = |file: &str| weights::from_pth(&folder.join(file), dtype, device);
        Ok(match (self, part) {
            (Self::Diffusers, _) => {
                weights::from_folder(&folder.join(part), variant, dtype, device)?
            }
            (Self::Original, "text_encoder") => {
                pth(original::TEXT_ENCODER)?.rename_f(names::text_encoder)
            }
            (Self::Original, "vae") => {
                let residuals = config.vae.num_res_blocks + 1;
                pth(original::VAE)?.rename_f(move |name| names::vae(name, residuals))
            }
            (Self::Original, _) => {
                weights::from_folder(folder, None, dtype, device)?.rename_f(names::transformer)
            }
        })
    }
}
