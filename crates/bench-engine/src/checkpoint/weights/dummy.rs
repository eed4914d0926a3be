//! Made-up weights: one small random block is tiled into any shape, at the speed of a copy.

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::Init;
use candle_nn::var_builder::SimpleBackend;
use rayon::prelude::*;

use crate::compute::noise::normals;

/// A prime, so that rows of common widths do not repeat each other.
const BLOCK_LEN: usize = 65_521;
/// Smallest magnitude in the block: products of a few such values are no denormals.
const MIN_MAGNITUDE: f32 = 1e-3;

pub(super) struct DummyBackend {
    block: Vec<f32>,
}

impl DummyBackend {
    pub(super) fn new(seed: u64) -> Self {
        let mut block = normals(seed, 0, BLOCK_LEN);
        for value in &mut block {
            *value = value.abs().clamp(MIN_MAGNITUDE, 3.0).copysign(*value);
        }
        Self { block }
    }

    fn fill(&self, name: &str, shape: &Shape) -> Vec<f32> {
        let (offset, scale) = affine(name, shape.dims());
        let start = fnv1a(name) as usize % BLOCK_LEN;
        let mut values = vec![0f32; shape.elem_count()];
        values.par_chunks_mut(BLOCK_LEN).for_each(|chunk| {
            let (head, tail) = chunk.split_at_mut(chunk.len().min(BLOCK_LEN - start));
            for (values, random) in [(head, &self.block[start..]), (tail, &self.block[..])] {
                for (value, random) in values.iter_mut().zip(random) {
                    *value = offset + scale * random;
                }
            }
        });
        values
    }
}

impl SimpleBackend for DummyBackend {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let values = self.fill(name, &shape);
        Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("dummy weights need a shape for `{name}`; ask with one")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

/// Offset and scale of a tensor's values: norms near one, biases small, embeddings of unit
/// variance, and other weights such that a layer keeps the variance of its input.
fn affine(name: &str, dims: &[usize]) -> (f32, f32) {
    let fan_in: usize = dims.iter().skip(1).product();
    let is_norm = name.ends_with("gamma") || (name.contains("norm") && name.ends_with("weight"));
    match dims.len() {
        _ if is_norm => (1.0, 0.02),
        _ if name.ends_with("scale_shift_table") => (0.0, (fan_in as f32).powf(-0.5)),
        _ if name.ends_with("shared.weight") => (0.0, 1.0),
        0 | 1 => (0.0, 0.02),
        _ => (0.0, (fan_in as f32).powf(-0.5)),
    }
}

/// FNV-1a of a name, so that tensors start at different places of the block.
fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::weights::dummy;

    fn values(name: &str, shape: &[usize]) -> Vec<f32> {
        dummy(1, DType::F32, &Device::Cpu)
            .get(shape, name)
            .and_then(|tensor| tensor.flatten_all()?.to_vec1())
            .expect("dummy weights take every shape")
    }

    #[test]
    fn rows_keep_the_variance_of_their_input() {
        let weights = values("blocks.0.ffn.net.0.proj.weight", &[300, 400]);
        let variance = weights.iter().map(|w| w * w).sum::<f32>() / weights.len() as f32;
        assert!((variance * 400.0 - 1.0).abs() < 0.05);
        assert!(weights.iter().all(|w| w.abs() > 1e-5));
        assert_ne!(weights[..400], weights[400..800]);
    }

    #[test]
    fn norm_weights_are_near_one() {
        assert!(values("blocks.0.norm2.weight", &[64]).iter().all(|w| (w - 1.0).abs() < 0.1));
    }
}
