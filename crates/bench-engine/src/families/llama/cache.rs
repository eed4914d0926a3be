//! Keys and values of one sequence, in all layers.

use candle_core::Tensor;

use super::config::LlamaConfig;
use crate::compute::ops::attention::causal::{Causal, KeptKeys};

/// Keys and values of one sequence, in all layers.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    layers: Vec<KeptKeys>,
    tokens: usize,
}

impl Cache {
    /// An empty one, whose values are of `x`'s type and device.
    pub fn new(config: &LlamaConfig, x: &Tensor) -> Self {
        let layers = config.windows.iter().map(|&window| KeptKeys::new(x, heads(config, window)));
        Self { layers: layers.collect(), tokens: 0 }
    }

    /// Tokens that it holds.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Keys and values of a layer.
    pub fn layer(&mut self, layer: usize) -> &mut KeptKeys {
        &mut self.layers[layer]
    }

    /// Counts tokens that all layers have now. What is added before that is dropped by the next pass.
    pub fn advance(&mut self, tokens: usize) {
        self.tokens += tokens;
    }
}

/// How a layer with that window attends.
pub fn heads(config: &LlamaConfig, window: Option<usize>) -> Causal {
    Causal {
        heads: config.num_attention_heads,
        kv_heads: config.num_key_value_heads,
        head_dim: config.head_dim,
        window,
    }
}
