//! Where the parts of a model come from.

use std::path::PathBuf;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use crate::pipelines::error::Result;
use crate::pipelines::weights;

/// Made-up weights are the same in every run.
const DUMMY_SEED: u64 = 0;

/// A checkpoint, or nothing but shapes.
#[derive(Debug, Clone)]
pub enum Parts {
    /// A folder in the diffusers layout: one sub-folder a part.
    Folder(PathBuf),
    /// Made-up weights.
    MadeUp,
}

impl Parts {
    /// Weights of the part of that name.
    ///
    /// # Errors
    /// When its files are missing or malformed.
    pub fn weights(
        &self,
        part: &str,
        dtype: DType,
        device: &Device,
    ) -> Result<VarBuilder<'static>> {
        match self {
            Self::Folder(folder) => weights::from_folder(&folder.join(part), dtype, device),
            Self::MadeUp => Ok(weights::dummy(DUMMY_SEED, dtype, device)),
        }
    }
}
