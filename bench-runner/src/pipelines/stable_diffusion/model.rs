//! A loaded model: its stages, and what it takes of memory.

use candle_core::{DType, Device, Tensor};

use super::config::SdConfig;
use super::text::TextEncoders;
use super::unet::Unet;
use crate::pipelines::Image;
use crate::pipelines::error::Result;
use crate::pipelines::images::clip::ClipEncoder;
use crate::pipelines::images::memory::Counter;
use crate::pipelines::images::parts::Parts;
use crate::pipelines::images::pixels;
use crate::pipelines::images::vae::VaeDecoder;

/// Types of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types {
    pub text: [DType; 2],
    pub unet: DType,
    pub vae: DType,
}

/// A loaded model.
#[derive(Debug, Clone)]
pub(super) struct SdModel {
    pub config: SdConfig,
    pub text: TextEncoders,
    pub unet: Unet,
    pub vae: VaeDecoder,
    pub types: Types,
    pub device: Device,
}

impl SdModel {
    /// Loads all parts.
    ///
    /// # Errors
    /// When a file or tensor is missing or does not fit.
    pub(super) fn load(
        config: SdConfig,
        parts: &Parts,
        types: Types,
        device: &Device,
    ) -> Result<Self> {
        Ok(Self {
            text: TextEncoders::load(&config, parts, types.text, device)?,
            unet: Unet::load(&config.unet, parts.weights("unet", types.unet, device)?)?,
            vae: VaeDecoder::load(&config.vae, parts.weights("vae", types.vae, device)?)?,
            config,
            types,
            device: device.clone(),
        })
    }

    /// Stage `vae_decode`: latents to pictures on the host, one after another.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub(super) fn decode(&self, latents: &Tensor) -> Result<Vec<Image>> {
        let mut images = Vec::new();
        for index in 0..latents.dim(0)? {
            let latent = latents.narrow(0, index, 1)?.to_dtype(self.types.vae)?;
            images.extend(pixels::to_images(&self.vae.decode(&latent)?)?);
        }
        Ok(images)
    }
}

/// Bytes of the weights, and of the larger of a denoise step and the decoding of one picture.
///
/// # Errors
/// When the parts of the configuration do not fit each other.
pub(super) fn least_bytes(
    config: &SdConfig,
    types: Types,
    samples: usize,
    (height, width): (usize, usize),
) -> Result<u128> {
    let clips = std::iter::once(&config.text_encoder).chain(&config.text_encoder_2);
    let mut bytes = 0u128;
    for (clip, dtype) in clips.zip(types.text) {
        let counter = Counter::default();
        ClipEncoder::load(clip, counter.weights())?;
        bytes += counter.parameters() * wide(dtype.size_in_bytes());
    }
    let counter = Counter::default();
    Unet::load(&config.unet, counter.weights())?;
    bytes += counter.parameters() * wide(types.unet.size_in_bytes());
    let counter = Counter::default();
    VaeDecoder::load(&config.vae, counter.weights())?;
    bytes += counter.parameters() * wide(types.vae.size_in_bytes());
    let area = wide(height) * wide(width);
    // What a residual block reads and writes at the full resolution.
    let step = 3 * wide(samples) * area * wide(config.unet.block_out_channels[0]);
    let pixels = area * wide(config.vae.factor()).pow(2);
    let decode = 2 * pixels * wide(config.vae.block_out_channels[0]);
    let activations = (step.saturating_mul(wide(types.unet.size_in_bytes())))
        .max(decode.saturating_mul(wide(types.vae.size_in_bytes())));
    Ok(bytes.saturating_add(activations))
}

fn wide(value: usize) -> u128 {
    value as u128
}
