//! Where the parts of a model come from.

use std::path::PathBuf;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::clip_config::ClipConfig;
use super::tokenizer::ClipTokenizer;
use crate::pipelines::error::Result;
use crate::pipelines::weights;

/// A checkpoint, or nothing but shapes.
pub enum Parts {
    /// Files, wherever they are and whatever they call their tensors.
    Files(Box<dyn Layout>),
    /// Made-up weights.
    MadeUp,
}

/// Where the files of a checkpoint are, and what its tensors are called.
pub trait Layout {
    /// Weights of the part of that name, under the names that the model asks for.
    ///
    /// # Errors
    /// When its files are missing or malformed.
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>>;

    /// Folder of a tokenizer: `tokenizer`, `tokenizer_2`.
    ///
    /// # Errors
    /// When there is none.
    fn tokenizer(&self, name: &str) -> Result<PathBuf>;
}

/// The layout of diffusers: one sub-folder a part.
pub struct DiffusersLayout(pub PathBuf);

impl Layout for DiffusersLayout {
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
        weights::from_folder(&self.0.join(part), dtype, device)
    }

    fn tokenizer(&self, name: &str) -> Result<PathBuf> {
        Ok(self.0.join(name))
    }
}

impl Parts {
    /// A checkpoint in the layout of diffusers.
    #[must_use]
    pub fn diffusers(folder: PathBuf) -> Self {
        Self::Files(Box::new(DiffusersLayout(folder)))
    }

    /// Weights of the part of that name.
    ///
    /// # Errors
    /// As [`Layout::weights`].
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
