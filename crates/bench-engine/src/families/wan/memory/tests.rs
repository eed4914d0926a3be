use serde_json::json;

use super::*;
use crate::compute::memory::parameters;
use crate::families::wan::text_encoder::TextEncoder;
use crate::families::wan::transformer::WanTransformer;
use crate::families::wan::vae::VaeDecoder;

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
    for (told, counted) in [
        (
            transformer(&config.transformer),
            parameters(|vb| WanTransformer::load(&config.transformer, vb)),
        ),
        (
            text_encoder(&config.text_encoder),
            parameters(|vb| TextEncoder::load(&config.text_encoder, vb)),
        ),
        (vae(&config.vae), parameters(|vb| VaeDecoder::load(&config.vae, vb))),
    ] {
        assert_eq!(told, counted.expect("parts fit"));
    }
}

/// Wan2.1 as the `config.json` files of its repositories describe it.
fn wan(num_attention_heads: usize, ffn_dim: usize, num_layers: usize) -> WanConfig {
    let architecture = json!({
        "text_encoder": {
            "vocab_size": 256_384, "d_model": 4096, "d_kv": 64, "d_ff": 10_240, "num_layers": 24,
            "num_heads": 64
        },
        "transformer": {
            "in_channels": 16, "num_attention_heads": num_attention_heads,
            "attention_head_dim": 128, "ffn_dim": ffn_dim, "num_layers": num_layers,
            "text_dim": 4096
        },
        "vae": {
            "base_dim": 96, "z_dim": 16, "dim_mult": [1, 2, 4, 4], "num_res_blocks": 2,
            "temperal_downsample": [false, true, true]
        },
        "scheduler": {"_class_name": "FlowMatchEulerDiscreteScheduler"}
    });
    WanConfig::from_value("architecture", &architecture).expect("a sound architecture")
}

/// As PyTorch counts parameters of diffusers' `WanTransformer3DModel` and of the decoder and
/// `post_quant_conv` of its `AutoencoderKLWan`, and of transformers' `UMT5EncoderModel`.
#[test]
fn wan_1_3b_and_14b_have_their_published_sizes() {
    for (config, size) in
        [(wan(12, 8960, 30), 1_418_996_800), (wan(40, 13_824, 40), 14_288_491_584)]
    {
        assert_eq!(transformer(&config.transformer), size);
        assert_eq!(text_encoder(&config.text_encoder), 5_680_910_336);
        assert_eq!(vae(&config.vae), 73_295_603);
    }
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
