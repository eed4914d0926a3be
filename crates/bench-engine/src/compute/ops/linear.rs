//! Linear layer with bias and activation in one go.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use super::Activation;
use super::cpu::{self, CHUNK, Values};
use super::few_rows;
use super::gemm::{Destination, Extent, Matrix, Threads, product};

/// y = activation(x·Wᵀ + b).
///
/// On a CPU the rows of a sample decide how its product is computed, whatever other samples are in the
/// batch: the two ways differ in their last bits, and a sample's values must not depend on its
/// neighbours.
#[derive(Debug, Clone)]
pub struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// A layer from `weight` (out, in) and `bias` (out).
    pub fn new(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }

    /// Loads `weight` and `bias`.
    ///
    /// # Errors
    /// When one is missing or has another shape.
    pub fn load(input: usize, output: usize, vb: VarBuilder) -> Result<Self> {
        let weight = vb.get((output, input), "weight")?;
        Ok(Self::new(weight, Some(vb.get(output, "bias")?)))
    }

    /// Loads `weight` of a layer without bias.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn load_without_bias(input: usize, output: usize, vb: VarBuilder) -> Result<Self> {
        Ok(Self::new(vb.get((output, input), "weight")?, None))
    }

    /// x of shape (samples, …, in) to (samples, …, out); of (samples, in) each sample is one row.
    ///
    /// # Errors
    /// When the last dimension of `x` is not `in`, or a tensor operation fails.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_with(x, Activation::Identity)
    }

    /// As [`Linear::forward`], followed by an activation.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_with(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        let (output, input) = self.weight.dims2()?;
        let mut dims = x.dims().to_vec();
        match dims.last_mut() {
            Some(last) if *last == input => *last = output,
            _ => candle_core::bail!("linear layer takes {input} features, not {:?}", x.dims()),
        }
        if cpu::takes(x) && cpu::takes(&self.weight) {
            let y = self.on_cpu(&x.contiguous()?, activation)?;
            return Tensor::from_vec(y, dims, x.device());
        }
        let y = x.reshape(((), input))?.matmul(&self.weight.t()?)?;
        let y = match &self.bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        activation.apply(&y)?.reshape(dims)
    }

    fn on_cpu(&self, x: &Tensor, activation: Activation) -> Result<Vec<f32>> {
        let (n, k) = self.weight.dims2()?;
        let m = x.elem_count() / k;
        let rows_of_a_sample = m / x.dim(0)?.max(1);
        let (x, weight) = (Values::of(x)?, Values::of(&self.weight)?);
        let mut y = vec![0f32; m * n];
        if let Some(bias) = &self.bias {
            let bias = Values::of(bias)?;
            y.par_chunks_mut(n).for_each(|row| row.copy_from_slice(&bias));
        }
        if few_rows::are_few(rows_of_a_sample, k) {
            few_rows::add_products(&mut y, &x, &weight, k);
        } else {
            let destination = match self.bias {
                Some(_) => Destination::Accumulate,
                None => Destination::Overwrite,
            };
            let (x, weight) = (Matrix::rows(&x, k), Matrix::rows(&weight, k).transposed());
            product(&mut y, n, x, weight, Extent { m, n, k }, destination, Threads::All);
        }
        if activation != Activation::Identity {
            y.par_chunks_mut(CHUNK).for_each(|chunk| activation.apply_vectorized(chunk));
        }
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn agrees_with_candle(rows: usize) -> Result<()> {
        let device = Device::Cpu;
        let x = Tensor::randn(0f32, 1.0, (2, 7, rows), &device)?.transpose(1, 2)?;
        let (w, b) =
            (Tensor::randn(0f32, 1.0, (3, 7), &device)?, Tensor::randn(0f32, 1.0, 3, &device)?);
        let fast = Linear::new(w.clone(), Some(b.clone())).forward_with(&x, Activation::Silu)?;
        let exact = Linear::new(w.to_dtype(DType::F64)?, Some(b.to_dtype(DType::F64)?))
            .forward_with(&x.to_dtype(DType::F64)?, Activation::Silu)?;
        let difference = (fast.to_dtype(DType::F64)? - exact)?.abs()?.max_all()?;
        assert!(difference.to_scalar::<f64>()? < 1e-5);
        Ok(())
    }

    #[test]
    fn few_rows_and_many_agree_with_candle_and_may_be_views() -> Result<()> {
        agrees_with_candle(5)?;
        agrees_with_candle(100)
    }

    #[test]
    fn wrong_width_is_an_error() -> Result<()> {
        let layer = Linear::new(Tensor::ones((3, 7), DType::F32, &Device::Cpu)?, None);
        let x = Tensor::ones((2, 6), DType::F32, &Device::Cpu)?;
        assert!(layer.forward(&x).is_err());
        Ok(())
    }
}
