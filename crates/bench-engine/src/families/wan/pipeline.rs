//! The stages of a generation, one method each, so that a harness can time them apart.

use std::path::Path;

use candle_core::{DType, Device, Tensor};

use super::config::WanConfig;
use super::denoise::{self, Course, DenoiseStep};
use super::frames::{self, Frames};
use super::layout::WanLayout;
use super::request::DenoiseRequest;
use super::text_encoder::{TextEncoder, pad_embedding};
use super::tokenizer::Tokenizer;
use super::transformer::WanTransformer;
use super::vae::{Tiling, VaeDecoder};
use crate::Image;
use crate::checkpoint::weights;
use crate::compute::noise;
use crate::compute::switches::{self, DecodePrecision, switches};
use crate::error::{PipelineError, Result};

/// Where and how a model runs.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Device of all parts.
    pub device: Device,
    /// Type of the transformer; the VAE always runs in f32.
    pub dtype: DType,
    /// Type of the text encoder.
    pub text_encoder_dtype: DType,
    /// Tokens of text that the transformer sees, padding included.
    pub max_sequence_length: usize,
    /// Decodes in tiles; in one pass a latent frame where there is none.
    pub tiling: Option<Tiling>,
    /// Variant of the weights, where the checkpoint has it.
    pub variant: Option<String>,
}

impl Default for LoadOptions {
    /// The CPU, f32, 512 tokens.
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            dtype: DType::F32,
            text_encoder_dtype: DType::F32,
            max_sequence_length: 512,
            tiling: None,
            variant: None,
        }
    }
}

/// A loaded model.
#[derive(Debug)]
pub struct WanPipeline {
    pub(super) config: WanConfig,
    pub(super) tokenizer: Tokenizer,
    pub(super) text_encoder: TextEncoder,
    pub(super) transformer: WanTransformer,
    pub(super) vae: VaeDecoder,
    options: LoadOptions,
}

impl WanPipeline {
    /// Loads a checkpoint folder, in either layout.
    ///
    /// # Errors
    /// When a file, field or tensor is missing or does not fit, or the device cannot run the type.
    pub fn load(folder: &Path, options: LoadOptions) -> Result<Self> {
        let layout = WanLayout::of(folder);
        let config = layout.config(folder)?;
        let tokenizer = Tokenizer::read(&layout.tokenizer(folder))?;
        let (like, variant) = (config.clone(), options.variant.clone());
        Self::from_weights(config, tokenizer, options, |part, dtype, device| {
            layout.weights(folder, part, (&like, variant.as_deref()), (dtype, device))
        })
    }

    /// Builds an architecture with made-up weights and token ids.
    ///
    /// # Errors
    /// When the device cannot run the type or hold the weights.
    pub fn dummy(config: WanConfig, seed: u64, options: LoadOptions) -> Result<Self> {
        let tokenizer = Tokenizer::words(&config.text_encoder);
        Self::from_weights(config, tokenizer, options, |_, dtype, device| {
            Ok(weights::dummy(seed, dtype, device))
        })
    }

    fn from_weights(
        config: WanConfig,
        tokenizer: Tokenizer,
        options: LoadOptions,
        weights: impl Fn(&str, DType, &Device) -> Result<candle_nn::VarBuilder<'static>>,
    ) -> Result<Self> {
        check_options(&options)?;
        let (dtype, device) = (options.dtype, &options.device);
        let text = weights("text_encoder", options.text_encoder_dtype, device)?;
        let transformer = weights("transformer", dtype, device)?;
        let vae = weights("vae", DType::F32, device)?;
        Ok(Self {
            text_encoder: TextEncoder::load(&config.text_encoder, text)?,
            transformer: WanTransformer::load(&config.transformer, transformer)?,
            vae: VaeDecoder::load(&config.vae, vae)?,
            config,
            tokenizer,
            options,
        })
    }

    /// Stage `text_encoder`: a prompt to (1, max_sequence_length, text_dim), padded with zeros.
    ///
    /// # Errors
    /// When the prompt cannot be tokenized, or a tensor operation fails.
    pub fn encode(&self, prompt: &str) -> Result<Tensor> {
        let len = self.options.max_sequence_length;
        let ids = self.tokenizer.encode(prompt, len)?;
        Ok(pad_embedding(&self.text_encoder.encode(&ids)?, len)?)
    }

