//! CLIP's text encoder (Radford et al., 2021): token ids come in, embeddings and a summary go out.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::clip_config::ClipConfig;
use super::tokenizer::Tokens;
use crate::compute::ops::{Activation, Attention, LayerNorm, Linear, attention};

/// Added to the score of what a token must not see; e to that power is zero in every type.
const MASKED: f32 = -1e4;

/// The encoder.
#[derive(Debug, Clone)]
pub struct ClipEncoder {
    tokens: Tensor,
    positions: Tensor,
    blocks: Vec<Block>,
    final_norm: LayerNorm,
    projection: Option<Linear>,
    vocab_size: usize,
    device: Device,
    dtype: DType,
}

/// What the encoder makes of one prompt.
#[derive(Debug, Clone)]
pub struct ClipText {
    /// Output of the last block, normed: (1, L, D).
    pub last: Tensor,
    /// Output of the block before the last, not normed: (1, L, D).
    pub penultimate: Tensor,
    /// Row of `last` at the end of the text, projected where the model does so: (1, D).
    pub pooled: Tensor,
}

impl ClipEncoder {
    /// Loads the encoder.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &ClipConfig, vb: VarBuilder) -> Result<Self> {
        let width = config.hidden_size;
        let projection = match config.projection_dim {
            Some(output) => {
                Some(Linear::load_without_bias(width, output, vb.pp("text_projection"))?)
            }
            None => None,
        };
        let (device, dtype) = (vb.device().clone(), vb.dtype());
        let vb = if vb.contains_tensor("text_model.embeddings.token_embedding.weight") {
            vb.pp("text_model")
        } else {
            vb
        };
        let (tables, layers) = (vb.pp("embeddings"), vb.pp("encoder.layers"));
        let positions = (config.max_position_embeddings, width);
        Ok(Self {
            tokens: tables.get((config.vocab_size, width), "token_embedding.weight")?,
            positions: tables.get(positions, "position_embedding.weight")?,
            blocks: (0..config.num_hidden_layers)
                .map(|layer| Block::load(config, layers.pp(layer)))
                .collect::<Result<_>>()?,
            final_norm: LayerNorm::load(width, config.layer_norm_eps, vb.pp("final_layer_norm"))?,
            projection,
            vocab_size: config.vocab_size,
            device,
            dtype,
        })
    }

    /// Encodes one prompt, padded to all positions.
    ///
    /// # Errors
    /// When an id is outside the vocabulary, or a tensor operation fails.
    pub fn encode(&self, text: &Tokens) -> Result<ClipText> {
        let vocab_size = self.vocab_size;
        if let Some(id) = text.ids.iter().find(|&&id| id as usize >= vocab_size) {
            candle_core::bail!(
                "token id {id} is outside the vocabulary of {vocab_size}; \
                 tokenizer and text encoder do not belong together"
            )
        }
        let ids = Tensor::new(text.ids.as_slice(), &self.device)?;
        let positions = self.positions.narrow(0, 0, text.ids.len())?;
        let mut x = (self.tokens.index_select(&ids, 0)? + positions)?.unsqueeze(0)?;
        let mut penultimate = x.clone();
        let mask = self.causal_mask(text.ids.len())?;
        for block in &self.blocks {
            penultimate = x.clone();
            x = block.forward(&x, &mask)?;
        }
        let last = self.final_norm.forward(&x)?;
        let pooled = last.narrow(1, text.end, 1)?.squeeze(1)?;
        let pooled = match &self.projection {
            Some(projection) => projection.forward(&pooled)?,
            None => pooled,
        };
        Ok(ClipText { last, penultimate, pooled })
    }

    /// Each token sees itself and those before it: (heads, L, L).
    fn causal_mask(&self, len: usize) -> Result<Tensor> {
        let pairs = (0..len).flat_map(|query| (0..len).map(move |key| key > query));
        let scores: Vec<f32> = pairs.map(|later| if later { MASKED } else { 0.0 }).collect();
        let heads = self.blocks.first().map_or(1, |block| block.heads);
        let mask = Tensor::from_vec(scores, (1, len, len), &self.device)?.to_dtype(self.dtype)?;
        mask.broadcast_as((heads, len, len))?.contiguous()
    }
}

#[derive(Debug, Clone)]
struct Block {
    attention_norm: LayerNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    feed_forward_norm: LayerNorm,
    up: Linear,
    down: Linear,
    activation: Activation,
    heads: usize,
}

impl Block {
    fn load(config: &ClipConfig, vb: VarBuilder) -> Result<Self> {
        let (width, inner, eps) =
            (config.hidden_size, config.intermediate_size, config.layer_norm_eps);
        let (attention, mlp) = (vb.pp("self_attn"), vb.pp("mlp"));
        let square = |name: &str| Linear::load(width, width, attention.pp(name));
        Ok(Self {
            attention_norm: LayerNorm::load(width, eps, vb.pp("layer_norm1"))?,
            q: square("q_proj")?,
            k: square("k_proj")?,
            v: square("v_proj")?,
            out: square("out_proj")?,
            feed_forward_norm: LayerNorm::load(width, eps, vb.pp("layer_norm2"))?,
            up: Linear::load(width, inner, mlp.pp("fc1"))?,
            down: Linear::load(inner, width, mlp.pp("fc2"))?,
            activation: config.hidden_act,
            heads: config.num_attention_heads,
        })
    }

    fn forward(&self, x: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let normed = self.attention_norm.forward(x)?;
        let width = normed.dim(2)?;
        let scale = ((width / self.heads) as f64).powf(-0.5);
        let how = Attention { heads: self.heads, scale, bias: Some(mask) };
        let (q, k) = (self.q.forward(&normed)?, self.k.forward(&normed)?);
        let seen = attention(&q, &k, &self.v.forward(&normed)?, how)?;
        let x = (x + self.out.forward(&seen)?)?;
        let inner = self.up.forward_with(&self.feed_forward_norm.forward(&x)?, self.activation)?;
        x + self.down.forward(&inner)?
    }
}
