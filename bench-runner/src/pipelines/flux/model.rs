//! A loaded model: its stages, and what it takes of memory.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::flux::WithForward;
use candle_transformers::models::flux::model::Flux as Transformer;
use candle_transformers::models::flux::sampling::{State, unpack};
use candle_transformers::models::t5::T5EncoderModel;

use super::config::{FluxConfig, PATCH};
use super::names;
use super::text::{Text, TextEncoders};
use crate::pipelines::error::{PipelineError, Result};
use crate::pipelines::images::clip::ClipEncoder;
use crate::pipelines::images::memory::Counter;
use crate::pipelines::images::parts::Parts;
use crate::pipelines::images::pixels;
use crate::pipelines::images::vae::VaeDecoder;
use crate::pipelines::{Image, noise, weights};

/// Types of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types {
    pub text: [DType; 2],
    pub transformer: DType,
    pub vae: DType,
}

/// What to denoise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    pub steps: usize,
    /// Rows and columns of latents.
    pub size: (usize, usize),
    pub guidance: f64,
    pub images: usize,
    pub seed: u64,
}

/// A loaded model.
pub(super) struct FluxModel {
    pub config: FluxConfig,
    pub text: TextEncoders,
    pub transformer: Transformer,
    pub vae: VaeDecoder,
    pub types: Types,
    pub device: Device,
}

impl FluxModel {
    /// Loads all parts.
    pub(super) fn load(
        config: FluxConfig,
        parts: &Parts,
        types: Types,
        length: usize,
        device: &Device,
    ) -> Result<Self> {
        let transformer = transformer_weights(parts, types.transformer, device)?;
        Ok(Self {
            text: TextEncoders::load(&config, parts, types.text, length, device)?,
            transformer: Transformer::new(&config.transformer, transformer)?,
            vae: VaeDecoder::load(&config.vae, vae_weights(parts, types.vae, device)?)?,
            config,
            types,
            device: device.clone(),
        })
    }

    /// Begins to denoise a job's noise.
    pub(super) fn denoiser(&self, job: Job, text: &Text) -> Result<Denoiser<'_>> {
        let (height, width) = job.size;
        let shape = (1, self.config.vae.latent_channels, height, width);
        let samples = (0..job.images as u64)
            .map(|index| noise::noise(job.seed, index, shape, &self.device))
            .collect::<candle_core::Result<Vec<_>>>()?;
        let latents = Tensor::cat(&samples, 0)?;
        let dtype = self.types.transformer;
        let typed = |tensor: &Tensor| tensor.to_dtype(dtype);
        let state = State::new(&typed(&text.tokens)?, &typed(&text.pooled)?, &typed(&latents)?)?;
        let tokens = (height / PATCH) * (width / PATCH);
        let latents = State::new(&text.tokens, &text.pooled, &latents)?.img;
        let sigmas = self.config.schedule.sigmas(job.steps, tokens);
        Ok(Denoiser { model: self, state, latents, sigmas, job, step: 0 })
    }

    /// Stage `vae_decode`: latents to pictures on the host, one after another.
    pub(super) fn decode(&self, latents: &Tensor) -> Result<Vec<Image>> {
        let mut images = Vec::new();
        for index in 0..latents.dim(0)? {
            let latent = latents.narrow(0, index, 1)?.to_dtype(self.types.vae)?;
            images.extend(pixels::to_images(&self.vae.decode(&latent)?)?);
        }
        Ok(images)
    }
}

/// A generation in the course of its steps.
pub(super) struct Denoiser<'a> {
    model: &'a FluxModel,
    state: State,
    /// (B, tokens, C), f32
    latents: Tensor,
    sigmas: Vec<f64>,
    job: Job,
    step: usize,
}

