//! U-Net of Stable Diffusion (`UNet2DConditionModel` of diffusers): noisy latents, a timestep and
//! text come in, the predicted noise goes out.

mod attention;
mod embed;

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

pub use embed::{Condition, TIME_IDS};

use self::attention::{SpatialTransformer, TransformerShape};
use self::embed::Embedding;
use super::config::UnetConfig;
use crate::compute::ops::{Activation, Conv2d, GroupNorm, Upsample};
use crate::families::images::resnet::{Resnet, ResnetShape};

/// The model.
#[derive(Debug, Clone)]
pub struct Unet {
    embedding: Embedding,
    conv_in: Conv2d,
    down: Vec<Level>,
    middle: (Resnet, SpatialTransformer, Resnet),
    up: Vec<Level>,
    norm_out: GroupNorm,
    conv_out: Conv2d,
}

/// Blocks of one resolution, and the change to the next.
#[derive(Debug, Clone)]
struct Level {
    blocks: Vec<(Resnet, Option<SpatialTransformer>)>,
    resize: Option<Conv2d>,
}

impl Unet {
    /// Loads the model.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &UnetConfig, vb: VarBuilder) -> Result<Self> {
        let widths = &config.block_out_channels;
        let (bottom, top) = (widths[0], widths[widths.len() - 1]);
        let last = widths.len() - 1;
        let conv = |input, output, vb| Conv2d::load(input, output, 3, Upsample::None, vb);
        // Channels of what the way down leaves for the way up.
        let mut skips = vec![bottom];
        let mut down = Vec::new();
        for (index, &width) in widths.iter().enumerate() {
            let vb = vb.pp("down_blocks").pp(index);
            let mut level = Vec::new();
            for block in 0..config.layers_per_block {
                let input = if block == 0 { widths[index.saturating_sub(1)] } else { width };
                level.push(load_block(config, index, block, input, &vb)?);
                skips.push(width);
            }
            let resize = (index < last)
                .then(|| Conv2d::load_half(width, vb.pp("downsamplers.0.conv")))
                .transpose()?;
            if resize.is_some() {
                skips.push(width);
            }
            down.push(Level { blocks: level, resize });
        }
        let mid = vb.pp("mid_block");
        let middle = (
            Resnet::load(resnet_shape(config, top, top), mid.pp("resnets.0"))?,
            SpatialTransformer::load(transformer_shape(config, last), mid.pp("attentions.0"))?,
            Resnet::load(resnet_shape(config, top, top), mid.pp("resnets.1"))?,
        );
        let mut up = Vec::new();
        let mut input = top;
        for (position, index) in (0..=last).rev().enumerate() {
            let (vb, width) = (vb.pp("up_blocks").pp(position), widths[index]);
            let mut level = Vec::new();
            for block in 0..=config.layers_per_block {
                let skip = skips.pop().unwrap_or(bottom);
                level.push(load_block(config, index, block, input + skip, &vb)?);
                input = width;
            }
            let resize = (index > 0).then(|| {
                Conv2d::load(width, width, 3, Upsample::Double, vb.pp("upsamplers.0.conv"))
            });
            up.push(Level { blocks: level, resize: resize.transpose()? });
        }
        let (groups, eps) = (config.norm_num_groups, config.norm_eps);
        Ok(Self {
            embedding: Embedding::load(config, vb.clone())?,
            conv_in: conv(config.in_channels, bottom, vb.pp("conv_in"))?,
            down,
            middle,
            up,
            norm_out: GroupNorm::load(groups, bottom, eps, vb.pp("conv_norm_out"))?,
            conv_out: conv(bottom, config.out_channels, vb.pp("conv_out"))?,
        })
    }

    /// Latents (B, C, h, w), one timestep for all samples or one each, and text (B, L, T) to the prediction
    /// (B, C, h, w).
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn forward(
        &self,
        latents: &Tensor,
        timesteps: &[f64],
        text: &Tensor,
        condition: Option<&Condition>,
    ) -> Result<Tensor> {
        let time = self.embedding.forward(timesteps, latents, condition)?;
        let mut x = self.conv_in.forward(latents)?;
        let mut skips = vec![x.clone()];
        for level in &self.down {
            for (resnet, transformer) in &level.blocks {
                x = run(resnet, transformer.as_ref(), &x, &time, text)?;
                skips.push(x.clone());
            }
            if let Some(conv) = &level.resize {
                x = conv.forward(&x)?;
                skips.push(x.clone());
            }
        }
        x = run(&self.middle.0, Some(&self.middle.1), &x, &time, text)?;
        x = self.middle.2.forward(&x, Some(&time))?;
        for level in &self.up {
            for (resnet, transformer) in &level.blocks {
                let Some(skip) = skips.pop() else { candle_core::bail!("the way up is longer") };
                let joined = Tensor::cat(&[&x, &skip], 1)?;
                x = run(resnet, transformer.as_ref(), &joined, &time, text)?;
            }
            if let Some(conv) = &level.resize {
                x = conv.forward(&x)?;
            }
        }
        self.conv_out.forward(&self.norm_out.forward(&x, Activation::Silu)?)
    }
}

fn run(
    resnet: &Resnet,
    transformer: Option<&SpatialTransformer>,
    x: &Tensor,
    time: &Tensor,
    text: &Tensor,
) -> Result<Tensor> {
    let x = resnet.forward(x, Some(time))?;
    match transformer {
        Some(transformer) => transformer.forward(&x, text),
        None => Ok(x),
    }
}

fn load_block(
    config: &UnetConfig,
    level: usize,
    block: usize,
    input: usize,
    vb: &VarBuilder,
) -> Result<(Resnet, Option<SpatialTransformer>)> {
    let shape = resnet_shape(config, input, config.block_out_channels[level]);
    let resnet = Resnet::load(shape, vb.pp("resnets").pp(block))?;
    let transformer = config.attends[level].then(|| {
        SpatialTransformer::load(transformer_shape(config, level), vb.pp("attentions").pp(block))
    });
    Ok((resnet, transformer.transpose()?))
}

fn resnet_shape(config: &UnetConfig, input: usize, output: usize) -> ResnetShape {
    let (groups, eps) = (config.norm_num_groups, config.norm_eps);
    ResnetShape { input, output, groups, eps, time: Some(config.time_embed_dim()) }
}

fn transformer_shape(config: &UnetConfig, level: usize) -> TransformerShape {
    TransformerShape {
        width: config.block_out_channels[level],
        heads: config.heads[level],
        layers: config.transformer_layers[level],
        text_width: config.cross_attention_dim,
        groups: config.norm_num_groups,
        is_linear: config.use_linear_projection,
    }
}
