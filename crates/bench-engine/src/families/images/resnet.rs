//! Residual block of U-Net and VAE.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::compute::ops::{Activation, Conv2d, GroupNorm, Linear, Upsample};

/// Shape of a block.
#[derive(Debug, Clone, Copy)]
pub struct ResnetShape {
    /// Channels that come in.
    pub input: usize,
    /// Channels that go out.
    pub output: usize,
    /// Groups of the norms.
    pub groups: usize,
    /// Epsilon of the norms.
    pub eps: f64,
    /// Width of the time embedding; `None` for a VAE.
    pub time: Option<usize>,
}

/// x + conv(silu(norm(conv(silu(norm(x))) + time))).
#[derive(Debug, Clone)]
pub struct Resnet {
    norm1: GroupNorm,
    conv1: Conv2d,
    time: Option<Linear>,
    norm2: GroupNorm,
    conv2: Conv2d,
    shortcut: Option<Conv2d>,
}

impl Resnet {
    /// Loads the block.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than asked for.
    pub fn load(shape: ResnetShape, vb: VarBuilder) -> Result<Self> {
        let ResnetShape { input, output, groups, eps, time } = shape;
        let conv = |input, side, name: &str| {
            Conv2d::load(input, output, side, Upsample::None, vb.pp(name))
        };
        Ok(Self {
            norm1: GroupNorm::load(groups, input, eps, vb.pp("norm1"))?,
            conv1: conv(input, 3, "conv1")?,
            time: time
                .map(|width| Linear::load(width, output, vb.pp("time_emb_proj")))
                .transpose()?,
            norm2: GroupNorm::load(groups, output, eps, vb.pp("norm2"))?,
            conv2: conv(output, 3, "conv2")?,
            shortcut: (input != output).then(|| conv(input, 1, "conv_shortcut")).transpose()?,
        })
    }

    /// x (B, C, H, W) to (B, C′, H, W); `time` (B, T), or (1, T) for all samples, is the activated time
    /// embedding.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> Result<Tensor> {
        let mut h = self.conv1.forward(&self.norm1.forward(x, Activation::Silu)?)?;
        if let (Some(linear), Some(time)) = (&self.time, time) {
            let (batch, width) = (time.dim(0)?, h.dim(1)?);
            h = h.broadcast_add(&linear.forward(time)?.reshape((batch, width, 1, 1))?)?;
        }
        let h = self.conv2.forward(&self.norm2.forward(&h, Activation::Silu)?)?;
        match &self.shortcut {
            Some(shortcut) => shortcut.forward(x)? + h,
            None => x + h,
        }
    }
}
