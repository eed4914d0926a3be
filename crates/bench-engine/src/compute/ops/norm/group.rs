//! Norm over groups of channels of images, with the activation that follows.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use crate::compute::ops::Activation;
use crate::compute::ops::cpu::{self, Values, sum, vectorized};

/// GroupNorm (Wu and He, 2018): mean and variance over the pixels of C/groups channels.
#[derive(Debug, Clone)]
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
    eps: f64,
}

impl GroupNorm {
    /// Loads `weight` and `bias`, each (C).
    ///
    /// # Errors
    /// When one is missing or has another shape, or groups do not divide the channels.
    pub fn load(groups: usize, channels: usize, eps: f64, vb: VarBuilder) -> Result<Self> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            candle_core::bail!("{channels} channels cannot be split into {groups} groups")
        }
        let (weight, bias) = (vb.get(channels, "weight")?, vb.get(channels, "bias")?);
        Ok(Self { weight, bias, groups, eps })
    }

    /// x (B, C, …) to the same shape, then an activation. Computed in f32.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn forward(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        let channels = x.dim(1)?;
        if self.weight.dims() != [channels] {
            candle_core::bail!("norm of {:?} channels takes no {channels}", self.weight.dims())
        }
        if cpu::takes(x) {
            return self.on_cpu(&x.contiguous()?, activation);
        }
        let wide = x.to_dtype(DType::F32)?.reshape((x.dim(0)?, self.groups, ()))?;
        let centred = wide.broadcast_sub(&wide.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let mut row = vec![1; x.rank()];
        row[1] = channels;
        let row = |values: &Tensor| values.to_dtype(DType::F32)?.reshape(row.as_slice());
        let normed = centred
            .broadcast_div(&(variance + self.eps)?.sqrt()?)?
            .reshape(x.shape())?
            .broadcast_mul(&row(&self.weight)?)?
            .broadcast_add(&row(&self.bias)?)?;
        activation.apply(&normed.to_dtype(x.dtype())?)
    }

    fn on_cpu(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        let (batch, channels) = (x.dim(0)?, x.dim(1)?);
        let plane = x.elem_count() / (batch * channels);
        let group = channels / self.groups;
        let mut y = vec![0f32; x.elem_count()];
        {
            let (x, weight) = (Values::of(x)?, Values::of(&self.weight)?);
            let bias = Values::of(&self.bias)?;
            y.par_chunks_mut(group * plane).zip(x.par_chunks(group * plane)).enumerate().for_each(
                |(index, (y, x))| {
                    let first = index % self.groups * group;
                    let affine = weight[first..].iter().zip(&bias[first..]);
                    vectorized(
                        #[inline(always)]
                        || {
                            let (mean, inverse) = moments(x, self.eps as f32);
                            let planes = y.chunks_exact_mut(plane).zip(x.chunks_exact(plane));
                            for ((y, x), (&weight, &bias)) in planes.zip(affine) {
                                let scale = inverse * weight;
                                let shift = bias - mean * scale;
                                for (y, &x) in y.iter_mut().zip(x) {
                                    *y = x * scale + shift;
                                }
                                activation.apply_to(y);
                            }
                        },
                    );
                },
            );
        }
        Tensor::from_vec(y, x.shape(), x.device())
    }
}

/// Mean, and 1/√(variance + eps).
#[inline(always)]
fn moments(x: &[f32], eps: f32) -> (f32, f32) {
    let mean = sum(x, |v| v) / x.len() as f32;
    let variance = sum(x, |v| (v - mean) * (v - mean)) / x.len() as f32;
    (mean, 1.0 / (variance + eps).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::ops::norm::tests::{compare, random};
    use candle_core::Device;

    #[test]
    fn group_norm_agrees_with_tensor_operations() -> Result<()> {
        compare(&[random(&[2, 12, 9, 21])?, random(&[12])?, random(&[12])?], |t| {
            let (weight, bias) = (t[1].clone(), t[2].clone());
            GroupNorm { weight, bias, groups: 3, eps: 1e-5 }.forward(&t[0], Activation::Silu)
        })
    }

    #[test]
    fn each_group_is_normed_by_itself() -> Result<()> {
        let device = Device::Cpu;
        let x = Tensor::new(&[1f32, 3.0, 10.0, 30.0], &device)?.reshape((1, 2, 2))?;
        let (weight, bias) =
            (Tensor::new(&[1f32, 2.0], &device)?, Tensor::zeros(2, DType::F32, &device)?);
        let norm = GroupNorm { weight, bias, groups: 2, eps: 0.0 };
        let y = norm.forward(&x, Activation::Identity)?.flatten_all()?;
        assert_eq!(y.to_vec1::<f32>()?, [-1.0, 1.0, -2.0, 2.0]);
        Ok(())
    }
}
