//! A convolution in parts, none of which lays out more than a kernel counts.

use candle_core::{Result, Tensor};

use crate::compute::ops::{
    convolution,
    limits::{Backend, im2col_values},
};
use crate::compute::switches::switches;

/// One convolution of x (N, C, H, W) with stride 1 and a margin of zeros that keeps the size, by a
/// contiguous weight (C′, C, side, side).
///
/// # Errors
/// When shapes do not fit, a tensor operation fails, or a single row is more than a kernel counts.
pub(super) fn convolve(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    match Backend::of(x.device()) {
        Backend::Cuda => within(x, weight, switches().max_im2col as u128),
        Backend::Wide | Backend::CudaWithCudnn => whole(x, weight),
    }
}

fn whole(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    convolution::convolve(x, weight, 1)
}

/// Whole samples at once where one fits; otherwise bands of rows of each. A band is convolved with the
/// rows that its first and last row look at, whose own results are dropped.
fn within(x: &Tensor, weight: &Tensor, limit: u128) -> Result<Tensor> {
    let (samples, channels, height, width) = x.dims4()?;
    let side = weight.dim(2)?;
    let at_once = |values: u128, most: usize| (limit / values.max(1)).min(most as u128) as usize;
    let sample = im2col_values(1, channels, side, [height, width]);
    let together = at_once(sample, samples);
    if together == samples {
        return whole(x, weight);
    }
    if together > 0 {
        let parts = (0..samples)
            .step_by(together)
            .map(|first| whole(&x.narrow(0, first, together.min(samples - first))?, weight));
        return Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0);
    }
    let margin = side / 2;
    let rows = at_once(im2col_values(1, channels, side, [1, width]), height);
    let Some(rows) = rows.checked_sub(2 * margin).filter(|rows| *rows > 0) else {
        candle_core::bail!(
            "a convolution of {:?} by {side} × {side} takes more than {limit} values for a row and \
             its neighbours; ask for a smaller size",
            x.dims()
        )
    };
    let of_sample = |sample: usize| {
        let x = x.narrow(0, sample, 1)?;
        let bands = (0..height).step_by(rows).map(|first| {
            let end = (first + rows).min(height);
            let (from, to) = (first.saturating_sub(margin), (end + margin).min(height));
            let band = whole(&x.narrow(2, from, to - from)?.contiguous()?, weight)?;
            band.narrow(2, first - from, end - first)
        });
        Tensor::cat(&bands.collect::<Result<Vec<_>>>()?, 2)
    };
    Tensor::cat(&(0..samples).map(of_sample).collect::<Result<Vec<_>>>()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn parts_of_any_size_are_the_whole() -> Result<()> {
        let x = Tensor::randn(0f64, 1.0, (3, 2, 11, 5), &Device::Cpu)?;
        for side in [1, 3, 5] {
            let weight = Tensor::randn(0f64, 1.0, (4, 2, side, side), &Device::Cpu)?;
            let expected = whole(&x, &weight)?;
            let row = im2col_values(1, 2, side, [1, 5]);
            // one row and its neighbours, three rows, a sample, two samples, all
            for rows in [side as u128, side as u128 + 2, 11, 22, 33] {
                let parts = within(&x, &weight, rows * row)?;
                assert_eq!(parts.dims(), expected.dims());
                let difference = (parts - &expected)?.abs()?.max_all()?.to_scalar::<f64>()?;
                assert!(difference < 1e-12, "{side}, {rows} rows: {difference}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_row_that_cannot_be_counted_is_refused() -> Result<()> {
        let x = Tensor::zeros((1, 2, 4, 5), candle_core::DType::F32, &Device::Cpu)?;
        let weight = Tensor::zeros((1, 2, 3, 3), candle_core::DType::F32, &Device::Cpu)?;
        let row = im2col_values(1, 2, 3, [1, 5]);
        let said = within(&x, &weight, 2 * row).expect_err("three rows are needed").to_string();
        assert!(said.contains("[1, 2, 4, 5] by 3 × 3") && said.contains("180"), "{said}");
        Ok(())
    }
}
