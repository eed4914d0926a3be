use std::sync::{Arc, Mutex};

use candle_core::{Device, Shape, Tensor};
use candle_nn::var_builder::{SimpleBackend, VarBuilder};
use serde_json::json;

use super::*;
use crate::pipelines::wan::text_encoder::TextEncoder;
use crate::pipelines::wan::transformer::WanTransformer;
use crate::pipelines::wan::vae::VaeDecoder;

/// Counts the values that a part asks for.
struct Counter(Arc<Mutex<u128>>);

impl SimpleBackend for Counter {
    fn get(
        &self,
        shape: Shape,
        _: &str,
        _: candle_nn::Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        *self.0.lock().expect("no thread panicked") += shape.elem_count() as u128;
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("{name} is asked for without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

fn counted<T>(load: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<T>) -> u128 {
    let count = Arc::new(Mutex::new(0));
    let backend = Box::new(Counter(Arc::clone(&count)));
    load(VarBuilder::from_backend(backend, DType::F32, Device::Cpu)).expect("zeros fit");
    *count.lock().expect("no thread panicked")
}

fn config(layers: usize) -> WanConfig {
    let architecture = json!({
        "text_encoder": {
            "vocab_size": 50, "d_model": 20, "d_kv": 6, "d_ff": 24, "num_layers": 2, "num_heads": 3
        },
        "transformer": {
            "in_channels": 16, "num_attention_heads": 12, "attention_head_dim": 8,
            "ffn_dim": 89, "num_layers": layers, "text_dim": 20
        },
        "vae": {
            "base_dim": 6, "z_dim": 16, "dim_mult": [1, 2, 4, 4], "num_res_blocks": 2,
            "temperal_downsample": [false, true, true]
        },
        "scheduler": {"_class_name": "FlowMatchEulerDiscreteScheduler"}
    });
    WanConfig::from_value("architecture", &architecture).expect("a sound architecture")
}

#[test]
fn parameters_are_those_that_are_loaded() {
    let config = config(3);
    assert_eq!(
        transformer(&config.transformer),
        counted(|vb| WanTransformer::load(&config.transformer, vb))
    );
    assert_eq!(
        text_encoder(&config.text_encoder),
        counted(|vb| TextEncoder::load(&config.text_encoder, vb))
    );
    assert_eq!(vae(&config.vae), counted(|vb| VaeDecoder::load(&config.vae, vb)));
}

#[test]
fn the_transformer_of_wan_1_3b_has_its_published_size() {
    let config = TransformerConfig {
        attention_head_dim: 128,
        ffn_dim: 8960,
        num_layers: 30,
        text_dim: 4096,
        ..config(30).transformer
    };
    assert_eq!(transformer(&config), 1_418_996_800);
}

#[test]
fn what_cannot_fit_says_both_sizes_and_the_unknown_passes() {
    let said = check(3 << 30, Some(1 << 30)).expect_err("too large").to_string();
    assert!(said.contains("at least 3.0 GiB") && said.contains("1.0 GiB are"), "{said}");
    assert!(check(1 << 30, Some(1 << 30)).is_ok());
    assert!(check(u128::MAX, None).is_ok());
}

#[test]
fn absurd_sizes_do_not_overflow() {
    let config = config((1 << 31) - 1);
    let request = DenoiseRequest {
        num_frames: usize::MAX,
        height: usize::MAX,
        width: usize::MAX,
        num_inference_steps: 1,
        guidance_scale: 1.0,
        flow_shift: None,
        sigma_grid: None,
    };
    let latent = [usize::MAX; 3];
    let bytes = least_bytes(&config, &request, latent, usize::MAX, &LoadOptions::default());
    assert_eq!(bytes, u128::MAX);
}
