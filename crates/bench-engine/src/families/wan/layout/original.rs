//! The configuration of a checkpoint in the layout of Wan's own repository.
//!
//! Only the transformer has a file for it there. What the code of that repository fixes is fixed
//! here, and widths and depths of text encoder and VAE are read off their tensors.

use std::path::Path;

use super::super::config::SigmaGrid;
use super::super::config::{
    SchedulerConfig, TextEncoderConfig, TransformerConfig, UniPcConfig, VaeConfig, WanConfig,
};
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights::{self, Shapes};
use crate::error::Result;

pub(super) const TEXT_ENCODER: &str = "models_t5_umt5-xxl-enc-bf16.pth";
pub(super) const VAE: &str = "Wan2.1_VAE.pth";
pub(super) const TOKENIZER: &str = "google/umt5-xxl/tokenizer.json";

/// Files that speak for this layout.
pub(super) const FILES: [&str; 2] = [TEXT_ENCODER, VAE];

/// What `generate.py` of that repository takes for text to video when it is told nothing.
const FLOW_SHIFT: f64 = 5.0;
const TRAIN_TIMESTEPS: usize = 1000;
/// Channels of the VAE's levels, as multiples of the base.
const DIM_MULT: [usize; 4] = [1, 2, 4, 4];

/// Reads it.
///
/// # Errors
/// When a file, field or tensor is missing or does not fit.
pub(super) fn config(folder: &Path) -> Result<WanConfig> {
    let remedy = "fetch config.json of the checkpoint's repository too";
    let file = ConfigFile::read(&folder.join("config.json"), remedy)?;
    let config = WanConfig {
        text_encoder: text_encoder(&weights::pth_shapes(&folder.join(TEXT_ENCODER))?)?,
        transformer: TransformerConfig::from_original(&file)?,
        vae: vae(&weights::pth_shapes(&folder.join(VAE))?)?,
        scheduler: SchedulerConfig::UniPc(UniPcConfig {
            sigma_grid: SigmaGrid::Wan,
            ..UniPcConfig::wan(TRAIN_TIMESTEPS, FLOW_SHIFT)
        }),
        corrections: Corrections::default(),
    };
    config.check_parts(&file, ["text_dim", "in_dim", "out_dim"])?;
    Ok(config)
}

fn text_encoder(shapes: &Shapes) -> Result<TextEncoderConfig> {
    let [vocab_size, d_model] = shapes.of("token_embedding.weight")?;
    let [buckets, num_heads] = shapes.of("blocks.0.pos_embedding.embedding.weight")?;
    let [inner, _] = shapes.of("blocks.0.attn.q.weight")?;
    let [d_ff, _] = shapes.of("blocks.0.ffn.gate.0.weight")?;
    Ok(TextEncoderConfig {
        vocab_size,
        d_model,
        d_kv: inner / num_heads.max(1),
        d_ff,
        num_layers: shapes.count("blocks."),
        num_heads,
        relative_attention_num_buckets: buckets,
        relative_attention_max_distance: 128,
        layer_norm_epsilon: 1e-6,
        pad_token_id: 0,
        eos_token_id: 1,
    })
}

fn vae(shapes: &Shapes) -> Result<VaeConfig> {
    let [z_dim, _, _, _, _] = shapes.of("conv2.weight")?;
    let [base, _, _, _] = shapes.of("decoder.head.0.gamma")?;
    let [out_channels, _, _, _, _] = shapes.of("decoder.head.2.weight")?;
    let upsamplers = DIM_MULT.len() - 1;
    let residuals = shapes.count("decoder.upsamples.").saturating_sub(upsamplers);
    VaeConfig::wan(base, z_dim, (residuals / DIM_MULT.len()).saturating_sub(1), out_channels)
        .ok_or_else(|| shapes.bad("conv2.weight", "16 channels, of which statistics are known"))
}
