//! Access to f32 data on the CPU, and the vector arithmetic that operations are made of.

use std::ops::{Deref, Range};

use candle_core::{CpuStorage, DType, Device, Result, Storage, StorageRef, Tensor};
use pulp::Arch;

/// Values a thread takes at a time: enough to pay for the hand-over, few enough to share fairly.
pub(super) const CHUNK: usize = 1 << 14;

/// Whether the vectorized path takes this tensor.
pub(super) fn takes(tensor: &Tensor) -> bool {
    tensor.device().is_cpu() && tensor.dtype() == DType::F32
}

/// The values of a contiguous f32 tensor on the CPU, locked for reading.
pub(super) struct Values<'a> {
    storage: StorageRef<'a>,
    range: Range<usize>,
}

impl<'a> Values<'a> {
    /// # Errors
    /// When `tensor` is not contiguous, not f32 or not on the CPU.
    pub(super) fn of(tensor: &'a Tensor) -> Result<Self> {
        let (storage, layout) = tensor.storage_and_layout();
        let Some((start, end)) = layout.contiguous_offsets() else {
            candle_core::bail!("tensor of layout {layout:?} is not contiguous")
        };
        if !matches!(&*storage, Storage::Cpu(CpuStorage::F32(_))) {
            candle_core::bail!("tensor is {:?}, expected f32 on the CPU", tensor.dtype())
        }
        Ok(Self { storage, range: start..end })
    }
}

impl Deref for Values<'_> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.storage {
            Storage::Cpu(CpuStorage::F32(values)) => &values[self.range.clone()],
            _ => unreachable!("the constructor checked the storage"),
        }
    }
}

/// Runs `f` where its operations on a CPU share out their work: on one of the threads that take part in
/// it. From any other thread, each operation waits until one of them wakes up.
pub fn beside_workers<R: Send>(device: &Device, f: impl FnOnce() -> R + Send) -> R {
    if device.is_cpu() { rayon::scope(|_| f()) } else { f() }
}

/// Runs `f` compiled for the widest vectors of this processor.
#[inline(always)]
pub(super) fn vectorized<R>(f: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(f)
}

/// e^x with a relative error below 2e-7; saturates at e^±87, keeps NaN.
///
/// Cody and Waite's range reduction with the polynomial of Cephes' `expf`.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// 1.5·2²³: adding it rounds to an integer, which then stands in the low bits.
    const ROUNDER: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 87.0 { 87.0 } else { x };
    let rounded = x * std::f32::consts::LOG2_E + ROUNDER;
    let exponent = rounded.to_bits().wrapping_sub(ROUNDER.to_bits());
    let n = rounded - ROUNDER;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = ((((1.987_569_1e-4 * r + 1.398_199_9e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2) * r
        + 1.666_666_5e-1)
        * r
        + 0.5;
    let mantissa = p * r * r + r + 1.0;
    mantissa * f32::from_bits(exponent.wrapping_add(127) << 23)
}

/// Sum with one partial sum a vector lane, so that it vectorizes.
#[inline(always)]
pub(super) fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    const LANES: usize = 32;
    let mut partial = [0f32; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().map(|&v| term(v)).sum();
    for chunk in chunks {
        for (sum, &value) in partial.iter_mut().zip(chunk) {
            *sum += term(value);
        }
    }
    partial.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_standard_library() {
        for i in -8700..=8700 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 2e-7, "exp({x})");
        }
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(-1e9) < 1e-37);
    }

    #[test]
    fn sum_covers_the_remainder() {
        let values: Vec<f32> = (1..=70).map(|v| v as f32).collect();
        assert_eq!(sum(&values, |v| v), 70.0 * 71.0 / 2.0);
    }
}
