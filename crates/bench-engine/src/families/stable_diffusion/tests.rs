//! Each stage against tensors of diffusers, and the solvers against theirs.

use candle_core::{DType, Device, Tensor};
use serde_json::json;

use super::config::{SchedulerConfig, SdConfig};
use super::denoise::Course;
use super::model::SdModel;
use super::scheduler::scheduler;
use super::text::Text;
use super::unet::{Condition, Unet};
use crate::compute::memory::parameters;
use crate::compute::noise::normals;
use crate::compute::precision::Types;
use crate::error::Result;
use crate::families::diffusion::Course as _;
use crate::families::images::clip::ClipEncoder;
use crate::families::images::model::{DenoiseJob, Model};
use crate::families::images::parts::{DiffusersLayout, Parts};
use crate::families::images::reference::{NEGATIVE, PROMPT, Reference, SEED, STEPS, fixture};
use crate::families::images::vae::VaeDecoder;

pub(super) const TYPES: Types =
    Types { text: [DType::F32; 2], denoiser: DType::F32, vae: DType::F32 };

fn model(name: &str) -> Result<SdModel> {
    let folder = fixture(name);
    let config = SdConfig::read(&folder)?;
    let layout = DiffusersLayout { folder, parts: &[], variant: None };
    SdModel::from_parts(config, &Parts::Files(Box::new(layout)), TYPES, &Device::Cpu)
}

fn job(guidance: f64) -> DenoiseJob {
    DenoiseJob { steps: STEPS, size: (8, 8), guidance, images: 1, seed: SEED }
}

fn denoised(
    model: &SdModel,
    job: DenoiseJob,
    text: &Text,
    negative: Option<&Text>,
) -> Result<Tensor> {
    let mut course = Course::begin(model, job, text, negative)?;
    while !course.is_done() {
        model.step(&mut [&mut course])?;
    }
    Ok(course.latents().expect("they are there"))
}

/// A run of diffusers that the reference has.
pub(super) struct Run {
    name: &'static str,
    guidance: f64,
    negative: Option<&'static str>,
}

impl Run {
    /// That of a checkpoint, with a negative prompt.
    pub(super) fn of(name: &'static str) -> Self {
        let guidance = if name == "sdxl" { 5.0 } else { 7.5 };
        Self { name, guidance, negative: Some(NEGATIVE) }
    }
}

/// Runs a prompt, and compares text, one prediction, latents and pixels.
pub(super) fn compare(model: &SdModel, run: &Run) -> Result<()> {
    let reference = Reference::read();
    let of = |part: &str| format!("{}.{part}", run.name);
    let text = model.text.encode(PROMPT)?;
    let negative = match run.negative {
        Some(negative) => model.text.encode(negative)?,
        None => text.zeros_like()?,
    };
    let both = Text::join(&[&negative, &text])?;
    reference.assert_close(&both.tokens, &of("unet.text"))?;
    let condition = match &both.pooled {
        Some(pooled) => {
            reference.assert_close(pooled, &of("unet.pooled"))?;
            let time_ids = [16.0, 16.0, 0.0, 0.0, 16.0, 16.0];
            Some(Condition { pooled: pooled.clone(), time_ids })
        }
        None => None,
    };
    let timestep = f64::from(reference.values(&of("unet.timestep"))[0]);
    let input = reference.tensor(&of("unet.input"));
    let output = model.unet.forward(&input, &[timestep], &both.tokens, condition.as_ref())?;
    reference.assert_close(&output, &of("unet.sample"))?;
    let latents = denoised(model, job(run.guidance), &text, Some(&negative))?;
    reference.assert_close(&latents, &of("pipe.latents"))?;
    let decoded = model.vae.decode(&reference.tensor(&of("pipe.latents")))?;
    Ok(reference.assert_close(&decoded, &of("pipe.decoded"))?)
}

#[test]
fn every_stage_agrees_with_diffusers() -> Result<()> {
    for name in ["sd", "sd2", "sdxl"] {
        compare(&model(name)?, &Run::of(name))?;
    }
    Ok(())
}

#[test]
fn an_absent_negative_prompt_is_zeros_for_xl() -> Result<()> {
    compare(&model("sdxl")?, &Run { name: "sdxl-zeros", negative: None, ..Run::of("sdxl") })
}

