//! Configuration of the diffusion transformer.

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

/// Shape of a Wan text-to-video transformer; names as in its `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct TransformerConfig {
    /// Latent frames, rows and columns that make one token.
    pub patch_size: [usize; 3],
    /// Channels of the latents that come in.
    pub in_channels: usize,
    /// Channels of the prediction.
    pub out_channels: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Width of one head.
    pub attention_head_dim: usize,
    /// Inner width of the feed-forward layer.
    pub ffn_dim: usize,
    /// Number of blocks.
    pub num_layers: usize,
    /// Width of the text embedding.
    pub text_dim: usize,
    /// Width of the timestep's sinusoid.
    pub freq_dim: usize,
    /// Whether cross-attention normalizes its input.
    pub cross_attn_norm: bool,
    /// Epsilon of all norms.
    pub eps: f64,
    /// Positions of the rotary tables in each direction.
    pub rope_max_seq_len: usize,
}

impl TransformerConfig {
    /// Width of the residual stream.
    pub fn inner_dim(&self) -> usize {
        self.num_attention_heads * self.attention_head_dim
    }

    /// Reads `config.json` of Wan's own repository.
    pub(in crate::families::wan) fn from_original(file: &ConfigFile) -> Result<Self> {
        for (field, expected) in [("_class_name", "WanModel"), ("model_type", "t2v")] {
            let found: String = file.required(field, expected)?;
            file.supports(found == expected, field, expected)?;
        }
        let normed: bool = file.or("qk_norm", "true", true)?;
        file.supports(normed, "qk_norm", "true")?;
        let everywhere = [-1, -1];
        let window: [i64; 2] = file.or("window_size", "[-1, -1]", everywhere)?;
        file.supports(window == everywhere, "window_size", "[-1, -1]")?;
        let (dim, heads) = (file.count("dim")?, file.count("num_heads")?);
        file.check(dim.is_multiple_of(heads), "dim", &format!("a multiple of {heads} heads"))?;
        let attention_head_dim = dim / heads;
        let rotates = attention_head_dim >= 6 && attention_head_dim.is_multiple_of(2);
        file.check(rotates, "dim", "heads of an even width from 6 on")?;
        let freq_dim = file.count_or("freq_dim", 256)?;
        file.check(freq_dim.is_multiple_of(2), "freq_dim", "an even number")?;
        Ok(Self {
            patch_size: patch_size(file)?,
            in_channels: file.count_or("in_dim", 16)?,
            out_channels: file.count_or("out_dim", 16)?,
            num_attention_heads: heads,
            attention_head_dim,
            ffn_dim: file.count("ffn_dim")?,
            num_layers: file.count("num_layers")?,
            text_dim: file.count_or("text_dim", 4096)?,
            freq_dim,
            cross_attn_norm: file.or("cross_attn_norm", "true or false", true)?,
            eps: file.positive_or("eps", 1e-6)?,
            rope_max_seq_len: 1024,
        })
    }

    pub(super) fn from_file(file: &ConfigFile) -> Result<Self> {
        reject_other_tasks(file)?;
        let patch_size = patch_size(file)?;
        // What diffusers takes where a field is absent is that of the 14B model.
        let attention_head_dim = file.count_or("attention_head_dim", 128)?;
        let rotates = attention_head_dim >= 6 && attention_head_dim.is_multiple_of(2);
        file.check(rotates, "attention_head_dim", "an even number from 6 on")?;
        let freq_dim = file.count_or("freq_dim", 256)?;
        file.check(freq_dim.is_multiple_of(2), "freq_dim", "an even number")?;
        let in_channels = file.count_or("in_channels", 16)?;
        Ok(Self {
            patch_size,
            in_channels,
            out_channels: file.count_or("out_channels", in_channels)?,
            num_attention_heads: file.count_or("num_attention_heads", 40)?,
            attention_head_dim,
            ffn_dim: file.count_or("ffn_dim", 13_824)?,
            num_layers: file.count_or("num_layers", 40)?,
            text_dim: file.count_or("text_dim", 4096)?,
            freq_dim,
            cross_attn_norm: file.or("cross_attn_norm", "true or false", true)?,
            eps: file.positive_or("eps", 1e-6)?,
            rope_max_seq_len: file.count_or("rope_max_seq_len", 1024)?,
        })
    }
}

fn patch_size(file: &ConfigFile) -> Result<[usize; 3]> {
    let sizes: [usize; 3] = file.or("patch_size", "three integers", [1, 2, 2])?;
    file.check(sizes.iter().all(|&p| p > 0), "patch_size", "three positive integers")?;
    Ok(sizes)
}

fn reject_other_tasks(file: &ConfigFile) -> Result<()> {
    file.reject_quantized()?;
    file.only("_class_name", "WanTransformer3DModel")?;
    for field in ["added_kv_proj_dim", "image_dim", "pos_embed_seq_len"] {
        file.unset(field, "null, which models that start from an image are not")?;
    }
    let normed = file.found("qk_norm") != "null";
    file.supports(normed, "qk_norm", "\"rms_norm_across_heads\"")?;
    file.only("qk_norm", "rms_norm_across_heads")
}
