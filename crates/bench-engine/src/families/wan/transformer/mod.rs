//! Diffusion transformer: noisy latents, a timestep and text come in, a velocity goes out.

mod block;
mod embed;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;

use self::block::Block;
pub use self::block::CrossAttentionCache;
use self::embed::{PatchEmbedding, TextEmbedding, TimeEmbedding};
use super::config::TransformerConfig;
use super::rope::WanRope;
use crate::compute::ops::norm::layer_norm;
use crate::compute::ops::{Linear, RopeTable};

/// The transformer.
#[derive(Debug, Clone)]
pub struct WanTransformer {
    patches: PatchEmbedding,
    time: TimeEmbedding,
    text: TextEmbedding,
    blocks: Vec<Block>,
    head: Head,
    rope: WanRope,
    config: TransformerConfig,
    device: Device,
    dtype: DType,
}

/// What every block needs to know of the text: it does not change from step to step.
#[derive(Debug, Clone)]
pub struct TextContext {
    blocks: Vec<CrossAttentionCache>,
}

impl TextContext {
    /// The samples of all, in their order.
    ///
    /// # Errors
    /// When lengths differ or a tensor operation fails.
    pub fn join(parts: &[&Self]) -> Result<Self> {
        if let [only] = parts {
            return Ok((*only).clone());
        }
        let layers = parts.first().map_or(0, |first| first.blocks.len());
        let layer = |index: usize| {
            let caches: Vec<_> = parts.iter().map(|part| &part.blocks[index]).collect();
            CrossAttentionCache::join(&caches)
        };
        Ok(Self { blocks: (0..layers).map(layer).collect::<Result<_>>()? })
    }
}

impl WanTransformer {
    /// Loads the transformer.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape than the config says.
    pub fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let embedder = vb.pp("condition_embedder");
        let blocks = vb.pp("blocks");
        Ok(Self {
            patches: PatchEmbedding::load(config, vb.pp("patch_embedding"))?,
            time: TimeEmbedding::load(config, embedder.clone())?,
            text: TextEmbedding::load(config, embedder.pp("text_embedder"))?,
            blocks: (0..config.num_layers)
                .map(|layer| Block::load(config, blocks.pp(layer)))
                .collect::<Result<_>>()?,
            head: Head::load(config, vb.clone())?,
            rope: WanRope::new(config),
            config: config.clone(),
            device: vb.device().clone(),
            dtype: vb.dtype(),
        })
    }

    /// Prepares embeddings (B, L, text_dim) for cross-attention, zero rows included.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn text_context(&self, embeddings: &Tensor) -> Result<TextContext> {
        let text = self.text.forward(&embeddings.to_dtype(self.dtype)?)?;
        let blocks = self.blocks.iter().map(|block| block.text_cache(&text));
        Ok(TextContext { blocks: blocks.collect::<Result<_>>()? })
    }

    /// Rotary positions of latents of `[frames, rows, columns]`.
    ///
    /// # Errors
    /// When the latents are no whole number of patches, or more than the model's positions.
    pub fn positions(&self, latent: [usize; 3]) -> Result<RopeTable> {
        self.rope.table(self.patches.grid(latent)?, &self.device)
    }

    /// Predicts the velocity: latents (B, C, F, H, W) and one timestep for all samples or one
    /// each, to an f32 tensor of the latents' shape.
    ///
    /// # Errors
    /// When shapes do not fit, or a tensor operation fails.
    pub fn forward(
        &self,
        latents: &Tensor,
        timesteps: &[f64],
        text: &TextContext,
        positions: &RopeTable,
    ) -> Result<Tensor> {
        let (batch, _, frames, height, width) = latents.dims5()?;
        if timesteps.len() != 1 && timesteps.len() != batch {
            candle_core::bail!("{} timesteps for a batch of {batch}", timesteps.len())
        }
        let grid = self.patches.grid([frames, height, width])?;
        let time = self.time.forward(timesteps)?;
        let mut x = self.patches.forward(&latents.to_dtype(self.dtype)?)?;
        for (block, text) in self.blocks.iter().zip(&text.blocks) {
            x = block.forward(&x, text, &time.modulation, positions)?;
        }
        let patches = self.head.forward(&x, &time.embedding)?;
        embed::unpatchify(&patches.to_dtype(DType::F32)?, grid, &self.config)
    }
}

/// Modulated norm and projection to the values of a patch.
#[derive(Debug, Clone)]
struct Head {
    /// (1, 2, D): shift and scale.
    table: Tensor,
    projection: Linear,
    eps: f64,
}

impl Head {
    fn load(config: &TransformerConfig, vb: VarBuilder) -> Result<Self> {
        let (width, patch) = (config.inner_dim(), config.patch_size.iter().product::<usize>());
        let wide = embed::in_f32(&vb);
        Ok(Self {
            table: wide.get((1, 2, width), "scale_shift_table")?,
            projection: Linear::load(width, config.out_channels * patch, vb.pp("proj_out"))?,
            eps: config.eps,
        })
    }

    fn forward(&self, x: &Tensor, time: &Tensor) -> Result<Tensor> {
        let modulation = self.table.broadcast_add(&time.unsqueeze(1)?)?;
        let shift = modulation.narrow(1, 0, 1)?.squeeze(1)?;
        let scale = (modulation.narrow(1, 1, 1)?.squeeze(1)? + 1.0)?;
        self.projection.forward(&layer_norm(x, &scale, &shift, self.eps)?)
    }
}
