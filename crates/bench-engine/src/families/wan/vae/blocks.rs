//! Blocks of the decoder, over (B, C, T, H, W).

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::cache::{CachedConv, FrameCache, Slots};
use super::{CUBE, POINT};
use crate::compute::ops::conv::Kernel;
use crate::compute::ops::norm::channel_norm;
use crate::compute::ops::{Activation, Attention, CausalConv3d, Upsample, attention};
use crate::families::wan::config::VaeConfig;

/// Two convolutions over space and time, each after norm and SiLU, around a shortcut.
#[derive(Debug, Clone)]
struct ResidualBlock {
    norm1: Tensor,
    conv1: CachedConv,
    norm2: Tensor,
    conv2: CachedConv,
    shortcut: Option<CausalConv3d>,
}

impl ResidualBlock {
    fn load(input: usize, output: usize, slots: &mut Slots, vb: VarBuilder) -> Result<Self> {
        let shortcut = (input != output)
            .then(|| CausalConv3d::load(input, output, POINT, vb.pp("conv_shortcut")));
        Ok(Self {
            norm1: vb.get((input, 1, 1, 1), "norm1.gamma")?,
            conv1: CachedConv::load(input, output, CUBE, slots, vb.pp("conv1"))?,
            norm2: vb.get((output, 1, 1, 1), "norm2.gamma")?,
            conv2: CachedConv::load(output, output, CUBE, slots, vb.pp("conv2"))?,
            shortcut: shortcut.transpose()?,
        })
    }

    fn forward(&self, x: &Tensor, cache: &mut FrameCache) -> Result<Tensor> {
        let h = channel_norm(x, &self.norm1, Activation::Silu)?;
        let h = self.conv1.forward(&h, cache)?;
        let h = channel_norm(&h, &self.norm2, Activation::Silu)?;
        let h = self.conv2.forward(&h, cache)?;
        match &self.shortcut {
            Some(shortcut) => h + shortcut.forward(x, None)?,
            None => h + x,
        }
    }
}

/// Attention of one head within each frame.
#[derive(Debug, Clone)]
struct FrameAttention {
    norm: Tensor,
    qkv: CausalConv3d,
    projection: CausalConv3d,
}

impl FrameAttention {
    fn load(channels: usize, vb: VarBuilder) -> Result<Self> {
        let point =
            |output, name| CausalConv3d::load_2d(channels, output, 1, Upsample::None, vb.pp(name));
        Ok(Self {
            norm: vb.get((channels, 1, 1), "norm.gamma")?,
            qkv: point(3 * channels, "to_qkv")?,
            projection: point(channels, "proj")?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, channels, frames, height, width) = x.dims5()?;
        let normed = channel_norm(x, &self.norm, Activation::Identity)?;
        let qkv = self.qkv.forward(&normed, None)?;
        let tokens = |index: usize| {
            qkv.narrow(1, index * channels, channels)?.permute((0, 2, 3, 4, 1))?.reshape((
                batch * frames,
                height * width,
                channels,
            ))
        };
        let how = Attention { heads: 1, scale: (channels as f64).powf(-0.5), bias: None };
        let attended = attention(&tokens(0)?, &tokens(1)?, &tokens(2)?, how)?
            .reshape((batch, frames, height, width, channels))?
            .permute((0, 4, 1, 2, 3))?
            .contiguous()?;
        x + self.projection.forward(&attended, None)?
    }
}

/// The blocks at the lowest resolution.
#[derive(Debug, Clone)]
pub(super) struct MidBlock {
    first: ResidualBlock,
    attention: FrameAttention,
    second: ResidualBlock,
}

impl MidBlock {
    pub(super) fn load(channels: usize, slots: &mut Slots, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            first: ResidualBlock::load(channels, channels, slots, vb.pp("resnets.0"))?,
            attention: FrameAttention::load(channels, vb.pp("attentions.0"))?,
            second: ResidualBlock::load(channels, channels, slots, vb.pp("resnets.1"))?,
        })
    }

    pub(super) fn forward(&self, x: &Tensor, cache: &mut FrameCache) -> Result<Tensor> {
        let x = self.first.forward(x, cache)?;
        let x = self.attention.forward(&x)?;
        self.second.forward(&x, cache)
    }
}

/// Residual blocks of one resolution, and the way to the next.
#[derive(Debug, Clone)]
pub(super) struct UpBlock {
    residuals: Vec<ResidualBlock>,
    upsampler: Option<Upsampler>,
}

impl UpBlock {
    pub(super) fn forward(&self, x: &Tensor, cache: &mut FrameCache) -> Result<Tensor> {
        let mut x = x.clone();
        for residual in &self.residuals {
            x = residual.forward(&x, cache)?;
        }
        match &self.upsampler {
            Some(upsampler) => upsampler.forward(&x, cache),
            None => Ok(x),
        }
    }
}

/// Levels from the lowest resolution up. Each upsampler halves the channels, so that a level
/// after the first takes half of what the one before had.
pub(super) fn load_levels(
    config: &VaeConfig,
    slots: &mut Slots,
    vb: VarBuilder,
) -> Result<Vec<UpBlock>> {
    let channels = config.dim_mult.iter().rev();
    let channels: Vec<usize> = channels.map(|m| m * config.decoder_base_dim).collect();
    let mut levels = Vec::new();
    for (level, &output) in channels.iter().enumerate() {
        let vb = vb.pp(level);
        let mut input = if level == 0 { output } else { channels[level - 1] / 2 };
        let mut residuals = Vec::new();
        for index in 0..=config.num_res_blocks {
            let vb = vb.pp("resnets").pp(index);
            residuals.push(ResidualBlock::load(input, output, slots, vb)?);
            input = output;
        }
        let doubles_time = config.temporal_downsample.iter().rev().nth(level);
        let upsampler = doubles_time
            .map(|&time| Upsampler::load(output, time, slots, vb.pp("upsamplers.0")))
            .transpose()?;
        levels.push(UpBlock { residuals, upsampler });
    }
    Ok(levels)
}

/// Doubles rows and columns and halves the channels; doubles frames too where it has `time`.
#[derive(Debug, Clone)]
struct Upsampler {
    time: Option<CachedConv>,
    space: CausalConv3d,
}

impl Upsampler {
    fn load(
        channels: usize,
        doubles_time: bool,
        slots: &mut Slots,
        vb: VarBuilder,
    ) -> Result<Self> {
        let kernel = Kernel { time: 3, side: 1 };
        let time = doubles_time
            .then(|| CachedConv::load(channels, 2 * channels, kernel, slots, vb.pp("time_conv")));
        let vb = vb.pp("resample.1");
        Ok(Self {
            time: time.transpose()?,
            space: CausalConv3d::load_2d(channels, channels / 2, 3, Upsample::Double, vb)?,
        })
    }

    /// The first latent frame stays one frame, and is no history for those after it.
    fn forward(&self, x: &Tensor, cache: &mut FrameCache) -> Result<Tensor> {
        match &self.time {
            Some(time) if !cache.is_first() => {
                let pairs = time.forward(x, cache)?;
                self.space.forward(&interleave(&pairs)?, None)
            }
            _ => self.space.forward(x, None),
        }
    }
}

/// (B, 2·C, T, H, W) to (B, C, 2·T, H, W): the halves of the channels are frames in turn.
fn interleave(pairs: &Tensor) -> Result<Tensor> {
    let (batch, channels, frames, height, width) = pairs.dims5()?;
    pairs
        .reshape((batch, 2, channels / 2, frames, height * width))?
        .permute((0, 2, 3, 1, 4))?
        .reshape((batch, channels / 2, 2 * frames, height, width))
}
