//! LayerNorm with a weight and a bias of its own.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::layer_norm;

/// LayerNorm over the last dimension of x (B, L, D).
#[derive(Debug, Clone)]
pub struct LayerNorm {
    /// (1, D)
    weight: Tensor,
    /// (1, D)
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    /// Loads `weight` and `bias`.
    ///
    /// # Errors
    /// When one is missing or has another shape.
    pub fn load(width: usize, eps: f64, vb: VarBuilder) -> Result<Self> {
        let row = |name: &str| vb.get(width, name)?.unsqueeze(0);
        Ok(Self { weight: row("weight")?, bias: row("bias")?, eps })
    }

    /// x (B, L, D) to the same shape.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        layer_norm(x, &self.weight, &self.bias, self.eps)
    }
}
