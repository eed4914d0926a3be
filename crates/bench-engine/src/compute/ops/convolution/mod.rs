//! The plain 2-D convolution that others are built from, by Candle or by cuDNN.

#[cfg(feature = "cudnn")]
mod cudnn;

use candle_core::{Result, Tensor};

/// x (N, C, H, W) by weight (C′, C, side, side), with a margin of zeros of half a side, at every position
/// that `stride` divides.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub(super) fn convolve(x: &Tensor, weight: &Tensor, stride: usize) -> Result<Tensor> {
    let margin = weight.dim(2)? / 2;
    #[cfg(feature = "cudnn")]
    if cudnn::takes(x) {
        return cudnn::convolve(x, weight, margin, stride);
    }
    x.conv2d(weight, margin, stride, 1, 1)
}
