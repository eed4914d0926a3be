//! Configuration of the causal video VAE, as far as its decoder needs it.

use crate::checkpoint::config_file::ConfigFile;
use crate::error::Result;

/// Per-channel mean of Wan2.1's latents.
const LATENTS_MEAN: [f64; 16] = [
    -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517,
    -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
];
/// Per-channel standard deviation of Wan2.1's latents.
const LATENTS_STD: [f64; 16] = [
    2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579,
    1.6382, 1.1253, 2.8251, 1.9160,
];

/// Channels of Wan2.1's levels, as multiples of the base.
const DIM_MULT: [usize; 4] = [1, 2, 4, 4];
/// After which levels its encoder halves time.
const TEMPORAL_DOWNSAMPLE: [bool; 3] = [false, true, true];

/// Levels from which on a frame would be larger than any memory.
const MAX_LEVELS: usize = 8;

/// Shape of the VAE decoder; names as in its `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct VaeConfig {
    /// Channels at full resolution.
    pub decoder_base_dim: usize,
    /// Channels of the latents.
    pub z_dim: usize,
    /// Channels of each level, as multiples of the base, from full resolution down.
    pub dim_mult: Vec<usize>,
    /// Residual blocks of a level, less one.
    pub num_res_blocks: usize,
    /// Whether the encoder halves time after each level but the last.
    pub temporal_downsample: Vec<bool>,
    /// Channels of the pixels.
    pub out_channels: usize,
    /// Mean of each latent channel.
    pub latents_mean: Vec<f64>,
    /// Standard deviation of each latent channel.
    pub latents_std: Vec<f64>,
}

impl VaeConfig {
    /// Pixels per latent row and column.
    pub fn spatial_factor(&self) -> usize {
        1 << (self.dim_mult.len() - 1)
    }

    /// Frames per latent frame after the first.
    pub fn temporal_factor(&self) -> usize {
        1 << self.temporal_downsample.iter().filter(|&&t| t).count()
    }

    /// The VAE of Wan2.1 with other widths and depths; `None` where statistics of so many latent
    /// channels are not known.
    pub(in crate::families::wan) fn wan(
        base_dim: usize,
        z_dim: usize,
        num_res_blocks: usize,
        out_channels: usize,
    ) -> Option<Self> {
        (z_dim == LATENTS_MEAN.len()).then(|| Self {
            decoder_base_dim: base_dim,
            z_dim,
            dim_mult: DIM_MULT.to_vec(),
            num_res_blocks,
            temporal_downsample: TEMPORAL_DOWNSAMPLE.to_vec(),
            out_channels,
            latents_mean: LATENTS_MEAN.to_vec(),
            latents_std: LATENTS_STD.to_vec(),
        })
    }

    pub(super) fn from_file(file: &ConfigFile) -> Result<Self> {
        reject_wan22(file)?;
        // What diffusers takes where a field is absent is that of Wan2.1.
        let base_dim = file.count_or("base_dim", 96)?;
        let z_dim = file.count_or("z_dim", LATENTS_MEAN.len())?;
        let config = Self {
            decoder_base_dim: file.count_or("decoder_base_dim", base_dim)?,
            z_dim,
            dim_mult: file.or("dim_mult", "a list of positive integers", DIM_MULT.to_vec())?,
            num_res_blocks: file.count_or("num_res_blocks", 2)?,
            temporal_downsample: file.or(
                "temperal_downsample",
                "a list of booleans",
                TEMPORAL_DOWNSAMPLE.to_vec(),
            )?,
            out_channels: file.count_or("out_channels", 3)?,
            latents_mean: statistics(file, "latents_mean", z_dim, &LATENTS_MEAN)?,
            latents_std: statistics(file, "latents_std", z_dim, &LATENTS_STD)?,
        };
        config.check(file)?;
        Ok(config)
    }

    fn check(&self, file: &ConfigFile) -> Result<()> {
        let levels = &self.dim_mult;
        let positive = !levels.is_empty() && levels.iter().all(|&m| m > 0);
        file.check(positive, "dim_mult", "a list of positive integers")?;
        let few = levels.len() <= MAX_LEVELS;
        file.check(few, "dim_mult", &format!("at most {MAX_LEVELS} levels"))?;
        file.supports(self.out_channels == 3, "out_channels", "3, for RGB")?;
        let halves = levels.iter().skip(1).all(|m| (m * self.decoder_base_dim).is_multiple_of(2));
        file.check(halves, "dim_mult", "even channel counts below the first level")?;
        file.check(
            self.temporal_downsample.len() + 1 == levels.len(),
            "temperal_downsample",
            "one entry fewer than dim_mult",
        )?;
        let deviates = self.latents_std.iter().all(|&s| s > 0.0);
        file.check(deviates, "latents_std", "positive numbers")?;
        for (field, factor) in [
            ("scale_factor_spatial", self.spatial_factor()),
            ("scale_factor_temporal", self.temporal_factor()),
        ] {
            let stated = file.count_or(field, factor)?;
            file.supports(stated == factor, field, &format!("{factor}, as the levels say"))?;
        }
        Ok(())
    }
}

/// One number a latent channel; Wan2.1's where a 16-channel config has none.
fn statistics(file: &ConfigFile, field: &str, z_dim: usize, wan: &[f64; 16]) -> Result<Vec<f64>> {
    let expected = format!("{z_dim} numbers, one a latent channel");
    let values: Vec<f64> = match file.optional(field, &expected)? {
        Some(values) => values,
        None if z_dim == wan.len() => wan.to_vec(),
        None => file.required(field, &expected)?,
    };
    file.check(values.len() == z_dim, field, &expected)?;
    Ok(values)
}

fn reject_wan22(file: &ConfigFile) -> Result<()> {
    file.reject_quantized()?;
    file.only("_class_name", "AutoencoderKLWan")?;
    let scales: Vec<f64> = file.or("attn_scales", "a list of numbers", Vec::new())?;
    file.supports(scales.is_empty(), "attn_scales", "an empty list")?;
    file.unset("is_residual", "false, as in the VAE of Wan2.1")?;
    file.unset("patch_size", "null, as in the VAE of Wan2.1")
}
