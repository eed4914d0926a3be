//! Norms, with what follows them in the models fused in.

mod affine;
mod channel;
pub(super) mod fused;
mod group;

use candle_core::{D, DType, Result, Tensor};
use rayon::prelude::*;

use super::cpu::{self, CHUNK, Values, sum, vectorized};
use super::rope::{self, RopeTable};

pub use affine::LayerNorm;
pub use channel::channel_norm;
pub use group::GroupNorm;

/// LayerNorm over the last dimension, then `·scale + shift`.
///
/// x is (B, L, D); scale and shift are (B, D), or (1, D) for all samples. Computed in f32.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn layer_norm(x: &Tensor, scale: &Tensor, shift: &Tensor, eps: f64) -> Result<Tensor> {
    if cpu::takes(x) {
        return layer_norm_cpu(x, scale, shift, eps as f32);
    }
    if fused::takes(x) && fused::is_one_row(scale) && fused::is_one_row(shift) {
        return fused::layer_norm(x, scale, shift, eps);
    }
    let wide = x.to_dtype(DType::F32)?;
    let centred = wide.broadcast_sub(&wide.mean_keepdim(D::Minus1)?)?;
    let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
    centred
        .broadcast_div(&(variance + eps)?.sqrt()?)?
        .broadcast_mul(&scale.to_dtype(DType::F32)?.unsqueeze(1)?)?
        .broadcast_add(&shift.to_dtype(DType::F32)?.unsqueeze(1)?)?
        .to_dtype(x.dtype())
}

fn layer_norm_cpu(x: &Tensor, scale: &Tensor, shift: &Tensor, eps: f32) -> Result<Tensor> {
    let (batch, len, width) = x.dims3()?;
    let (x, scale) = (x.contiguous()?, scale.broadcast_as((batch, width))?.contiguous()?);
    let shift = shift.broadcast_as((batch, width))?.contiguous()?;
    let mut y = vec![0f32; x.elem_count()];
    {
        let (x, scale, shift) = (Values::of(&x)?, Values::of(&scale)?, Values::of(&shift)?);
        by_rows(&mut y, &x, width, |row, y, x| {
            let sample = row / len * width..(row / len + 1) * width;
            let mean = sum(x, |v| v) / width as f32;
            let variance = sum(x, |v| (v - mean) * (v - mean)) / width as f32;
            let inverse = 1.0 / (variance + eps).sqrt();
            let affine = scale[sample.clone()].iter().zip(&shift[sample]);
            for ((y, &x), (&scale, &shift)) in y.iter_mut().zip(x).zip(affine) {
                *y = (x - mean) * inverse * scale + shift;
            }
        });
    }
    Tensor::from_vec(y, (batch, len, width), x.device())
}

/// RMSNorm over the last dimension of x (…, D): x/√(mean(x²) + eps)·weight. Computed in f32.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn rms_norm(x: &Tensor, weight: &Tensor, eps: f64) -> Result<Tensor> {
    if cpu::takes(x) {
        return rms_norm_cpu(x, weight, eps as f32, None);
    }
    if fused::takes(x) {
        return fused::rms_norm(x, weight, eps);
    }
    let wide = x.to_dtype(DType::F32)?;
    let mean_square = wide.sqr()?.mean_keepdim(D::Minus1)?;
    wide.broadcast_div(&(mean_square + eps)?.sqrt()?)?
        .broadcast_mul(&weight.to_dtype(DType::F32)?)?
        .to_dtype(x.dtype())
}

/// [`rms_norm`] over all heads of x (B, L, H·d), then rotary positions within each head.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn rms_norm_rope(x: &Tensor, weight: &Tensor, eps: f64, table: &RopeTable) -> Result<Tensor> {
    if x.dim(1)? != table.len() {
        candle_core::bail!("{} tokens, but {} positions", x.dim(1)?, table.len())
    }
    if cpu::takes(x) {
        return rms_norm_cpu(x, weight, eps as f32, Some(table));
    }
    table.rotate(&rms_norm(x, weight, eps)?)
}

fn rms_norm_cpu(
    x: &Tensor,
    weight: &Tensor,
    eps: f32,
    table: Option<&RopeTable>,
) -> Result<Tensor> {
    let (x, width) = (x.contiguous()?, x.dim(D::Minus1)?);
    if weight.dims() != [width] {
        candle_core::bail!("norm weight is {:?}, expected [{width}]", weight.dims())
    }
    let mut y = vec![0f32; x.elem_count()];
    {
        let (x, weight) = (Values::of(&x)?, Values::of(weight)?);
        by_rows(&mut y, &x, width, |row, y, x| {
            let mean_square = sum(x, |v| v * v) / width as f32;
            let inverse = 1.0 / (mean_square + eps).sqrt();
            for ((y, &x), &weight) in y.iter_mut().zip(x).zip(weight.iter()) {
                *y = x * inverse * weight;
            }
            if let Some(table) = table {
                let (cos, sin) = table.row(row % table.len());
                rope::rotate_row(y, cos, sin);
            }
        });
    }
    Tensor::from_vec(y, x.shape(), x.device())
}

