//! The last layer and the embedding, where a configuration ties them and the weights say otherwise.
//!
//! In: the configuration, names and values of the weights. Out: what transformers makes of them.

use std::path::Path;

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::config::LlamaConfig;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights::{self, Recipe, Shapes};
use crate::error::Result;

/// The last layer.
pub(super) const HEAD: &str = "lm_head.weight";
const EMBEDDING: &str = "model.embed_tokens.weight";

/// Under which name a checkpoint has the embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Embedding {
    /// Its own.
    Own,
    /// That of the last layer, which it is tied to.
    OfHead,
}

impl Embedding {
    /// Weights with the embedding under its own name.
    pub(super) fn of(self, weights: VarBuilder<'static>) -> VarBuilder<'static> {
        match self {
            Self::Own => weights,
            Self::OfHead => weights::mapped(weights, |name| {
                Recipe::Same(if name == EMBEDDING { HEAD } else { name }.to_owned())
            }),
        }
    }
}

/// Where the embedding of a folder is. Two tensors that differ are not tied, whatever the configuration says.
///
/// # Errors
/// When they cannot be read.
pub(super) fn settle(
    config: &mut LlamaConfig,
    folder: &Path,
    shapes: &Shapes,
    corrections: &mut Corrections,
) -> Result<Embedding> {
    if !config.tie_word_embeddings || !shapes.contains(HEAD) {
        return Ok(Embedding::Own);
    }
    if !shapes.contains(EMBEDDING) {
        return Ok(Embedding::OfHead);
    }
    if differ(config, folder)? {
        config.tie_word_embeddings = false;
        corrections.note(format!(
            "tie_word_embeddings true → false, because {HEAD} differs from {EMBEDDING}; \
             transformers decides so too"
        ));
    }
    Ok(Embedding::Own)
}

fn differ(config: &LlamaConfig, folder: &Path) -> Result<bool> {
    let weights = weights::from_folder(folder, None, DType::F32, &Device::Cpu)?;
    let table = (config.vocab_size, config.hidden_size);
    let (head, embedding) = (weights.get(table, HEAD)?, weights.get(table, EMBEDDING)?);
    let different = head.ne(&embedding)?.to_dtype(DType::F32)?.max_all()?;
    Ok(different.to_scalar::<f32>()? > 0.0)
}
