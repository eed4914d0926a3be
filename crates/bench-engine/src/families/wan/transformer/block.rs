//! One block: self-attention, cross-attention to the text, feed-forward.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::embed::in_f32;
use crate::compute::ops::norm::{add_gated, layer_norm, rms_norm, rms_norm_rope};
use crate::compute::ops::{Activation, Attention, Linear, RopeTable, attention};
use crate::families::wan::config::TransformerConfig;

#[derive(Debug, Clone)]
pub(super) struct Block {
    self_attention: AttentionLayer,
    cross_attention: AttentionLayer,
    cross_norm: Option<CrossNorm>,
    up: Linear,
    down: Linear,
    /// (1, 6, D): shift, scale and gate of self-attention, then of feed-forward.
    table: Tensor,
    eps: f64,
}

/// Scale and shift of the norm before cross-attention, (1, D).
#[derive(Debug, Clone)]
struct CrossNorm {
    scale: Tensor,
    shift: Tensor,
}

/// Keys and values of the text in one block, (B, L, D) each.
#[derive(Debug, Clone)]
pub struct CrossAttentionCache {
    keys: Tensor,
    values: Tensor,
}

impl CrossAttentionCache {
    /// The samples of all, in their order.
    pub(super) fn join(parts: &[&Self]) -> Result<Self> {
        let keys: Vec<&Tensor> = parts.iter().map(|part| &part.keys).collect();
        let values: Vec<&Tensor> = parts.iter().map(|part| &part.values).collect();
        Ok(Self { keys: Tensor::cat(&keys, 0)?, values: Tensor::cat(&values, 0)? })
    }
}

impl Block {
    pub(super) fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let width = config.inner_dim();
        let wide = in_f32(&vb);
        let cross_norm = config.cross_attn_norm.then(|| CrossNorm::load(width, wide.pp("norm2")));
        Ok(Self {
            self_attention: AttentionLayer::load(config, vb.pp("attn1"))?,
            cross_attention: AttentionLayer::load(config, vb.pp("attn2"))?,
            cross_norm: cross_norm.transpose()?,
            up: Linear::load(width, config.ffn_dim, vb.pp("ffn.net.0.proj"))?,
            down: Linear::load(config.ffn_dim, width, vb.pp("ffn.net.2"))?,
            table: wide.get((1, 6, width), "scale_shift_table")?,
            eps: config.eps,
        })
    }

    pub(super) fn text_cache(&self, text: &Tensor) -> Result<CrossAttentionCache> {
        self.cross_attention.cache(text)
    }

    /// x (B, tokens, D); `time` (B, 6, D) or (1, 6, D) for all samples.
    pub(super) fn forward(
        &self,
        x: &Tensor,
        text: &CrossAttentionCache,
        time: &Tensor,
        positions: &RopeTable,
    ) -> Result<Tensor> {
        let modulation = self.table.broadcast_add(time)?;
        let part = |index| modulation.narrow(1, index, 1)?.squeeze(1);

        let normed = layer_norm(x, &(part(1)? + 1.0)?, &part(0)?, self.eps)?;
        let attended = self.self_attention.over_itself(&normed, positions)?;
        let x = add_gated(x, &attended, &part(2)?)?;

        let normed = match &self.cross_norm {
            Some(norm) => layer_norm(&x, &norm.scale, &norm.shift, self.eps)?,
            None => x.clone(),
        };
        let x = (x + self.cross_attention.over_text(&normed, text)?)?;

        let normed = layer_norm(&x, &(part(4)? + 1.0)?, &part(3)?, self.eps)?;
        let hidden = self.up.forward_with(&normed, Activation::GeluTanh)?;
        add_gated(&x, &self.down.forward(&hidden)?, &part(5)?)
    }
}

impl CrossNorm {
    fn load(width: usize, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            scale: vb.get(width, "weight")?.unsqueeze(0)?,
            shift: vb.get(width, "bias")?.unsqueeze(0)?,
        })
    }
}

/// Projections of an attention, with RMS norms of queries and keys over all heads.
#[derive(Debug, Clone)]
struct AttentionLayer {
    q: Linear,
    k: Linear,
    v: Linear,
    output: Linear,
    q_norm: Tensor,
    k_norm: Tensor,
    heads: usize,
    head_dim: usize,
    eps: f64,
}

impl AttentionLayer {
    fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let width = config.inner_dim();
        Ok(Self {
            q: Linear::load(width, width, vb.pp("to_q"))?,
            k: Linear::load(width, width, vb.pp("to_k"))?,
            v: Linear::load(width, width, vb.pp("to_v"))?,
            output: Linear::load(width, width, vb.pp("to_out.0"))?,
            q_norm: vb.get(width, "norm_q.weight")?,
            k_norm: vb.get(width, "norm_k.weight")?,
            heads: config.num_attention_heads,
            head_dim: config.attention_head_dim,
            eps: config.eps,
        })
    }

    fn cache(&self, text: &Tensor) -> Result<CrossAttentionCache> {
        Ok(CrossAttentionCache {
            keys: rms_norm(&self.k.forward(text)?, &self.k_norm, self.eps)?,
            values: self.v.forward(text)?,
        })
    }

    fn over_itself(&self, x: &Tensor, positions: &RopeTable) -> Result<Tensor> {
        let q = rms_norm_rope(&self.q.forward(x)?, &self.q_norm, self.eps, positions)?;
        let k = rms_norm_rope(&self.k.forward(x)?, &self.k_norm, self.eps, positions)?;
        self.attend(&q, &k, &self.v.forward(x)?)
    }

    fn over_text(&self, x: &Tensor, text: &CrossAttentionCache) -> Result<Tensor> {
        let q = rms_norm(&self.q.forward(x)?, &self.q_norm, self.eps)?;
        self.attend(&q, &text.keys, &text.values)
    }

    fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let how =
            Attention { heads: self.heads, scale: (self.head_dim as f64).powf(-0.5), bias: None };
        self.output.forward(&attention(q, k, v, how)?)
    }
}
