//! Configuration of the UMT5 encoder.

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

/// Shape of a UMT5 encoder; names as in its `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct TextEncoderConfig {
    /// Rows of the embedding table.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Width of one attention head.
    pub d_kv: usize,
    /// Inner width of the gated feed-forward layer.
    pub d_ff: usize,
    /// Number of blocks.
    pub num_layers: usize,
    /// Attention heads.
    pub num_heads: usize,
    /// Buckets of relative positions, both directions together.
    pub relative_attention_num_buckets: usize,
    /// Distance from which on all positions share the last bucket.
    pub relative_attention_max_distance: usize,
    /// Epsilon of the RMS norms.
    pub layer_norm_epsilon: f64,
    /// Token that pads a prompt.
    pub pad_token_id: u32,
    /// Token that ends a prompt.
    pub eos_token_id: u32,
}

impl TextEncoderConfig {
    pub(super) fn from_file(file: &ConfigFile) -> Result<Self> {
        file.reject_quantized()?;
        file.only("model_type", "umt5")?;
        file.only("feed_forward_proj", "gated-gelu")?;
        let buckets = file.count_or("relative_attention_num_buckets", 32)?;
        file.check(buckets % 4 == 0, "relative_attention_num_buckets", "a multiple of 4")?;
        let distance = file.count_or("relative_attention_max_distance", 128)?;
        file.check(
            distance > buckets / 4,
            "relative_attention_max_distance",
            "more than a quarter of relative_attention_num_buckets",
        )?;
        Ok(Self {
            vocab_size: file.count("vocab_size")?,
            d_model: file.count("d_model")?,
            d_kv: file.count("d_kv")?,
            d_ff: file.count("d_ff")?,
            num_layers: file.count("num_layers")?,
            num_heads: file.count("num_heads")?,
            relative_attention_num_buckets: buckets,
            relative_attention_max_distance: distance,
            layer_norm_epsilon: file.positive_or("layer_norm_epsilon", 1e-6)?,
            pad_token_id: file.or("pad_token_id", "a token id", 0)?,
            eos_token_id: file.or("eos_token_id", "a token id", 1)?,
        })
    }
}