#[test]
fn every_solver_takes_the_steps_of_diffusers() -> Result<()> {
    let reference = Reference::read();
    for class in [
        "DDIMScheduler",
        "PNDMScheduler",
        "EulerDiscreteScheduler",
        "EulerAncestralDiscreteScheduler",
    ] {
        for spacing in ["linspace", "leading", "trailing"] {
            for prediction in ["epsilon", "v_prediction"] {
                let name = format!("scheduler.{class}.{spacing}.{prediction}");
                let config = schedule(&json!({
                    "_class_name": class, "timestep_spacing": spacing,
                    "prediction_type": prediction, "skip_prk_steps": true
                }))?;
                let mut solver = scheduler(&config, 6);
                let noise =
                    |stream| Tensor::from_vec(normals(SEED, stream, 8), (1, 8), &Device::Cpu);
                let mut x = (noise(0)? * solver.initial_deviation())?;
                let timesteps = solver.timesteps().to_vec();
                let found: Vec<f32> = timesteps.iter().map(|&t| t as f32).collect();
                assert_eq!(found, reference.values(&format!("{name}.timesteps")), "{name}");
                for (step, timestep) in (1u64..).zip(timesteps) {
                    let output = solver.model_input(&x)?.affine(0.1, 1e-5 * timestep)?;
                    let noise = solver.is_noisy().then(|| noise(step << 32)).transpose()?;
                    x = solver.step(&output, &x, noise.as_ref())?;
                }
                reference.assert_close(&x, &format!("{name}.end"))?;
                assert!(solver.step(&x, &x, None).is_err(), "{name}: a step too many");
            }
        }
    }
    Ok(())
}

/// A schedule of version 1.5 with other fields.
fn schedule(fields: &serde_json::Value) -> Result<SchedulerConfig> {
    let mut scheduler = json!({
        "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
        "steps_offset": 1
    });
    for (field, value) in fields.as_object().expect("fields") {
        scheduler[field] = value.clone();
    }
    let value = json!({"version": "1.5", "scheduler": scheduler});
    Ok(SdConfig::from_value("model.architecture", &value)?.scheduler)
}

/// As PyTorch counts parameters of diffusers' `UNet2DConditionModel` and of the decoder and
/// `post_quant_conv` of its `AutoencoderKL`, and of transformers' `CLIPTextModel` and
/// `CLIPTextModelWithProjection`.
#[test]
fn versions_have_their_published_sizes() -> Result<()> {
    for (version, unet, second) in
        [("1.5", 859_520_964, None), ("xl", 2_567_463_684, Some(694_659_840))]
    {
        let config = SdConfig::from_value("architecture", &json!({"version": version}))?;
        assert_eq!(parameters(|vb| Unet::load(&config.unet, vb))?, unet, "{version}");
        assert_eq!(parameters(|vb| VaeDecoder::load(&config.vae, vb))?, 49_490_199);
        assert_eq!(parameters(|vb| ClipEncoder::load(&config.text_encoder, vb))?, 123_060_480);
        let count = |clip| parameters(|vb| ClipEncoder::load(clip, vb));
        assert_eq!(config.text_encoder_2.as_ref().map(count).transpose()?, second);
    }
    Ok(())
}

#[test]
fn an_image_does_not_depend_on_its_batch() -> Result<()> {
    let model = model("sdxl")?;
    let text = model.text.encode(PROMPT)?;
    let latents = |images: usize| -> Result<Tensor> {
        denoised(&model, DenoiseJob { images, ..job(1.0) }, &text, None)
    };
    let difference = (latents(2)?.narrow(0, 0, 1)? - latents(1)?)?.abs()?.max_all()?;
    assert_eq!(difference.to_scalar::<f32>()?, 0.0);
    Ok(())
}

#[test]
fn unfit_architectures_name_the_field() {
    for (part, field, value) in [
        ("unet", "block_out_channels", json!([320, 641, 1280, 1280])),
        ("unet", "cross_attention_dim", json!(1024)),
        ("unet", "down_block_types", json!(["DownBlock2D"])),
        ("unet", "attention_head_dim", json!(7)),
        ("unet", "time_cond_proj_dim", json!(256)),
        ("unet", "addition_embed_type", json!("text_image")),
        ("vae", "latent_channels", json!(16)),
        ("text_encoder", "hidden_act", json!("relu")),
        ("text_encoder", "num_hidden_layers", json!(2_000_000_000)),
        ("scheduler", "_class_name", json!("HeunDiscreteScheduler")),
        ("scheduler", "trained_betas", json!([0.1, 0.2])),
        ("scheduler", "skip_prk_steps", json!(false)),
        ("scheduler", "timestep_spacing", json!("random")),
    ] {
        let text = include_str!("versions/1.5.json");
        let mut architecture: serde_json::Value = serde_json::from_str(text).expect("valid JSON");
        architecture[part][field] = value;
        let error = SdConfig::from_value("architecture", &architecture).expect_err(field);
        let error = error.to_string();
        // Of two parts that do not fit, the U-Net is named.
        let field = if field == "latent_channels" { "in_channels" } else { field };
        assert!(error.contains(&format!("field `{field}`")), "{error}");
    }
}
