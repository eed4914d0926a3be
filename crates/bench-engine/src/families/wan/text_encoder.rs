//! UMT5 encoder: token ids come in, one embedding a token goes out.
//!
//! As T5, but every block has its own table of relative position biases.

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::config::TextEncoderConfig;
use crate::compute::ops::norm::rms_norm;
use crate::compute::ops::{Activation, Attention, Linear, attention};

/// The encoder.
#[derive(Debug, Clone)]
pub struct TextEncoder {
    embedding: Tensor,
    blocks: Vec<Block>,
    final_norm: Tensor,
    config: TextEncoderConfig,
    device: Device,
}

impl TextEncoder {
    /// Loads the encoder.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &TextEncoderConfig, vb: VarBuilder) -> Result<Self> {
        let table = (config.vocab_size, config.d_model);
        let embedding = if vb.contains_tensor("shared.weight") {
            vb.get(table, "shared.weight")?
        } else {
            vb.get(table, "encoder.embed_tokens.weight")?
        };
        let blocks = vb.pp("encoder.block");
        Ok(Self {
            embedding,
            blocks: (0..config.num_layers)
                .map(|layer| Block::load(config, blocks.pp(layer)))
                .collect::<Result<_>>()?,
            final_norm: vb.get(config.d_model, "encoder.final_layer_norm.weight")?,
            config: config.clone(),
            device: vb.device().clone(),
        })
    }

    /// Embeddings of one prompt, without padding: n ids to (n, d_model).
    ///
    /// # Errors
    /// When an id is outside the vocabulary, or a tensor operation fails.
    pub fn encode(&self, ids: &[u32]) -> Result<Tensor> {
        let vocab_size = self.config.vocab_size;
        if let Some(id) = ids.iter().find(|&&id| id as usize >= vocab_size) {
            candle_core::bail!(
                "token id {id} is outside the vocabulary of {vocab_size}; \
                 tokenizer and text encoder do not belong together"
            )
        }
        let positions = Tensor::new(self.buckets(ids.len()), &self.device)?;
        let ids = Tensor::new(ids, &self.device)?;
        let mut x = self.embedding.index_select(&ids, 0)?.unsqueeze(0)?;
        for block in &self.blocks {
            x = block.forward(&x, &positions)?;
        }
        rms_norm(&x, &self.final_norm, self.config.layer_norm_epsilon)?.squeeze(0)
    }

    /// Bucket of each (query, key) pair of a sequence, flattened.
    fn buckets(&self, len: usize) -> Vec<u32> {
        let query_key = (0..len as i64).flat_map(|q| (0..len as i64).map(move |k| k - q));
        query_key.map(|distance| bucket(distance, &self.config)).collect()
    }
}

/// Bucket of a relative position (Raffel et al., 2020): half of the buckets for each direction,
/// of these half for single positions, the others logarithmically up to the maximal distance.
fn bucket(distance: i64, config: &TextEncoderConfig) -> u32 {
    let half = config.relative_attention_num_buckets / 2;
    let exact = half / 2;
    let direction = if distance > 0 { half } else { 0 };
    let distance = distance.unsigned_abs() as usize;
    if distance < exact {
        return (direction + distance) as u32;
    }
    let range = (config.relative_attention_max_distance as f64 / exact as f64).ln() as f32;
    let position = (distance as f32 / exact as f32).ln() / range * (half - exact) as f32;
    (direction + (exact + position as usize).min(half - 1)) as u32
}

#[derive(Debug, Clone)]
struct Block {
    attention: SelfAttention,
    attention_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
    feed_forward_norm: Tensor,
    eps: f64,
}

impl Block {
    fn load(config: &TextEncoderConfig, vb: VarBuilder) -> Result<Self> {
        let (width, inner) = (config.d_model, config.d_ff);
        let (first, second) = (vb.pp("layer.0"), vb.pp("layer.1"));
        let dense = second.pp("DenseReluDense");
        Ok(Self {
            attention: SelfAttention::load(config, first.pp("SelfAttention"))?,
            attention_norm: first.get(width, "layer_norm.weight")?,
            gate: Linear::load_without_bias(width, inner, dense.pp("wi_0"))?,
            up: Linear::load_without_bias(width, inner, dense.pp("wi_1"))?,
            down: Linear::load_without_bias(inner, width, dense.pp("wo"))?,
            feed_forward_norm: second.get(width, "layer_norm.weight")?,
            eps: config.layer_norm_epsilon,
        })
    }

