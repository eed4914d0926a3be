//! Configuration of the image VAE, as far as its decoder needs it.

use crate::pipelines::config_file::ConfigFile;
use crate::pipelines::error::Result;

/// Levels from which on a picture would be larger than any memory.
const MAX_LEVELS: usize = 8;

/// Shape of the decoder; names as in `config.json` of `AutoencoderKL`.
#[derive(Debug, Clone, PartialEq)]
pub struct VaeConfig {
    /// Channels of each level, from full resolution down.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks of a level, less one.
    pub layers_per_block: usize,
    /// Channels of the latents.
    pub latent_channels: usize,
    /// Groups of the norms.
    pub norm_num_groups: usize,
    /// Latents are multiplied by this after encoding.
    pub scaling_factor: f64,
    /// Subtracted from latents before that.
    pub shift_factor: f64,
    /// Whether a 1×1 convolution comes before the decoder.
    pub use_post_quant_conv: bool,
}

impl VaeConfig {
    /// Reads it.
    ///
    /// # Errors
    /// A field that is missing or has a value that cannot be run.
    pub fn from_file(file: &ConfigFile) -> Result<Self> {
        file.unset("latents_mean", "unset: other statistics than a factor are not supported")?;
        let attends: bool = file.or("mid_block_add_attention", "true", true)?;
        file.check(attends, "mid_block_add_attention", "true")?;
        let config = Self {
            block_out_channels: file
                .required("block_out_channels", "a list of positive integers")?,
            layers_per_block: file.count_or("layers_per_block", 1)?,
            latent_channels: file.count_or("latent_channels", 4)?,
            norm_num_groups: file.count_or("norm_num_groups", 32)?,
            scaling_factor: file.positive_or("scaling_factor", 0.18215)?,
            shift_factor: file.or("shift_factor", "a number", 0.0)?,
            use_post_quant_conv: file.or("use_post_quant_conv", "true or false", true)?,
        };
        let channels = &config.block_out_channels;
        let few = !channels.is_empty() && channels.len() <= MAX_LEVELS;
        file.check(few, "block_out_channels", &format!("1 to {MAX_LEVELS} levels"))?;
        let grouped = |&width: &usize| width > 0 && width.is_multiple_of(config.norm_num_groups);
        let expected = "multiples of norm_num_groups";
        file.check(channels.iter().all(grouped), "block_out_channels", expected)?;
        file.check(config.layers_per_block <= 100, "layers_per_block", "at most 100")?;
        file.check(file.count_or("out_channels", 3)? == 3, "out_channels", "3, for RGB")?;
        Ok(config)
    }

    /// Pixels per latent row and column.
    #[must_use]
    pub fn factor(&self) -> usize {
        1 << (self.block_out_channels.len() - 1)
    }
}
