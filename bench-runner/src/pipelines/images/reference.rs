//! Tensors that diffusers computed from the tiny checkpoints, for tests of exactness.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor};

/// Largest difference, in standard deviations of the reference.
const TOLERANCE: f32 = 1e-3;

/// A file of the tiny checkpoints.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/tiny-images").join(name)
}

/// The prompts of all references.
pub const PROMPT: &str = "A red fox runs, the snow!";
/// What to steer away from.
pub const NEGATIVE: &str = "blurred";
/// Seed of their noise.
pub const SEED: u64 = 7;
/// Their steps.
pub const STEPS: usize = 3;

/// All tensors.
pub struct Reference(HashMap<String, Tensor>);

impl Reference {
    /// Reads them.
    pub fn read() -> Self {
        let path = fixture("reference.safetensors");
        Self(candle_core::safetensors::load(path, &Device::Cpu).expect("the fixture is complete"))
    }

    /// A tensor by name.
    pub fn tensor(&self, name: &str) -> Tensor {
        self.0.get(name).unwrap_or_else(|| panic!("the fixture has no {name}")).clone()
    }

    /// A tensor's values, flattened.
    pub fn values(&self, name: &str) -> Vec<f32> {
        let tensor = self.tensor(name).to_dtype(DType::F32).and_then(|t| t.flatten_all());
        tensor.and_then(|t| t.to_vec1()).expect("host values")
    }

    /// Asserts that a tensor is the reference's, but for rounding.
    #[track_caller]
    pub fn assert_close(&self, found: &Tensor, name: &str) -> Result<()> {
        let expected = self.tensor(name).to_dtype(DType::F32)?;
        assert_eq!(found.elem_count(), expected.elem_count(), "{name}: {:?}", found.dims());
        let found = found.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
        let expected = expected.flatten_all()?.to_vec1::<f32>()?;
        let mean = expected.iter().sum::<f32>() / expected.len() as f32;
        let variance = expected.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>();
        let deviation = (variance / expected.len() as f32).sqrt();
        let largest = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let relative = largest / deviation;
        assert!(relative <= TOLERANCE, "{name}: {relative} standard deviations");
        Ok(())
    }
}
