//! Tensors that diffusers computed from the tiny checkpoints, for tests of exactness.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor};
use serde_json::{Map, Value};

/// Largest difference, in standard deviations of the reference.
const TOLERANCE: f32 = 1e-3;

/// A file of the tiny checkpoints.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tiny-images").join(name)
}

/// Tensors of a part of a tiny checkpoint, by diffusers' names.
pub fn of_diffusers(name: &str, part: &str) -> Result<HashMap<String, Tensor>> {
    let file = if part.starts_with("text") { "model" } else { "diffusion_pytorch_model" };
    let path = fixture(name).join(part).join(format!("{file}.safetensors"));
    candle_core::safetensors::load(path, &Device::Cpu)
}

/// Tensors of a file in the layout of a model's makers, put together of those as
/// `original/<recipes>.json` says, which knows nothing of this program's names.
pub fn makers_tensors(name: &str, recipes: &str) -> Result<HashMap<String, Tensor>> {
    let path = fixture(&format!("original/{recipes}.json"));
    let text = std::fs::read_to_string(path).expect("the fixture is complete");
    let recipes: Map<String, Value> = serde_json::from_str(&text).expect("valid JSON");
    let mut parts: HashMap<String, HashMap<String, Tensor>> = HashMap::new();
    let mut made = HashMap::new();
    for (key, recipe) in recipes {
        let part = recipe[1].as_str().expect("a part").to_owned();
        if !parts.contains_key(&part) {
            parts.insert(part.clone(), of_diffusers(name, &part)?);
        }
        let find = |name: &Value| parts[&part][name.as_str().expect("a name")].clone();
        let source = &recipe[2];
        let tensor = match recipe[0].as_str() {
            Some("stack") => {
                let names = source.as_array().expect("several names").iter();
                Tensor::cat(&names.map(find).collect::<Vec<_>>(), 0)?
            }
            Some("swap") => {
                let halves = find(source).chunk(2, 0)?;
                Tensor::cat(&[&halves[1], &halves[0]], 0)?
            }
            Some("transpose") => find(source).t()?.contiguous()?,
            Some("reshape") => {
                let shape: Vec<usize> = serde_json::from_value(recipe[3].clone()).expect("sizes");
                find(source).reshape(shape)?
            }
            _ => find(source),
        };
        made.insert(key, tensor);
    }
    Ok(made)
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
