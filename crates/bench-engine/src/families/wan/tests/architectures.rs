//! Architectures other than the tiny checkpoint's, and what is said of those that cannot run.

use crate::error::Result;
use crate::families::wan::config::WanConfig;
use crate::families::wan::pipeline::{LoadOptions, WanPipeline};
use crate::families::wan::request::DenoiseRequest;
use candle_core::Tensor;
use serde_json::{Value, json};

fn architecture() -> Value {
    json!({
        "text_encoder": {
            "vocab_size": 50, "d_model": 20, "d_kv": 6, "d_ff": 24, "num_layers": 2, "num_heads": 3
        },
        "transformer": {
            "patch_size": [1, 2, 2], "in_channels": 4, "num_attention_heads": 3,
            "attention_head_dim": 14, "ffn_dim": 50, "num_layers": 2, "text_dim": 20,
            "freq_dim": 32, "cross_attn_norm": false
        },
        "vae": {
            "base_dim": 6, "z_dim": 4, "dim_mult": [1, 3, 2], "num_res_blocks": 1,
            "temperal_downsample": [true, false],
            "latents_mean": [0.1, 0.2, 0.3, 0.4], "latents_std": [1.0, 1.1, 1.2, 1.3]
        },
        "scheduler": { "_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0 }
    })
}

fn options() -> LoadOptions {
    LoadOptions { max_sequence_length: 7, ..LoadOptions::default() }
}

fn request() -> DenoiseRequest {
    DenoiseRequest {
        num_frames: 5,
        height: 24,
        width: 16,
        num_inference_steps: 3,
        guidance_scale: 4.0,
        flow_shift: Some(2.0),
        sigma_grid: None,
    }
}

fn dummy(architecture: &Value) -> Result<WanPipeline> {
    WanPipeline::dummy(WanConfig::from_value("architecture", architecture)?, 1, options())
}

fn run(pipeline: &WanPipeline, prompts: &[&str], latents: Tensor) -> Result<Tensor> {
    let encode = |prompt: &&str| pipeline.encode(prompt);
    let text = prompts.iter().map(encode).collect::<Result<Vec<_>>>()?;
    let negative = vec![pipeline.encode("")?; prompts.len()];
    let (text, negative) = (Tensor::cat(&text, 0)?, Tensor::cat(&negative, 0)?);
    pipeline.denoise(&request(), &text, Some(&negative), &latents, |_| {})
}

#[test]
fn other_architectures_run_from_config_alone() -> Result<()> {
    let pipeline = dummy(&architecture())?;
    let mut steps = Vec::new();
    let text = pipeline.encode("a fox")?;
    let negative = pipeline.encode("")?;
    let noise = pipeline.noise(&request(), 3, 1)?;
    assert_eq!(noise.dims(), [1, 4, 3, 6, 4]);
    let latents = pipeline.denoise(&request(), &text, Some(&negative), &noise, |step| {
        steps.push(step.index);
    })?;
    assert_eq!(steps, [0, 1, 2]);
    let frames = pipeline.decode(&latents)?;
    assert_eq!(frames.shape, [1, 5, 24, 16, 3]);
    assert!(frames.pixels.iter().all(|p| (0.0..=1.0).contains(p)));
    Ok(())
}

#[test]
fn a_sample_does_not_depend_on_its_batch() -> Result<()> {
    let pipeline = dummy(&architecture())?;
    let noise = pipeline.noise(&request(), 3, 2)?;
    let together = run(&pipeline, &["a fox", "a much longer prompt"], noise.clone())?;
    let alone = run(&pipeline, &["a much longer prompt"], noise.narrow(0, 1, 1)?)?;
    let difference = (together.narrow(0, 1, 1)? - alone)?.abs()?.max_all()?;
    assert!(difference.to_scalar::<f32>()? < 1e-4);
    Ok(())
}

#[test]
fn unfit_requests_say_what_would_do() -> Result<()> {
    let pipeline = dummy(&architecture())?;
    let message = |request: DenoiseRequest| {
        let error = pipeline.noise(&request, 0, 1).expect_err("unfit");
        error.to_string()
    };
    let frames = message(DenoiseRequest { num_frames: 4, ..request() });
    assert!(frames.contains("3 or 5 would do"), "{frames}");
    let height = message(DenoiseRequest { height: 20, ..request() });
    assert!(height.contains("16 or 24 would do"), "{height}");
    Ok(())
}

#[test]
fn unfit_architectures_name_the_field() {
    for (part, field, value) in [
        ("transformer", "attention_head_dim", json!("wide")),
        ("transformer", "num_layers", json!(0)),
        ("transformer", "text_dim", json!(21)),
        ("transformer", "image_dim", json!(1280)),
        ("vae", "temperal_downsample", json!([true])),
        ("vae", "latents_mean", json!([0.0])),
        ("vae", "is_residual", json!(true)),
        ("text_encoder", "model_type", json!("t5")),
        ("scheduler", "_class_name", json!("DDIMScheduler")),
    ] {
        let mut architecture = architecture();
        architecture[part][field] = value;
        let error = dummy(&architecture).map(drop).expect_err(field).to_string();
        assert!(error.contains(&format!("architecture.{part}: field `{field}`")), "{error}");
    }
}

#[test]
fn a_solver_that_is_infinite_at_the_last_sigma_is_refused() {
    let mut architecture = architecture();
    architecture["scheduler"] = json!({
        "_class_name": "UniPCMultistepScheduler", "prediction_type": "flow_prediction",
        "use_flow_sigmas": true, "solver_type": "bh1"
    });
    let error = WanConfig::from_value("architecture", &architecture).expect_err("bh1").to_string();
    assert!(error.contains("field `solver_type`") && error.contains("\"bh2\""), "{error}");
}
