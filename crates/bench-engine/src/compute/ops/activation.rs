//! Activations, elementwise and in place.

use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor};
use rayon::prelude::*;

use super::cpu::{self, CHUNK, exp, vectorized};

/// √(2/π), of the tanh approximation of GELU.
const GELU_SCALE: f32 = 0.797_884_6;
/// Slope of the sigmoid in CLIP's approximation of GELU.
const QUICK_GELU_SLOPE: f32 = 1.702;

/// An elementwise function after a linear layer or a norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// x.
    Identity,
    /// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    GeluTanh,
    /// x/2·(1 + erf(x/√2)).
    GeluErf,
    /// x/(1 + e^−1.702x).
    QuickGelu,
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
            Self::GeluErf => x.gelu_erf(),
            Self::QuickGelu => x * candle_nn::ops::sigmoid(&(x * f64::from(QUICK_GELU_SLOPE))?)?,
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
            Self::GeluErf => values.iter_mut().for_each(|v| *v = gelu_erf(*v)),
            Self::QuickGelu => values.iter_mut().for_each(|v| *v = quick_gelu(*v)),
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

/// GELU by the complementary error function, erfc(|z|) = P(t)·e^−z² with t = 1/(1 + 0.3275911·|z|)
/// (Abramowitz and Stegun 7.1.26, off by at most 1.5e-7).
#[inline(always)]
fn gelu_erf(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let p = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_8) * t - 0.284_496_72) * t
        + 0.254_829_6)
        * t;
    let tail = 0.5 * x.abs() * p * exp(-z * z);
    if x > 0.0 { x - tail } else { -tail }
}

#[inline(always)]
fn quick_gelu(x: f32) -> f32 {
    x / (1.0 + exp(-QUICK_GELU_SLOPE * x))
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
        compare(Activation::GeluErf, Tensor::gelu_erf)?;
        compare(Activation::QuickGelu, |x| x * candle_nn::ops::sigmoid(&(x * 1.702)?)?)?;
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
