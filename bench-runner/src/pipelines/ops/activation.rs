//! Activations, elementwise and in place.

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor};
use rayon::prelude::*;

use super::cpu::{self, CHUNK, exp, vectorized};

/// √(2/π), of the tanh approximation of GELU.
const GELU_SCALE: f32 = 0.797_884_6;

/// An elementwise function after a linear layer or a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// x.
    Identity,
    /// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    GeluTanh,
    /// x/(1 + e^−x).
    Silu,
}

impl Activation {
    /// Applies the function to a tensor.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
        if self != Self::Identity && cpu::takes(x) {
            let y = x.force_contiguous()?;
            y.inplace_op1(&InPlace(self))?;
            return Ok(y);
        }
        match self {
            Self::Identity => Ok(x.clone()),
            Self::GeluTanh => x.gelu(),
            Self::Silu => x.silu(),
        }
    }

    /// Applies the function to values, on this thread.
    pub(super) fn apply_vectorized(self, values: &mut [f32]) {
        // Closures are compiled for the wide vectors only when they are inlined.
        vectorized(
            #[inline(always)]
            || self.apply_to(values),
        );
    }

    /// Applies the function to values, within [`vectorized`].
    #[inline(always)]
    pub(super) fn apply_to(self, values: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::GeluTanh => values.iter_mut().for_each(|v| *v = gelu_tanh(*v)),
            Self::Silu => values.iter_mut().for_each(|v| *v = silu(*v)),
        }
    }
}

struct InPlace(Activation);

impl InplaceOp1 for InPlace {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets())
        else {
            candle_core::bail!("activation takes contiguous f32, not {layout:?}")
        };
        values[start..end].par_chunks_mut(CHUNK).for_each(|chunk| self.0.apply_vectorized(chunk));
        Ok(())
    }
}

/// GELU-tanh by ½(1 + tanh u) = 1/(1 + e^−2u).
#[inline(always)]
fn gelu_tanh(x: f32) -> f32 {
    let u = GELU_SCALE * (x + 0.044_715 * x * x * x);
    x / (1.0 + exp(-2.0 * u))
}

#[inline(always)]
pub(super) fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn compare(activation: Activation, exact: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
        let x = Tensor::arange_step(-6f32, 6.0, 0.001, &Device::Cpu)?;
        let difference = (activation.apply(&x)? - exact(&x)?)?.abs()?.max(0)?;
        assert!(difference.to_scalar::<f32>()? < 2e-6);
        Ok(())
    }

    #[test]
    fn agrees_with_candle() -> Result<()> {
        compare(Activation::GeluTanh, Tensor::gelu)?;
        compare(Activation::Silu, Tensor::silu)
    }

    #[test]
    fn input_is_left_as_it_was() -> Result<()> {
        let x = Tensor::new(&[1f32], &Device::Cpu)?;
        let y = Activation::Silu.apply(&x)?;
        assert_eq!(x.to_vec1::<f32>()?, [1.0]);
        assert!((y.to_vec1::<f32>()?[0] - 0.731_058_6).abs() < 1e-6);
        Ok(())
    }
}
