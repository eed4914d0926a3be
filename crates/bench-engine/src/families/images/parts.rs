//! Where the parts of a model come from.

use std::path::PathBuf;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::clip_config::ClipConfig;
use super::tokenizer::ClipTokenizer;
use super::vae::older_names;
use crate::checkpoint::weights;
use crate::error::Result;

/// A checkpoint, or nothing but shapes.
pub enum Parts {
    /// Files, wherever they are and whatever they call their tensors.
    Files(Box<dyn CheckpointLayout>),
    /// Made-up weights.
    MadeUp,
}

/// Where the files of a checkpoint are, and what its tensors are called.
pub trait CheckpointLayout {
    /// Weights of the part of that name, under the names that the model asks for.
    ///
    /// # Errors
    /// When its files are missing or malformed.
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>>;

    /// What records say of weights that are others than expected: of which part, and why.
    ///
    /// # Errors
    /// When a variant is asked for that no part has.
    fn notes(&self) -> Result<Vec<String>>;

    /// Folder of a tokenizer: `tokenizer`, `tokenizer_2`.
    ///
    /// # Errors
    /// When there is none.
    fn tokenizer(&self, name: &str) -> Result<PathBuf>;
}

/// The layout of diffusers: one sub-folder a part.
pub struct DiffusersLayout {
    /// The checkpoint.
    pub folder: PathBuf,
    /// Parts that have weights.
    pub parts: &'static [&'static str],
    /// The variant that is asked for.
    pub variant: Option<String>,
}

impl CheckpointLayout for DiffusersLayout {
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
        weights::from_folder(&self.folder.join(part), self.variant.as_deref(), dtype, device)
    }

    fn notes(&self) -> Result<Vec<String>> {
        weights::notes(&self.folder, self.parts, self.variant.as_deref())
    }

    fn tokenizer(&self, name: &str) -> Result<PathBuf> {
        Ok(self.folder.join(name))
    }
}

impl Parts {
    /// What records say of weights that are others than expected.
    ///
    /// # Errors
    /// As [`CheckpointLayout::notes`], and when the VAE's files are missing or malformed.
    pub fn notes(&self) -> Result<Vec<String>> {
        match self {
            Self::Files(layout) => {
                let mut notes = layout.notes()?;
                let vae = layout.weights("vae", DType::F32, &Device::Cpu)?;
                notes.extend(older_names(&vae));
                Ok(notes)
            }
            Self::MadeUp => Ok(Vec::new()),
        }
    }

    /// Weights of the part of that name.
    ///
    /// # Errors
    /// As [`CheckpointLayout::weights`].
    pub fn weights(
        &self,
        part: &str,
        dtype: DType,
        device: &Device,
    ) -> Result<VarBuilder<'static>> {
        match self {
            Self::Files(layout) => layout.weights(part, dtype, device),
            Self::MadeUp => Ok(weights::dummy(weights::DUMMY_SEED, dtype, device)),
        }
    }

    /// The tokenizer of that name, for a CLIP.
    ///
    /// # Errors
    /// When a file is missing or malformed.
    pub fn clip_tokenizer(&self, name: &str, clip: &ClipConfig) -> Result<ClipTokenizer> {
        match self {
            Self::Files(layout) => ClipTokenizer::read(&layout.tokenizer(name)?),
            Self::MadeUp => Ok(ClipTokenizer::words(clip)),
        }
    }
}