    /// Noise to start from, (1, C, F, h, w) for each index of a batch, joined.
    ///
    /// # Errors
    /// When the request does not fit the model, or a tensor operation fails.
    pub fn noise(&self, request: &DenoiseRequest, seed: u64, batch: usize) -> Result<Tensor> {
        let [frames, height, width] = request.latent_size(&self.config)?;
        let shape = (1, self.config.transformer.in_channels, frames, height, width);
        Ok(noise::batch(seed, 0..batch as u64, shape, &self.options.device)?)
    }

    /// Begins stage `denoise`, whose steps [`WanPipeline::step`] takes.
    ///
    /// `text` and `negative` are (B, L, text_dim), `latents` the noise (B, C, F, h, w).
    ///
    /// # Errors
    /// When the request or a shape does not fit the model, or a tensor operation fails.
    pub fn begin(
        &self,
        request: &DenoiseRequest,
        text: &Tensor,
        negative: Option<&Tensor>,
        latents: &Tensor,
    ) -> Result<Course> {
        Course::begin(self, request, text, negative, latents)
    }

    /// Takes the next step of each course. The device may still be at work on return.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn step(&self, courses: &mut [&mut Course]) -> Result<()> {
        denoise::step(self, courses)
    }

    /// Stage `denoise` in one call; `on_step` hears of each step when the device has done it.
    ///
    /// # Errors
    /// As [`WanPipeline::begin`].
    pub fn denoise(
        &self,
        request: &DenoiseRequest,
        text: &Tensor,
        negative: Option<&Tensor>,
        latents: &Tensor,
        mut on_step: impl FnMut(&DenoiseStep),
    ) -> Result<Tensor> {
        let mut course = self.begin(request, text, negative, latents)?;
        while let Some(step) = course.next() {
            self.step(&mut [&mut course])?;
            self.synchronize()?;
            on_step(&step);
        }
        Ok(course.latents().clone())
    }

    /// Stage `vae_decode`: denoised latents to pixels on the host.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn decode(&self, latents: &Tensor) -> Result<Frames> {
        Ok(Frames::from_parts(&self.decode_parts(latents, Frames::to_host)?)?)
    }

    /// Stage `vae_decode` to pictures of 8 bits a channel, one a frame.
    ///
    /// # Errors
    /// As [`WanPipeline::decode`].
    pub fn decode_images(&self, latents: &Tensor) -> Result<Vec<Image>> {
        if self.options.device.is_cuda() && switches().frames == switches::Frames::Device {
            return Ok(frames::images_of(&self.decode_parts(latents, frames::to_bytes)?)?);
        }
        Ok(self.decode(latents)?.to_images())
    }

    /// Decoded parts, each as `convert` brings it to the host.
    fn decode_parts(
        &self,
        latents: &Tensor,
        convert: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Vec<Tensor>> {
        let _precision = DecodePrecision::begin();
        let latents = self.vae.denormalize(latents)?;
        if let Some(tiling) = &self.options.tiling {
            return Ok(vec![convert(&self.vae.decode_tiled(&latents, tiling)?)?]);
        }
        let mut parts = Vec::new();
        self.vae.decode_each(&latents, |part| {
            parts.push(convert(&part)?);
            Ok(())
        })?;
        Ok(parts)
    }

    /// Waits until the device has finished its work.
    ///
    /// # Errors
    /// When the device reports one.
    pub fn synchronize(&self) -> Result<()> {
        Ok(self.options.device.synchronize()?)
    }
}

fn check_options(options: &LoadOptions) -> Result<()> {
    let types = [options.dtype, options.text_encoder_dtype];
    let other = types.into_iter().find(|&dtype| dtype != DType::F32);
    if let Some(dtype) = other.filter(|_| options.device.is_cpu()) {
        return Err(PipelineError::BadParameter {
            parameter: "dtype",
            found: format!("{dtype:?}"),
            expected: "f32 on the CPU".to_owned(),
            remedy: "choose f32 or another device".to_owned(),
        });
    }
    if options.max_sequence_length == 0 {
        return Err(PipelineError::BadParameter {
            parameter: "max_sequence_length",
            found: "0".to_owned(),
            expected: "a positive integer".to_owned(),
            remedy: "Wan2.1 was trained with 512".to_owned(),
        });
    }
    Ok(())
}
