//! A block: attention with rotary positions, then a gated feed-forward network.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::cache::{Cache, heads};
use super::config::LlamaConfig;
use crate::compute::ops::attention::causal::{Causal, KeptKeys, causal_attention};
use crate::compute::ops::norm::rms_norm;
use crate::compute::ops::rotary::Angles;
use crate::compute::ops::{Activation, Linear};

/// A block.
#[derive(Debug, Clone)]
pub struct Block {
    attention: Attention,
    attention_norm: Tensor,
    gate: Linear,
    up: Linear,
    down: Linear,
    feed_forward_norm: Tensor,
    eps: f64,
}

impl Block {
    /// Loads the block of a layer.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &LlamaConfig, layer: usize, vb: VarBuilder) -> Result<Self> {
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let mlp = vb.pp("mlp");
        let has_bias = config.biases.feed_forward;
        Ok(Self {
            attention: Attention::load(config, layer, vb.pp("self_attn"))?,
            attention_norm: vb.get(width, "input_layernorm.weight")?,
            gate: linear(width, inner, has_bias, mlp.pp("gate_proj"))?,
            up: linear(width, inner, has_bias, mlp.pp("up_proj"))?,
            down: linear(inner, width, has_bias, mlp.pp("down_proj"))?,
            feed_forward_norm: vb.get(width, "post_attention_layernorm.weight")?,
            eps: config.rms_norm_eps,
        })
    }

    /// x (samples, tokens, width) to the same, where each sample continues its cache.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn forward(
        &self,
        x: &Tensor,
        angles: &Angles,
        caches: &mut [&mut Cache],
        layer: usize,
    ) -> Result<Tensor> {
        let normed = rms_norm(x, &self.attention_norm, self.eps)?;
        let x = (x + self.attention.forward(&normed, angles, caches, layer)?)?;
        let normed = rms_norm(&x, &self.feed_forward_norm, self.eps)?;
        let gate = self.gate.forward_with(&normed, Activation::Silu)?;
        let inner = (gate * self.up.forward(&normed)?)?;
        x + self.down.forward(&inner)?
    }
}

#[derive(Debug, Clone)]
struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    o: Linear,
    /// Of queries and keys, head by head.
    norms: Option<[Tensor; 2]>,
    how: Causal,
    eps: f64,
}

impl Attention {
    fn load(config: &LlamaConfig, layer: usize, vb: VarBuilder) -> Result<Self> {
        let width = config.hidden_size;
        let queries = config.num_attention_heads * config.head_dim;
        let keys = config.num_key_value_heads * config.head_dim;
        let biases = config.biases;
        let norm = |name: &str| vb.get(config.head_dim, name);
        let norms = match config.norms_heads {
            true => Some([norm("q_norm.weight")?, norm("k_norm.weight")?]),
            false => None,
        };
        Ok(Self {
            q: linear(width, queries, biases.inputs, vb.pp("q_proj"))?,
            k: linear(width, keys, biases.inputs, vb.pp("k_proj"))?,
            v: linear(width, keys, biases.inputs, vb.pp("v_proj"))?,
            o: linear(queries, width, biases.output, vb.pp("o_proj"))?,
            norms,
            how: heads(config, config.windows[layer]),
            eps: config.rms_norm_eps,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        angles: &Angles,
        caches: &mut [&mut Cache],
        layer: usize,
    ) -> Result<Tensor> {
        let (samples, tokens, _) = x.dims3()?;
        let [q_norm, k_norm] = match &self.norms {
            Some([q, k]) => [Some(q), Some(k)],
            None => [None, None],
        };
        let turned = |projection: &Linear, heads: usize, norm: Option<&Tensor>| {
            let x = projection.forward(x)?;
            let x = x.reshape((samples, tokens, heads, self.how.head_dim))?;
            let x = norm.map_or(Ok(x.clone()), |norm| rms_norm(&x, norm, self.eps))?;
            angles.rotate(&x)?.reshape((samples, tokens, heads * self.how.head_dim))
        };
        let q = turned(&self.q, self.how.heads, q_norm)?;
        let k = turned(&self.k, self.how.kv_heads, k_norm)?;
        let v = self.v.forward(x)?;
        let pasts: Vec<usize> = caches.iter().map(|cache| cache.tokens()).collect();
        let mut kept: Vec<&mut KeptKeys> =
            caches.iter_mut().map(|cache| cache.layer(layer)).collect();
        self.o.forward(&causal_attention([&q, &k, &v], &mut kept, &pasts, self.how)?)
    }
}

fn linear(input: usize, output: usize, has_bias: bool, vb: VarBuilder) -> Result<Linear> {
    if has_bias {
        Linear::load(input, output, vb)
    } else {
        Linear::load_without_bias(input, output, vb)
    }
}
