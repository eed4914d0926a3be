//! Decoder of the image VAE (`AutoencoderKL` of diffusers): latents come in, pixels go out.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::resnet::{Resnet, ResnetShape};
use super::vae_config::{Statistics, VaeConfig};
use crate::compute::ops::{Activation, Attention, Conv2d, GroupNorm, Linear, Upsample, attention};

const EPS: f64 = 1e-6;

/// The decoder.
#[derive(Debug, Clone)]
pub struct VaeDecoder {
    post_quant: Option<Conv2d>,
    conv_in: Conv2d,
    middle: (Resnet, SelfAttention, Resnet),
    levels: Vec<Level>,
    norm_out: GroupNorm,
    conv_out: Conv2d,
    scaling_factor: f64,
    shift_factor: f64,
    statistics: Option<Statistics>,
}

#[derive(Debug, Clone)]
struct Level {
    resnets: Vec<Resnet>,
    upsample: Option<Conv2d>,
}

impl VaeDecoder {
    /// Loads the decoder.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &VaeConfig, vb: VarBuilder) -> Result<Self> {
        let (latent, groups) = (config.latent_channels, config.norm_num_groups);
        let conv = |input, output, vb| Conv2d::load(input, output, 3, Upsample::None, vb);
        let post_quant = config
            .use_post_quant_conv
            .then(|| Conv2d::load(latent, latent, 1, Upsample::None, vb.pp("post_quant_conv")));
        let post_quant = post_quant.transpose()?;
        let vb = vb.pp("decoder");
        let widths: Vec<usize> = config.block_out_channels.iter().rev().copied().collect();
        let (top, bottom) = (widths[0], widths[widths.len() - 1]);
        let resnet = |input, output, vb| {
            Resnet::load(ResnetShape { input, output, groups, eps: EPS, time: None }, vb)
        };
        let mid = vb.pp("mid_block");
        let middle = (
            resnet(top, top, mid.pp("resnets.0"))?,
            SelfAttention::load(top, groups, mid.pp("attentions.0"))?,
            resnet(top, top, mid.pp("resnets.1"))?,
        );
        let mut levels = Vec::new();
        for (index, &width) in widths.iter().enumerate() {
            let vb = vb.pp("up_blocks").pp(index);
            let first = widths[index.saturating_sub(1)];
            let resnets = (0..=config.layers_per_block).map(|block| {
                let input = if block == 0 { first } else { width };
                resnet(input, width, vb.pp("resnets").pp(block))
            });
            let resnets = resnets.collect::<Result<_>>()?;
            let upsample = (index + 1 < widths.len()).then(|| {
                Conv2d::load(width, width, 3, Upsample::Double, vb.pp("upsamplers.0.conv"))
            });
            levels.push(Level { resnets, upsample: upsample.transpose()? });
        }
        Ok(Self {
            post_quant,
            conv_in: conv(latent, top, vb.pp("conv_in"))?,
            middle,
            levels,
            norm_out: GroupNorm::load(groups, bottom, EPS, vb.pp("conv_norm_out"))?,
            conv_out: conv(bottom, 3, vb.pp("conv_out"))?,
            scaling_factor: config.scaling_factor,
            shift_factor: config.shift_factor,
            statistics: config.statistics.clone(),
        })
    }

    /// Denoised latents (B, C, h, w) to pixels (B, 3, H, W) around −1 to 1.
    ///
    /// # Errors
    /// When shapes do not fit or a tensor operation fails.
    pub fn decode(&self, latents: &Tensor) -> Result<Tensor> {
        let mut x = self.denormalize(latents)?;
        if let Some(conv) = &self.post_quant {
            x = conv.forward(&x)?;
        }
        x = self.middle.0.forward(&self.conv_in.forward(&x)?, None)?;
        x = self.middle.2.forward(&self.middle.1.forward(&x)?, None)?;
        for level in &self.levels {
            for resnet in &level.resnets {
                x = resnet.forward(&x, None)?;
            }
            if let Some(conv) = &level.upsample {
                x = conv.forward(&x)?;
            }
        }
        self.conv_out.forward(&self.norm_out.forward(&x, Activation::Silu)?)
    }

    /// Latents as the encoder made them.
    fn denormalize(&self, latents: &Tensor) -> Result<Tensor> {
        let Some(Statistics { mean, deviation }) = &self.statistics else {
            return latents.affine(1.0 / self.scaling_factor, self.shift_factor);
        };
        let channels = |values: Vec<f64>| {
            let count = values.len();
            let values = Tensor::from_vec(values, (1, count, 1, 1), latents.device())?;
            values.to_dtype(latents.dtype())
        };
        let factors = deviation.iter().map(|deviation| deviation / self.scaling_factor).collect();
        latents.broadcast_mul(&channels(factors)?)?.broadcast_add(&channels(mean.clone())?)
    }
}

/// Layers of the attention, and their names in older checkpoints.
const OLDER_NAMES: [(&str, &str); 4] =
    [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")];

/// What records say of a VAE whose attention has its older names, under which diffusers finds it too.
#[must_use]
pub fn older_names(vb: &VarBuilder) -> Option<String> {
    let attention = vb.pp("decoder.mid_block.attentions.0");
    let has = |name: &str| attention.contains_tensor(&format!("{name}.weight"));
    let (new, old) = OLDER_NAMES[0];
    (has(old) && !has(new)).then(|| {
        let renames = OLDER_NAMES.map(|(new, old)| format!("{old} → {new}"));
        format!("vae weights {}, as diffusers renames them when it loads", renames.join(", "))
    })
}

/// Attention of all pixels to each other, with one head.
#[derive(Debug, Clone)]
struct SelfAttention {
    norm: GroupNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl SelfAttention {
    fn load(width: usize, groups: usize, vb: VarBuilder) -> Result<Self> {
        let linear = |(name, older): (&str, &str)| {
            let is_older = !vb.contains_tensor(&format!("{name}.weight"));
            let name = if is_older && vb.contains_tensor(&format!("{older}.weight")) {
                older
            } else {
                name
            };
            Linear::load(width, width, vb.pp(name))
        };
        let [q, k, v, out] = OLDER_NAMES;
        Ok(Self {
            norm: GroupNorm::load(groups, width, EPS, vb.pp("group_norm"))?,
            q: linear(q)?,
            k: linear(k)?,
            v: linear(v)?,
            out: linear(out)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, width, _, _) = x.dims4()?;
        let tokens = self.norm.forward(x, Activation::Identity)?;
        let tokens = tokens.flatten_from(2)?.transpose(1, 2)?.contiguous()?;
        let how = Attention { heads: 1, scale: (width as f64).powf(-0.5), bias: None };
        let (q, k) = (self.q.forward(&tokens)?, self.k.forward(&tokens)?);
        let seen = attention(&q, &k, &self.v.forward(&tokens)?, how)?;
        x + self.out.forward(&seen)?.transpose(1, 2)?.reshape(x.shape())?
    }
}
