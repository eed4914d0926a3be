//! What the U-Net is told besides the picture: the timestep, and for XL size and text summary.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::compute::ops::{Activation, Linear};
use crate::families::stable_diffusion::config::{Added, UnetConfig};

/// Numbers that XL is told of a picture: its size, what was cropped, the size to look like.
pub const TIME_IDS: usize = 6;
const MAX_PERIOD: f64 = 10_000.0;

/// Conditions of XL: a summary of the text and the sizes.
#[derive(Debug, Clone)]
pub struct Condition {
    /// (B, P)
    pub pooled: Tensor,
    /// Height and width, top and left of the crop, target height and width.
    pub time_ids: [f64; TIME_IDS],
}

#[derive(Debug, Clone)]
pub(super) struct Embedding {
    time: TwoLayers,
    added: Option<(TwoLayers, Added)>,
    width: usize,
    flip: bool,
    shift: f64,
}

impl Embedding {
    pub(super) fn load(config: &UnetConfig, vb: VarBuilder) -> Result<Self> {
        let (width, inner) = (config.block_out_channels[0], config.time_embed_dim());
        let added = |added: Added| -> Result<_> {
            Ok((TwoLayers::load(added.input_dim, inner, vb.pp("add_embedding"))?, added))
        };
        Ok(Self {
            time: TwoLayers::load(width, inner, vb.pp("time_embedding"))?,
            added: config.added.map(added).transpose()?,
            width,
            flip: config.flip_sin_to_cos,
            shift: config.freq_shift,
        })
    }

    /// Activated embedding of one timestep for all samples or one each, (1, T) or (B, T), and, for XL, of
    /// what is added, (B, T).
    pub(super) fn forward(
        &self,
        timesteps: &[f64],
        like: &Tensor,
        condition: Option<&Condition>,
    ) -> Result<Tensor> {
        let time = self.time.forward(&self.waves(timesteps, self.width, like)?)?;
        let time = match (&self.added, condition) {
            (None, _) => time,
            (Some((layers, added)), Some(condition)) => {
                let waves = self.waves(&condition.time_ids, added.time_dim, like)?;
                let batch = condition.pooled.dim(0)?;
                let waves = waves.flatten_all()?.unsqueeze(0)?;
                let waves = waves.broadcast_as((batch, waves.dim(1)?))?;
                let pooled = condition.pooled.to_dtype(like.dtype())?;
                let added = layers.forward(&Tensor::cat(&[&pooled, &waves.contiguous()?], 1)?)?;
                added.broadcast_add(&time)?
            }
            (Some(_), None) => candle_core::bail!("this U-Net takes sizes and a text summary too"),
        };
        Activation::Silu.apply(&time)
    }

    /// Sines and cosines of values: (n, width).
    fn waves(&self, values: &[f64], width: usize, like: &Tensor) -> Result<Tensor> {
        let half = width / 2;
        let mut waves = Vec::with_capacity(values.len() * width);
        for value in values {
            let angle = |i: usize| {
                let exponent = -MAX_PERIOD.ln() * i as f64 / (half as f64 - self.shift);
                value * exponent.exp()
            };
            let sines = (0..half).map(|i| angle(i).sin() as f32);
            let cosines = (0..half).map(|i| angle(i).cos() as f32);
            if self.flip {
                waves.extend(cosines.chain(sines));
            } else {
                waves.extend(sines.chain(cosines));
            }
        }
        Tensor::from_vec(waves, (values.len(), width), like.device())?.to_dtype(like.dtype())
    }
}

/// Linear, SiLU, linear.
#[derive(Debug, Clone)]
struct TwoLayers(Linear, Linear);

impl TwoLayers {
    fn load(input: usize, inner: usize, vb: VarBuilder) -> Result<Self> {
        let first = Linear::load(input, inner, vb.pp("linear_1"))?;
        Ok(Self(first, Linear::load(inner, inner, vb.pp("linear_2"))?))
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.1.forward(&self.0.forward_with(x, Activation::Silu)?)
    }
}
