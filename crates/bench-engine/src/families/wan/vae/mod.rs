//! Decoder of the causal video VAE: latents come in, frames go out, one latent frame at a time.
//!
//! Memory is that of the frames of one latent frame, whatever the length of the video: each
//! convolution over time keeps the few frames it looks back on.

mod blocks;
mod cache;
mod tiling;

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use self::blocks::{MidBlock, UpBlock};
pub use self::tiling::Tiling;

use self::cache::{CachedConv, FrameCache, Slots};
use super::config::VaeConfig;
use crate::compute::ops::conv::Kernel;
use crate::compute::ops::norm::channel_norm;
use crate::compute::ops::{Activation, CausalConv3d};

/// Kernel of most convolutions, and of those that mix channels alone.
const CUBE: Kernel = Kernel { time: 3, side: 3 };
const POINT: Kernel = Kernel { time: 1, side: 1 };

/// The decoder.
#[derive(Debug, Clone)]
pub struct VaeDecoder {
    post_quant: CausalConv3d,
    input: CachedConv,
    middle: MidBlock,
    levels: Vec<UpBlock>,
    output_norm: Tensor,
    output: CachedConv,
    slots: usize,
    /// Pixels per latent row and column.
    factor: usize,
    /// Mean and standard deviation of the latents, (1, z, 1, 1, 1).
    statistics: (Tensor, Tensor),
}

impl VaeDecoder {
    /// Loads the decoder.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &VaeConfig, vb: VarBuilder) -> Result<Self> {
        let decoder = vb.pp("decoder");
        let mut slots = Slots::default();
        let top = config.decoder_base_dim * config.dim_mult[config.dim_mult.len() - 1];
        let bottom = config.decoder_base_dim * config.dim_mult[0];
        let z = config.z_dim;
        let statistic = |values: &[f64]| {
            let tensor = Tensor::new(values, vb.device())?.to_dtype(vb.dtype())?;
            tensor.reshape((1, z, 1, 1, 1))
        };
        let output = config.out_channels;
        Ok(Self {
            post_quant: CausalConv3d::load(z, z, POINT, vb.pp("post_quant_conv"))?,
            input: CachedConv::load(z, top, CUBE, &mut slots, decoder.pp("conv_in"))?,
            middle: MidBlock::load(top, &mut slots, decoder.pp("mid_block"))?,
            levels: blocks::load_levels(config, &mut slots, decoder.pp("up_blocks"))?,
            output_norm: decoder.get((bottom, 1, 1, 1), "norm_out.gamma")?,
            output: CachedConv::load(bottom, output, CUBE, &mut slots, decoder.pp("conv_out"))?,
            slots: slots.count(),
            factor: config.spatial_factor(),
            statistics: (statistic(&config.latents_mean)?, statistic(&config.latents_std)?),
        })
    }

    /// Latents of the diffusion model to those of the decoder: z·std + mean.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn denormalize(&self, latents: &Tensor) -> Result<Tensor> {
        let (mean, std) = &self.statistics;
        let latents = latents.to_dtype(std.dtype())?;
        latents.broadcast_mul(std)?.broadcast_add(mean)
    }

    /// Decodes (B, z, F, h, w) and hands on (B, 3, f, H, W) in −1 to 1 for each latent frame:
    /// one frame for the first, the temporal factor for the others.
    ///
    /// # Errors
    /// When shapes do not fit, a tensor operation fails, or `on_frames` does.
    pub fn decode_each(
        &self,
        latents: &Tensor,
        mut on_frames: impl FnMut(Tensor) -> Result<()>,
    ) -> Result<()> {
        self.decode_unclamped(latents, |frames| on_frames(clamped(&frames)?))
    }

    /// As [`VaeDecoder::decode`], in tiles where the video is larger than one: memory is that of
    /// the pixels and of one tile.
    ///
    /// # Errors
    /// As [`VaeDecoder::decode`].
    pub fn decode_tiled(&self, latents: &Tensor, tiling: &Tiling) -> Result<Tensor> {
        let (_, _, _, height, width) = latents.dims5()?;
        if !tiling.splits([height, width], self.factor) {
            return self.decode(latents);
        }
        clamped(&tiling.decode(latents, self.factor, |tile| {
            let mut parts = Vec::new();
            self.decode_unclamped(tile, |frames| {
                parts.push(frames);
                Ok(())
            })?;
            Tensor::cat(&parts, 2)
        })?)
    }

    fn decode_unclamped(
        &self,
        latents: &Tensor,
        mut on_frames: impl FnMut(Tensor) -> Result<()>,
    ) -> Result<()> {
        let mut cache = FrameCache::new(self.slots);
        let x = self.post_quant.forward(latents, None)?;
        for frame in 0..x.dim(2)? {
            on_frames(self.decode_frame(&x.narrow(2, frame, 1)?, &mut cache)?)?;
            cache.advance();
        }
        Ok(())
    }

    /// As [`VaeDecoder::decode_each`], all frames in one tensor.
    ///
    /// # Errors
    /// When shapes do not fit, or a tensor operation fails.
    pub fn decode(&self, latents: &Tensor) -> Result<Tensor> {
        let mut parts = Vec::new();
        self.decode_each(latents, |frames| {
            parts.push(frames);
            Ok(())
        })?;
        Tensor::cat(&parts, 2)
    }

    fn decode_frame(&self, latent: &Tensor, cache: &mut FrameCache) -> Result<Tensor> {
        let mut x = self.input.forward(latent, cache)?;
        x = self.middle.forward(&x, cache)?;
        for level in &self.levels {
            x = level.forward(&x, cache)?;
        }
        let x = channel_norm(&x, &self.output_norm, Activation::Silu)?;
        self.output.forward(&x, cache)
    }
}

fn clamped(pixels: &Tensor) -> Result<Tensor> {
    pixels.clamp(-1f32, 1f32)
}
