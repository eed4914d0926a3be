//! What enters and leaves the blocks: patches, timesteps and text.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;

use crate::compute::ops::{Activation, Linear};
use crate::families::wan::config::TransformerConfig;

/// Largest period of the timestep's sinusoid.
const MAX_PERIOD: f32 = 10_000.0;

/// Weights that stay in f32 whatever the model runs in.
pub(super) fn in_f32<'a>(vb: &VarBuilder<'a>) -> VarBuilder<'a> {
    vb.to_dtype(DType::F32)
}

/// A convolution whose stride is its kernel: a linear layer on the values of a patch.
#[derive(Debug, Clone)]
pub(super) struct PatchEmbedding {
    projection: Linear,
    patch: [usize; 3],
}

impl PatchEmbedding {
    pub(super) fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let (width, [pt, ph, pw]) = (config.inner_dim(), config.patch_size);
        let weight = vb.get((width, config.in_channels, pt, ph, pw), "weight")?;
        let weight = weight.flatten_from(1)?.contiguous()?;
        Ok(Self {
            projection: Linear::new(weight, Some(vb.get(width, "bias")?)),
            patch: config.patch_size,
        })
    }

    /// Tokens in each direction.
    pub(super) fn grid(&self, latent: [usize; 3]) -> Result<[usize; 3]> {
        let patch = self.patch;
        if latent.iter().zip(patch).any(|(&size, patch)| size == 0 || size % patch != 0) {
            candle_core::bail!("latents of {latent:?} are no whole number of patches of {patch:?}")
        }
        Ok([0, 1, 2].map(|axis| latent[axis] / patch[axis]))
    }

    /// (B, C, F, H, W) to (B, tokens, D), ordered by frame, row and column.
    pub(super) fn forward(&self, latents: &Tensor) -> Result<Tensor> {
        let (batch, channels, frames, height, width) = latents.dims5()?;
        let [f, h, w] = self.grid([frames, height, width])?;
        let [pt, ph, pw] = self.patch;
        let patches = latents
            .reshape(vec![batch, channels, f, pt, h, ph, w, pw])?
            .permute(vec![0, 2, 4, 6, 1, 3, 5, 7])?
            .reshape((batch, f * h * w, channels * pt * ph * pw))?;
        self.projection.forward(&patches)
    }
}

/// (B, tokens, pt·ph·pw·C) to (B, C, F, H, W).
pub(super) fn unpatchify(
    x: &Tensor,
    grid: [usize; 3],
    config: &TransformerConfig,
) -> Result<Tensor> {
    let (batch, channels) = (x.dim(0)?, config.out_channels);
    let ([f, h, w], [pt, ph, pw]) = (grid, config.patch_size);
    x.reshape(vec![batch, f, h, w, pt, ph, pw, channels])?
        .permute(vec![0, 7, 1, 4, 2, 5, 3, 6])?
        .reshape((batch, channels, f * pt, h * ph, w * pw))
}

/// Timestep to embedding and modulation, in f32.
#[derive(Debug, Clone)]
pub(super) struct TimeEmbedding {
    linear_1: Linear,
    linear_2: Linear,
    projection: Linear,
    width: usize,
    frequencies: usize,
    device: Device,
}

/// One row a timestep.
pub(super) struct TimeCondition {
    /// (B, D)
    pub embedding: Tensor,
    /// (B, 6, D)
    pub modulation: Tensor,
}

impl TimeEmbedding {
    pub(super) fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let (width, vb) = (config.inner_dim(), in_f32(&vb));
        let embedder = vb.pp("time_embedder");
        Ok(Self {
            linear_1: Linear::load(config.freq_dim, width, embedder.pp("linear_1"))?,
            linear_2: Linear::load(width, width, embedder.pp("linear_2"))?,
            projection: Linear::load(width, 6 * width, vb.pp("time_proj"))?,
            width,
            frequencies: config.freq_dim / 2,
            device: vb.device().clone(),
        })
    }

    pub(super) fn forward(&self, timesteps: &[f64]) -> Result<TimeCondition> {
        let sinusoid = self.sinusoid(timesteps)?;
        let hidden = self.linear_1.forward_with(&sinusoid, Activation::Silu)?;
        let embedding = self.linear_2.forward(&hidden)?;
        let modulation = self.projection.forward(&Activation::Silu.apply(&embedding)?)?;
        Ok(TimeCondition {
            modulation: modulation.reshape((timesteps.len(), 6, self.width))?,
            embedding,
        })
    }

    /// cos(t·f) then sin(t·f) with f = 10000^(−i/half), in single precision.
    fn sinusoid(&self, timesteps: &[f64]) -> Result<Tensor> {
        let half = self.frequencies;
        let mut rows = Vec::with_capacity(timesteps.len() * 2 * half);
        for &timestep in timesteps {
            let angles = (0..half).map(|i| {
                let frequency = (-MAX_PERIOD.ln() * i as f32 / half as f32).exp();
                timestep as f32 * frequency
            });
            rows.extend(angles.clone().map(f32::cos));
            rows.extend(angles.map(f32::sin));
        }
        Tensor::from_vec(rows, (timesteps.len(), 2 * half), &self.device)
    }
}

/// Text embeddings to the width of the blocks.
#[derive(Debug, Clone)]
pub(super) struct TextEmbedding {
    linear_1: Linear,
    linear_2: Linear,
}

impl TextEmbedding {
    pub(super) fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let width = config.inner_dim();
        Ok(Self {
            linear_1: Linear::load(config.text_dim, width, vb.pp("linear_1"))?,
            linear_2: Linear::load(width, width, vb.pp("linear_2"))?,
        })
    }

    pub(super) fn forward(&self, embeddings: &Tensor) -> Result<Tensor> {
        let hidden = self.linear_1.forward_with(embeddings, Activation::GeluTanh)?;
        self.linear_2.forward(&hidden)
    }
}
