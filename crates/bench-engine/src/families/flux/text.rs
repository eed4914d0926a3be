//! Stage `text_encoder`: a prompt comes in, T5's tokens and CLIP's summary of it go out.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_transformers::models::t5::T5EncoderModel;
use tokenizers::{TruncationParams, tokenizer::Tokenizer};

use super::config::FluxConfig;
use crate::error::{PipelineError, Result};
use crate::families::images::clip::ClipEncoder;
use crate::families::images::parts::Parts;
use crate::families::images::tokenizer::ClipTokenizer;

/// CLIP and T5.
pub(super) struct TextEncoders {
    clip_tokenizer: ClipTokenizer,
    clip: ClipEncoder,
    positions: usize,
    t5_tokenizer: T5Tokenizer,
    t5: T5EncoderModel,
    length: usize,
    device: Device,
}

/// A prompt as the transformer reads it.
#[derive(Debug, Clone)]
pub struct Text {
    /// (B, L, T)
    pub(super) tokens: Tensor,
    /// (B, P)
    pub(super) pooled: Tensor,
}

impl TextEncoders {
    /// Loads the encoders; T5 is given `length` tokens, padding included.
    pub(super) fn load(
        config: &FluxConfig,
        parts: &Parts,
        dtypes: [DType; 2],
        length: usize,
        device: &Device,
    ) -> Result<Self> {
        let clip = parts.weights("text_encoder", dtypes[0], device)?;
        let t5 = parts.weights("text_encoder_2", dtypes[1], device)?;
        let vocab_size = config.t5.vocab_size;
        let t5_tokenizer = match parts {
            Parts::Files(layout) => {
                T5Tokenizer::read(&layout.tokenizer("tokenizer_2")?.join("tokenizer.json"))?
            }
            Parts::MadeUp => T5Tokenizer::Words { vocab_size },
        };
        Ok(Self {
            clip_tokenizer: parts.clip_tokenizer("tokenizer", &config.clip)?,
            clip: ClipEncoder::load(&config.clip, clip)?,
            positions: config.clip.max_position_embeddings,
            t5_tokenizer,
            t5: T5EncoderModel::load(t5, &config.t5)?,
            length,
            device: device.clone(),
        })
    }

    /// Encodes one prompt: (1, L, T) and (1, P).
    pub(super) fn encode(&mut self, prompt: &str) -> Result<Text> {
        let words = self.clip_tokenizer.encode(prompt, self.positions)?;
        let pooled = self.clip.encode(&words)?.pooled;
        let ids = self.t5_tokenizer.encode(prompt, self.length)?;
        let ids = Tensor::new(ids.as_slice(), &self.device)?.unsqueeze(0)?;
        Ok(Text { tokens: self.t5.forward(&ids)?, pooled })
    }
}

/// Turns a prompt into T5's ids, ended by 1 and padded with 0.
enum T5Tokenizer {
    File {
        inner: Box<Tokenizer>,
        origin: String,
    },
    /// One made-up id a word, for dummy weights.
    Words {
        vocab_size: usize,
    },
}

impl T5Tokenizer {
    fn read(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(PipelineError::absent(
                path.to_owned(),
                "fetch tokenizer.json of the checkpoint (spiece.model alone is not read)",
            ));
        }
        let mut inner = Tokenizer::from_file(path).map_err(|error| PipelineError::Malformed {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        inner.with_padding(None);
        Ok(Self::File { inner: Box::new(inner), origin: path.display().to_string() })
    }

    fn encode(&self, prompt: &str, length: usize) -> Result<Vec<u32>> {
        let mut ids = match self {
            Self::File { inner, origin } => {
                let ids = cut(inner, prompt, length);
                ids.map_err(|error| PipelineError::Tokenizer {
                    file: origin.clone(),
                    reason: error.to_string(),
                })?
            }
            Self::Words { vocab_size } => {
                let words = prompt.split_whitespace().map(|word| word_id(word, *vocab_size));
                words.take(length.saturating_sub(1)).chain([1]).collect()
            }
        };
        ids.resize(length, 0);
        Ok(ids)
    }
}

fn cut(inner: &Tokenizer, prompt: &str, length: usize) -> tokenizers::Result<Vec<u32>> {
    let mut inner = inner.clone();
    inner.with_truncation(Some(TruncationParams { max_length: length, ..Default::default() }))?;
    Ok(inner.encode(prompt, true)?.get_ids().to_vec())
}

/// An id that is neither padding nor end.
fn word_id(word: &str, vocab_size: usize) -> u32 {
    let hash = word.bytes().fold(5381u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    (2 + hash % (vocab_size as u64 - 2)) as u32
}
