//! Norms on CUDA in a kernel of Candle's each, in place of six to eleven: f32 within, whatever the type
//! of x.

use candle_core::{DType, Result, Tensor};

use crate::compute::switches::{Norms, switches};

/// Whether these kernels take a tensor: their rows are counted in 32 bits with a sign.
pub(in crate::compute::ops) fn takes(x: &Tensor) -> bool {
    x.device().is_cuda() && switches().norms == Norms::Fused && x.elem_count() <= i32::MAX as usize
}

/// Whether a scale or shift (B, D) is the same for all samples.
pub(super) fn is_one_row(row: &Tensor) -> bool {
    row.rank() == 2 && row.dims()[0] == 1
}

/// As [`super::layer_norm`], with scale and shift (1, D).
pub(super) fn layer_norm(x: &Tensor, scale: &Tensor, shift: &Tensor, eps: f64) -> Result<Tensor> {
    let row = |row: &Tensor| row.to_dtype(DType::F32)?.squeeze(0)?.contiguous();
    let normed = candle_nn::ops::layer_norm(&wide(x)?, &row(scale)?, &row(shift)?, eps as f32)?;
    normed.to_dtype(x.dtype())
}

/// As [`super::rms_norm`].
pub(super) fn rms_norm(x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
    let weight = wide(weight)?;
    candle_nn::ops::rms_norm(&wide(x)?, &weight, eps as f32)?.to_dtype(x.dtype())
}

/// Sum over the channels of x (B, C, …) as a product with ones, which reads neighbours together where a
/// sum over that dimension does not: (B, 1, …).
pub(super) fn sum_of_channels(x: &Tensor) -> Result<Tensor> {
    let (batch, channels) = (x.dim(0)?, x.dim(1)?);
    let ones = Tensor::ones((batch, 1, channels), x.dtype(), x.device())?;
    let mut shape = x.dims().to_vec();
    shape[1] = 1;
    ones.matmul(&x.contiguous()?.reshape((batch, channels, ()))?)?.reshape(shape)
}

fn wide(x: &Tensor) -> Result<Tensor> {
    x.to_dtype(DType::F32)?.contiguous()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::ops::norm::{self, tests::random};

    fn assert_close(fused: &Tensor, expected: &Tensor) -> Result<()> {
        assert_eq!(fused.dims(), expected.dims());
        let difference = (fused - expected)?.abs()?.max_all()?.to_scalar::<f32>()?;
        assert!(difference < 1e-5, "{difference}");
        Ok(())
    }

    #[test]
    fn fused_norms_agree_with_our_own() -> Result<()> {
        let (x, weight) = (random(&[2, 5, 36])?, random(&[36])?);
        let (scale, shift) = (random(&[1, 36])?, random(&[1, 36])?);
        let expected = norm::layer_norm(&x, &scale, &shift, 1e-6)?;
        assert_close(&layer_norm(&x, &scale, &shift, 1e-6)?, &expected)?;
        assert_close(&rms_norm(&x, &weight, 1e-6)?, &norm::rms_norm(&x, &weight, 1e-6)?)
    }

    #[test]
    fn rows_of_several_samples_are_not_one() -> Result<()> {
        assert!(is_one_row(&random(&[1, 36])?) && !is_one_row(&random(&[2, 36])?));
        Ok(())
    }

    #[test]
    fn a_product_with_ones_sums_channels() -> Result<()> {
        let x = random(&[2, 7, 3, 4, 5])?;
        assert_close(&sum_of_channels(&x)?, &x.sum_keepdim(1)?)
    }
}