    fn forward(&self, x: &Tensor, positions: &Tensor) -> Result<Tensor> {
        let normed = rms_norm(x, &self.attention_norm, self.eps)?;
        let x = (x + self.attention.forward(&normed, positions)?)?;
        let normed = rms_norm(&x, &self.feed_forward_norm, self.eps)?;
        let gate = self.gate.forward_with(&normed, Activation::GeluTanh)?;
        let inner = (gate * self.up.forward(&normed)?)?;
        x + self.down.forward(&inner)?
    }
}

#[derive(Debug, Clone)]
struct SelfAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    o: Linear,
    /// (buckets, heads)
    bias: Tensor,
}

impl SelfAttention {
    fn load(config: &TextEncoderConfig, vb: VarBuilder) -> Result<Self> {
        let (width, inner) = (config.d_model, config.num_heads * config.d_kv);
        let table = (config.relative_attention_num_buckets, config.num_heads);
        Ok(Self {
            q: Linear::load_without_bias(width, inner, vb.pp("q"))?,
            k: Linear::load_without_bias(width, inner, vb.pp("k"))?,
            v: Linear::load_without_bias(width, inner, vb.pp("v"))?,
            o: Linear::load_without_bias(inner, width, vb.pp("o"))?,
            bias: vb.get(table, "relative_attention_bias.weight")?,
        })
    }

    /// Attention without scaling, biased by relative position.
    fn forward(&self, x: &Tensor, positions: &Tensor) -> Result<Tensor> {
        let (_, len, _) = x.dims3()?;
        let heads = self.bias.dim(1)?;
        let bias = self.bias.index_select(positions, 0)?.t()?;
        let bias = bias.reshape((heads, len, len))?;
        let how = Attention { heads, scale: 1.0, bias: Some(&bias) };
        let (q, k, v) = (self.q.forward(x)?, self.k.forward(x)?, self.v.forward(x)?);
        self.o.forward(&attention(&q, &k, &v, how)?)
    }
}

/// Pads embeddings (n, d) with zero rows to (1, len, d).
///
/// # Errors
/// When there are more than `len` rows.
pub fn pad_embedding(embedding: &Tensor, len: usize) -> Result<Tensor> {
    let rows = embedding.dim(0)?;
    if rows > len {
        candle_core::bail!("{rows} text embeddings do not fit into {len}")
    }
    embedding.pad_with_zeros(0, 0, len - rows)?.unsqueeze(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> TextEncoderConfig {
        TextEncoderConfig {
            vocab_size: 8,
            d_model: 4,
            d_kv: 2,
            d_ff: 4,
            num_layers: 1,
            num_heads: 2,
            relative_attention_num_buckets: 32,
            relative_attention_max_distance: 128,
            layer_norm_epsilon: 1e-6,
            pad_token_id: 0,
            eos_token_id: 1,
        }
    }

    #[test]
    fn buckets_are_exact_then_logarithmic_then_capped() {
        let bucket = |distance| bucket(distance, &config());
        // 8 + ln(16/8)/ln(128/8)·8 = 10
        for (distance, expected) in [(0, 0), (-7, 7), (7, 23), (-8, 8), (-16, 10), (-127, 15)] {
            assert_eq!(bucket(distance), expected, "distance {distance}");
        }
        assert_eq!(bucket(5000), 31);
    }

    #[test]
    fn padding_adds_zero_rows() -> Result<()> {
        let embedding = Tensor::new(&[[1f32, 2.0]], &Device::Cpu)?;
        let padded = pad_embedding(&embedding, 2)?;
        assert_eq!(padded.to_vec3::<f32>()?, [[[1.0, 2.0], [0.0, 0.0]]]);
        assert!(pad_embedding(&embedding, 0).is_err());
        Ok(())
    }
}
