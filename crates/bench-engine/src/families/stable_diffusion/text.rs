//! Stage `text_encoder`: a prompt comes in, what the U-Net reads of it goes out.

use candle_core::{Device, Tensor};

use super::config::SdConfig;
use crate::error::Result;
use crate::families::images::clip::ClipEncoder;
use crate::families::images::clip_config::ClipConfig;
use crate::families::images::parts::Parts;
use crate::families::images::tokenizer::ClipTokenizer;

/// One CLIP, or the two of XL.
#[derive(Debug, Clone)]
pub(super) struct TextEncoders {
    first: Encoder,
    second: Option<Encoder>,
}

#[derive(Debug, Clone)]
struct Encoder {
    tokenizer: ClipTokenizer,
    model: ClipEncoder,
    positions: usize,
}

/// A prompt as the U-Net reads it.
#[derive(Debug, Clone)]
pub struct Text {
    /// (B, L, T)
    pub tokens: Tensor,
    /// (B, P), for XL.
    pub pooled: Option<Tensor>,
}

impl Text {
    /// Nothing, in the shape of something.
    pub(super) fn zeros_like(&self) -> Result<Self> {
        let pooled = self.pooled.as_ref().map(Tensor::zeros_like).transpose()?;
        Ok(Self { tokens: self.tokens.zeros_like()?, pooled })
    }

    /// One row a sample of a batch.
    pub(super) fn repeat(&self, count: usize) -> Result<Self> {
        let pooled = self.pooled.as_ref().map(|pooled| pooled.repeat((count, 1))).transpose()?;
        Ok(Self { tokens: self.tokens.repeat((count, 1, 1))?, pooled })
    }

    /// The samples of all, in their order.
    pub(super) fn join(parts: &[&Self]) -> Result<Self> {
        if let [only] = parts {
            return Ok((*only).clone());
        }
        let tokens: Vec<&Tensor> = parts.iter().map(|part| &part.tokens).collect();
        let pooled: Option<Vec<&Tensor>> = parts.iter().map(|part| part.pooled.as_ref()).collect();
        let pooled = pooled.map(|pooled| Tensor::cat(&pooled, 0)).transpose()?;
        Ok(Self { tokens: Tensor::cat(&tokens, 0)?, pooled })
    }
}

impl TextEncoders {
    /// Loads the encoders; `dtypes` are those of the first and the second.
    pub(super) fn load(
        config: &SdConfig,
        parts: &Parts,
        dtypes: [candle_core::DType; 2],
        device: &Device,
    ) -> Result<Self> {
        let load = |clip: &ClipConfig, number: usize| -> Result<Encoder> {
            let suffix = ["", "_2"][number];
            let vb = parts.weights(&format!("text_encoder{suffix}"), dtypes[number], device)?;
            Ok(Encoder {
                tokenizer: parts.clip_tokenizer(&format!("tokenizer{suffix}"), clip)?,
                model: ClipEncoder::load(clip, vb)?,
                positions: clip.max_position_embeddings,
            })
        };
        Ok(Self {
            first: load(&config.text_encoder, 0)?,
            second: config.text_encoder_2.as_ref().map(|clip| load(clip, 1)).transpose()?,
        })
    }

    /// Encodes one prompt: (1, L, T), and for XL (1, P).
    pub(super) fn encode(&self, prompt: &str) -> Result<Text> {
        let first = self.first.encode(prompt)?;
        let Some(second) = &self.second else {
            return Ok(Text { tokens: first.last, pooled: None });
        };
        let second = second.encode(prompt)?;
        let penultimate = second.penultimate.to_dtype(first.penultimate.dtype())?;
        let tokens = Tensor::cat(&[&first.penultimate, &penultimate], 2)?;
        Ok(Text { tokens, pooled: Some(second.pooled) })
    }
}

impl Encoder {
    fn encode(&self, prompt: &str) -> Result<crate::families::images::clip::ClipText> {
        Ok(self.model.encode(&self.tokenizer.encode(prompt, self.positions)?)?)
    }
}
