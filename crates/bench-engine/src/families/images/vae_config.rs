//! Configuration of the image VAE, as far as its decoder needs it.

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

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
    /// Of each channel, where latents are standardized instead of shifted.
    pub statistics: Option<Statistics>,
    /// Whether half precision is too little for it.
    pub force_upcast: bool,
    /// Whether a 1×1 convolution comes before the decoder.
    pub use_post_quant_conv: bool,
}

/// Mean and standard deviation of each latent channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Means.
    pub mean: Vec<f64>,
    /// Standard deviations.
    pub deviation: Vec<f64>,
}

/// What a pipeline of diffusers undoes before it decodes; it passes over the other fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latents {
    /// The factor: Stable Diffusion.
    Scaled,
    /// Factor and statistics, where the VAE has both: Stable Diffusion XL.
    Standardized,
    /// Factor and shift: FLUX.
    Shifted,
}

impl VaeConfig {
    /// Reads it.
    ///
    /// # Errors
    /// A field that is missing or has a value that cannot be run.
    pub fn from_file(file: &ConfigFile, latents: Latents) -> Result<Self> {
        reject_variants(file)?;
        let config = Self {
            block_out_channels: file
                .required("block_out_channels", "a list of positive integers")?,
            layers_per_block: file.count_or("layers_per_block", 1)?,
            latent_channels: file.count_or("latent_channels", 4)?,
            norm_num_groups: file.count_or("norm_num_groups", 32)?,
            scaling_factor: file.positive_or("scaling_factor", 0.18215)?,
            shift_factor: match latents {
                Latents::Shifted => file.or("shift_factor", "a number", 0.0)?,
                Latents::Scaled | Latents::Standardized => 0.0,
            },
            statistics: match latents {
                Latents::Standardized => statistics(file)?,
                Latents::Scaled | Latents::Shifted => None,
            },
            force_upcast: file.or("force_upcast", "true or false", true)?,
            use_post_quant_conv: file.or("use_post_quant_conv", "true or false", true)?,
        };
        let channels = &config.block_out_channels;
        let few = !channels.is_empty() && channels.len() <= MAX_LEVELS;
        file.check(few, "block_out_channels", &format!("1 to {MAX_LEVELS} levels"))?;
        let grouped = |&width: &usize| width > 0 && width.is_multiple_of(config.norm_num_groups);
        let expected = "multiples of norm_num_groups";
        file.check(channels.iter().all(grouped), "block_out_channels", expected)?;
        file.check(config.layers_per_block <= 100, "layers_per_block", "at most 100")?;
        file.supports(file.count_or("out_channels", 3)? == 3, "out_channels", "3, for RGB")?;
        let channels = config.latent_channels;
        let is_whole = |s: &Statistics| [&s.mean, &s.deviation].iter().all(|v| v.len() == channels);
        let expected = format!("{channels} numbers, as latents_std");
        file.check(config.statistics.as_ref().is_none_or(is_whole), "latents_mean", &expected)?;
        Ok(config)
    }

    /// Pixels per latent row and column.
    #[must_use]
    pub fn factor(&self) -> usize {
        1 << (self.block_out_channels.len() - 1)
    }
}

/// Refuses what this decoder does not compute.
fn reject_variants(file: &ConfigFile) -> Result<()> {
    file.reject_quantized()?;
    file.only("_class_name", "AutoencoderKL")?;
    let attends: bool = file.or("mid_block_add_attention", "true", true)?;
    file.supports(attends, "mid_block_add_attention", "true")?;
    let act: String = file.or("act_fn", "\"silu\"", "silu".to_owned())?;
    file.supports(["silu", "swish"].contains(&act.as_str()), "act_fn", "\"silu\"")?;
    let plain = "UpDecoderBlock2D";
    let blocks: Vec<String> = file.or("up_block_types", plain, Vec::new())?;
    file.supports(blocks.iter().all(|block| block == plain), "up_block_types", plain)
}

/// Both statistics; diffusers reads neither where one is absent.
fn statistics(file: &ConfigFile) -> Result<Option<Statistics>> {
    let read = |field| file.optional::<Vec<f64>>(field, "a number for each latent channel");
    let both = read("latents_mean")?.zip(read("latents_std")?);
    Ok(both.map(|(mean, deviation)| Statistics { mean, deviation }))
}
