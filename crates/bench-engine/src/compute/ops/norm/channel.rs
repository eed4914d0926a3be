//! Norm over the channels of images and video.

use candle_core::{DType, Result, Tensor};
use rayon::prelude::*;

use crate::compute::ops::Activation;
use crate::compute::ops::cpu::{self, Values, vectorized};
use crate::compute::ops::norm::fused;

/// Smallest norm that is divided by.
const MIN_NORM: f32 = 1e-12;

/// x/‖x‖₂·√C·gamma over the channels of x (B, C, …), gamma (C, 1, …), then an activation.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn channel_norm(x: &Tensor, gamma: &Tensor, activation: Activation) -> Result<Tensor> {
    let channels = x.dim(1)?;
    let gamma = gamma.flatten_all()?;
    if gamma.dims() != [channels] {
        candle_core::bail!("norm gamma is {:?}, expected [{channels}]", gamma.dims())
    }
    if cpu::takes(x) {
        return channel_norm_cpu(&x.contiguous()?, &gamma, activation);
    }
    let mut shape = vec![1; x.rank()];
    shape[1] = channels;
    let squares = x.to_dtype(DType::F32)?.sqr()?;
    let sum =
        if fused::takes(x) { fused::sum_of_channels(&squares)? } else { squares.sum_keepdim(1)? };
    let norm = sum.sqrt()?;
    let norm = norm.maximum(f64::from(MIN_NORM))?.to_dtype(x.dtype())?;
    let scale = (gamma.reshape(shape)? * (channels as f64).sqrt())?;
    activation.apply(&x.broadcast_div(&norm)?.broadcast_mul(&scale)?)
}

fn channel_norm_cpu(x: &Tensor, gamma: &Tensor, activation: Activation) -> Result<Tensor> {
    let channels = x.dim(1)?;
    let plane = x.elem_count() / channels / x.dim(0)?;
    let mut y = vec![0f32; x.elem_count()];
    {
        let (x, gamma) = (Values::of(x)?, Values::of(gamma)?);
        let samples = x.chunks_exact(channels * plane);
        for (y, x) in y.chunks_exact_mut(channels * plane).zip(samples) {
            let inverse = inverse_norms(x, plane, channels);
            y.par_chunks_mut(plane).zip(x.par_chunks(plane)).zip(&*gamma).for_each(
                |((y, x), &gamma)| {
                    vectorized(
                        #[inline(always)]
                        || {
                            for ((y, &x), &inverse) in y.iter_mut().zip(x).zip(&inverse) {
                                *y = x * inverse * gamma;
                            }
                            activation.apply_to(y);
                        },
                    );
                },
            );
        }
    }
    Tensor::from_vec(y, x.shape(), x.device())
}

/// √C/‖x‖₂ of each position of x (C, plane).
fn inverse_norms(x: &[f32], plane: usize, channels: usize) -> Vec<f32> {
    const BLOCK: usize = 1024;
    let scale = (channels as f32).sqrt();
    let mut inverse = vec![0f32; plane];
    inverse.par_chunks_mut(BLOCK).enumerate().for_each(|(block, inverse)| {
        vectorized(
            #[inline(always)]
            || {
                for channel in x.chunks_exact(plane) {
                    let start = block * BLOCK;
                    let values = &channel[start..start + inverse.len()];
                    for (sum, &value) in inverse.iter_mut().zip(values) {
                        *sum += value * value;
                    }
                }
                for value in inverse {
                    *value = scale / value.sqrt().max(MIN_NORM);
                }
            },
        );
    });
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::ops::norm::tests::{compare, random};

    #[test]
    fn channel_norm_agrees_with_tensor_operations() -> Result<()> {
        let (x, gamma) = (random(&[2, 7, 3, 40, 19])?, random(&[7, 1, 1, 1])?);
        compare(&[x, gamma], |t| channel_norm(&t[0], &t[1], Activation::Silu))
    }
}