impl Denoiser<'_> {
    /// Takes the next step; false when all are done. The device may still be at work on return.
    pub(super) fn step(&mut self) -> Result<bool> {
        let (Some(&sigma), Some(&next)) =
            (self.sigmas.get(self.step), self.sigmas.get(self.step + 1))
        else {
            return Ok(false);
        };
        let velocity = self.velocity(sigma)?;
        self.latents = (&self.latents + (velocity.to_dtype(DType::F32)? * (next - sigma))?)?;
        self.step += 1;
        Ok(true)
    }

    /// What the model predicts of the latents as they are now.
    pub(super) fn velocity(&self, sigma: f64) -> Result<Tensor> {
        let (model, state) = (self.model, &self.state);
        let each = |value: f64| Tensor::full(value as f32, self.job.images, &model.device);
        let guidance = model.config.is_guided().then(|| each(self.job.guidance)).transpose()?;
        Ok(model.transformer.forward(
            &self.latents.to_dtype(model.types.transformer)?,
            &state.img_ids,
            &state.txt,
            &state.txt_ids,
            &each(sigma)?,
            &state.vec,
            guidance.as_ref(),
        )?)
    }

    /// Latents as they are now, (B, C, h, w), f32.
    pub(super) fn into_latents(self) -> Result<Tensor> {
        // The unpacking takes pixels of a VAE of factor 8.
        let (height, width) = self.job.size;
        Ok(unpack(&self.latents, 8 * height, 8 * width)?)
    }
}

/// Files of the makers' own layout, which may stand in the folder instead of diffusers' parts.
const ORIGINAL_TRANSFORMERS: [&str; 2] = ["flux1-schnell.safetensors", "flux1-dev.safetensors"];
const ORIGINAL_VAE: &str = "ae.safetensors";

fn transformer_weights(
    parts: &Parts,
    dtype: DType,
    device: &Device,
) -> Result<VarBuilder<'static>> {
    let Parts::Folder(folder) = parts else {
        return parts.weights("transformer", dtype, device);
    };
    let has_index = |name: &str| folder.join("transformer").join(name).is_file();
    let of_diffusers =
        ["diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors"];
    let original = ORIGINAL_TRANSFORMERS.iter().map(|name| folder.join(name)).find(|f| f.is_file());
    match original {
        Some(file) if !of_diffusers.into_iter().any(has_index) => {
            weights::from_file(&file, dtype, device)
        }
        _ => {
            let inner = parts.weights("transformer", dtype, device)?;
            Ok(weights::mapped(inner, names::of_diffusers))
        }
    }
}

fn vae_weights(parts: &Parts, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
    let original = match parts {
        Parts::Folder(folder) => Some(folder.join(ORIGINAL_VAE)),
        Parts::MadeUp => None,
    };
    match original.filter(|file| file.is_file()) {
        Some(file) => {
            Ok(weights::mapped(weights::from_file(&file, dtype, device)?, names::of_original_vae))
        }
        None => parts.weights("vae", dtype, device),
    }
}

/// Bytes of the weights, and of the larger of a denoise step and the decoding of one picture.
pub(super) fn least_bytes(
    config: &FluxConfig,
    types: Types,
    images: usize,
    length: usize,
    (height, width): (usize, usize),
) -> Result<u128> {
    let counted = |load: &dyn Fn(VarBuilder<'static>) -> candle_core::Result<()>, dtype: DType| {
        let counter = Counter::default();
        load(counter.weights())?;
        Ok::<u128, PipelineError>(counter.parameters() * wide(dtype.size_in_bytes()))
    };
    let bytes = counted(&|vb| ClipEncoder::load(&config.clip, vb).map(drop), types.text[0])?
        + counted(&|vb| T5EncoderModel::load(vb, &config.t5).map(drop), types.text[1])?
        + counted(&|vb| Transformer::new(&config.transformer, vb).map(drop), types.transformer)?
        + counted(&|vb| VaeDecoder::load(&config.vae, vb).map(drop), types.vae)?;
    let area = wide(height) * wide(width);
    let tokens = area / wide(PATCH * PATCH) + wide(length);
    // Queries, keys, values and inner layer of a single block, and its scores.
    let model = &config.transformer;
    let row = 7 * wide(model.hidden_size) + tokens * wide(model.num_heads);
    let step = wide(images).saturating_mul(tokens).saturating_mul(row);
    let pixels = area * wide(config.vae.factor()).pow(2);
    let decode = (2 * pixels).saturating_mul(wide(config.vae.block_out_channels[0]));
    let step = step.saturating_mul(wide(types.transformer.size_in_bytes()));
    Ok(bytes.saturating_add(step.max(decode.saturating_mul(wide(types.vae.size_in_bytes())))))
}

fn wide(value: usize) -> u128 {
    value as u128
}
