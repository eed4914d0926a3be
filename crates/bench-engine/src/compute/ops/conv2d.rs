//! Square 2-D convolutions of images.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::conv::{CausalConv3d, Upsample};
use super::convolution::convolve;
use super::limits::{Backend, check_im2col};

/// A convolution over (B, C, H, W).
#[derive(Debug, Clone)]
pub struct Conv2d(Inner);

#[derive(Debug, Clone)]
enum Inner {
    /// Of unchanged size after upsampling: a video of one frame.
    Same(CausalConv3d),
    /// Kernel of 3, stride 2, padded by 1: halves the size.
    Half { weight: Tensor, bias: Tensor },
}

impl Conv2d {
    /// Loads a convolution with an odd kernel, padded to keep the size that `upsample` makes.
    ///
    /// # Errors
    /// When `weight` or `bias` is missing or has another shape.
    pub fn load(
        input: usize,
        output: usize,
        side: usize,
        upsample: Upsample,
        vb: VarBuilder,
    ) -> Result<Self> {
        Ok(Self(Inner::Same(CausalConv3d::load_2d(input, output, side, upsample, vb)?)))
    }

    /// Loads a 3×3 convolution of every second pixel.
    ///
    /// # Errors
    /// As [`Conv2d::load`].
    pub fn load_half(channels: usize, vb: VarBuilder) -> Result<Self> {
        let weight = vb.get((channels, channels, 3, 3), "weight")?;
        Ok(Self(Inner::Half { weight, bias: vb.get(channels, "bias")? }))
    }

    /// x (B, C, H, W) to (B, C′, H′, W′).
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match &self.0 {
            Inner::Same(conv) => conv.forward(&x.unsqueeze(2)?.contiguous()?, None)?.squeeze(2),
            Inner::Half { weight, bias } => {
                let (_, _, height, width) = x.dims4()?;
                let output = [height.div_ceil(2), width.div_ceil(2)];
                check_im2col(Backend::of(x.device()), x.dims(), 3, output)
                    .map_err(candle_core::Error::msg)?;
                convolve(x, weight, 2)?.broadcast_add(&bias.reshape((1, (), 1, 1))?)
            }
        }
    }
}