/// Runs `f(row, y, x)` on pairs of rows of `width` values, on all threads.
fn by_rows(y: &mut [f32], x: &[f32], width: usize, f: impl Fn(usize, &mut [f32], &[f32]) + Sync) {
    let rows = (CHUNK / width).max(1);
    y.par_chunks_mut(rows * width).zip(x.par_chunks(rows * width)).enumerate().for_each(
        |(chunk, (y, x))| {
            vectorized(
                #[inline(always)]
                || {
                    let pairs = y.chunks_exact_mut(width).zip(x.chunks_exact(width));
                    for (row, (y, x)) in pairs.enumerate() {
                        f(chunk * rows + row, y, x);
                    }
                },
            );
        },
    );
}

/// x + y·gate, the gated residual of a block: x and y are (B, L, D), gate (B, D).
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn add_gated(x: &Tensor, y: &Tensor, gate: &Tensor) -> Result<Tensor> {
    if !cpu::takes(x) {
        let gate = gate.to_dtype(DType::F32)?.unsqueeze(1)?;
        let change = y.to_dtype(DType::F32)?.broadcast_mul(&gate)?;
        return (x.to_dtype(DType::F32)? + change)?.to_dtype(x.dtype());
    }
    let (batch, len, width) = x.dims3()?;
    let (x, y) = (x.contiguous()?, y.broadcast_as(x.shape())?.contiguous()?);
    let gate = gate.broadcast_as((batch, width))?.contiguous()?;
    let mut sum = vec![0f32; x.elem_count()];
    {
        let (x, y, gate) = (Values::of(&x)?, Values::of(&y)?, Values::of(&gate)?);
        by_rows(&mut sum, &x, width, |row, sum, x| {
            let gate = &gate[row / len * width..(row / len + 1) * width];
            let y = &y[row * width..(row + 1) * width];
            for (((sum, &x), &y), &gate) in sum.iter_mut().zip(x).zip(y).zip(gate) {
                *sum = x + y * gate;
            }
        });
    }
    Tensor::from_vec(sum, (batch, len, width), x.device())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use candle_core::Device;

    /// Asserts that `op` gives the same in f32, vectorized, and in f64, by tensor operations.
    pub(super) fn compare(
        inputs: &[Tensor],
        op: impl Fn(&[Tensor]) -> Result<Tensor>,
    ) -> Result<()> {
        let wide = inputs.iter().map(|x| x.to_dtype(DType::F64));
        let exact = op(&wide.collect::<Result<Vec<_>>>()?)?;
        let difference = (op(inputs)?.to_dtype(DType::F64)? - exact)?.abs()?.max_all()?;
        assert!(difference.to_scalar::<f64>()? < 1e-5);
        Ok(())
    }

    pub(super) fn random(shape: &[usize]) -> Result<Tensor> {
        Tensor::randn(0f32, 1.0, shape, &Device::Cpu)
    }

    #[test]
    fn row_norms_agree_with_tensor_operations() -> Result<()> {
        let (x, row) = (random(&[2, 5, 36])?, random(&[2, 36])?);
        let weight = random(&[36])?;
        compare(&[x.clone(), row.clone(), random(&[1, 36])?], |t| {
            layer_norm(&t[0], &t[1], &t[2], 1e-6)
        })?;
        compare(&[x.clone(), random(&[2, 5, 36])?, row], |t| add_gated(&t[0], &t[1], &t[2]))?;
        let angles: Vec<f64> = (0..5 * 6).map(f64::from).collect();
        let table = RopeTable::new(&angles, 6, &Device::Cpu)?;
        compare(&[x, weight], |t| rms_norm_rope(&t[0], &t[1], 1e-6, &table))
    }

    #[test]
    fn layer_norm_of_a_hand_worked_row() -> Result<()> {
        let x = Tensor::new(&[[[1f32, 3.0]]], &Device::Cpu)?;
        let scale = Tensor::new(&[[2f32, 2.0]], &Device::Cpu)?;
        let shift = Tensor::new(&[[0f32, 1.0]], &Device::Cpu)?;
        // Mean 2, deviation 1.
        let y = layer_norm(&x, &scale, &shift, 0.0)?;
        assert_eq!(y.to_vec3::<f32>()?, [[[-2.0, 3.0]]]);
        Ok(())
    }
}
