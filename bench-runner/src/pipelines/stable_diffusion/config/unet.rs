//! Configuration of the U-Net.

use serde_json::Value;

use crate::pipelines::config_file::ConfigFile;
use crate::pipelines::error::Result;

/// Levels from which on a picture would be larger than any memory.
const MAX_LEVELS: usize = 8;
const MAX_LAYERS: usize = 100;

/// Shape of the U-Net; names as in its `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnetConfig {
    /// Channels of the latents that come in.
    pub in_channels: usize,
    /// Channels that go out.
    pub out_channels: usize,
    /// Channels of each level, from full resolution down.
    pub block_out_channels: Vec<usize>,
    /// Whether a level has transformers.
    pub attends: Vec<bool>,
    /// Attention heads of each level.
    pub heads: Vec<usize>,
    /// Layers of each transformer of a level.
    pub transformer_layers: Vec<usize>,
    /// Residual blocks of a level on the way down; one more on the way up.
    pub layers_per_block: usize,
    /// Width of the text.
    pub cross_attention_dim: usize,
    /// Whether transformers are framed by linear layers, or by 1×1 convolutions.
    pub use_linear_projection: bool,
    /// Groups of the norms.
    pub norm_num_groups: usize,
    /// Epsilon of the norms.
    pub norm_eps: f64,
    /// Whether cosines come before sines in the time embedding.
    pub flip_sin_to_cos: bool,
    /// Taken from the number of frequencies.
    pub freq_shift: f64,
    /// What XL is told besides.
    pub added: Option<Added>,
    /// Rows and columns of latents that the model was trained with.
    pub sample_size: usize,
}

/// Widths of what XL is told besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Of each size's embedding.
    pub time_dim: usize,
    /// Of sizes and text summary together.
    pub input_dim: usize,
}

impl UnetConfig {
    /// Width of the time embedding.
    #[must_use]
    pub fn time_embed_dim(&self) -> usize {
        4 * self.block_out_channels[0]
    }

    pub(super) fn from_file(file: &ConfigFile) -> Result<Self> {
        reject_variants(file)?;
        let channels: Vec<usize> =
            file.required("block_out_channels", "a list of positive integers")?;
        let levels = channels.len();
        let few = levels > 0 && levels <= MAX_LEVELS;
        file.check(few, "block_out_channels", &format!("1 to {MAX_LEVELS} levels"))?;
        let heads = match file.optional::<Value>("num_attention_heads", "a count or a list")? {
            Some(_) => each(file, "num_attention_heads", levels, None)?,
            // Its name in older files; the number of heads all the same.
            None => each(file, "attention_head_dim", levels, Some(8))?,
        };
        let config = Self {
            in_channels: file.count_or("in_channels", 4)?,
            out_channels: file.count_or("out_channels", 4)?,
            attends: attends(file, levels)?,
            heads,
            transformer_layers: each(file, "transformer_layers_per_block", levels, Some(1))?,
            block_out_channels: channels,
            layers_per_block: file.count_or("layers_per_block", 2)?,
            cross_attention_dim: file.count("cross_attention_dim")?,
            use_linear_projection: file.or("use_linear_projection", "true or false", false)?,
            norm_num_groups: file.count_or("norm_num_groups", 32)?,
            norm_eps: file.positive_or("norm_eps", 1e-5)?,
            flip_sin_to_cos: file.or("flip_sin_to_cos", "true or false", true)?,
            freq_shift: file.or("freq_shift", "a number", 0.0)?,
            added: added(file)?,
            sample_size: file.count_or("sample_size", 64)?,
        };
        config.check(file)?;
        Ok(config)
    }

    fn check(&self, file: &ConfigFile) -> Result<()> {
        let grouped = |&width: &usize| {
            width > 0 && width.is_multiple_of(2) && width.is_multiple_of(self.norm_num_groups)
        };
        let channels = &self.block_out_channels;
        let expected = "even multiples of norm_num_groups";
        file.check(channels.iter().all(grouped), "block_out_channels", expected)?;
        let splits = channels.iter().zip(&self.heads).all(|(c, heads)| c.is_multiple_of(*heads));
        file.check(splits, "attention_head_dim", "divisors of block_out_channels")?;
        let few = format!("at most {MAX_LAYERS}");
        file.check(self.layers_per_block <= MAX_LAYERS, "layers_per_block", &few)?;
        let layers = self.transformer_layers.iter().all(|&layers| layers <= MAX_LAYERS);
        file.check(layers, "transformer_layers_per_block", &few)
    }
}

/// A count for each level: a list of them, or one for all.
fn each(
    file: &ConfigFile,
    field: &str,
    levels: usize,
    default: Option<usize>,
) -> Result<Vec<usize>> {
    let expected = format!("a positive integer, or {levels} of them");
    let list = match (file.optional::<Value>(field, &expected)?, default) {
        (Some(Value::Array(_)), _) => file.required(field, &expected)?,
        (None, Some(default)) => vec![default; levels],
        _ => vec![file.count(field)?; levels],
    };
    let is_sound = list.len() == levels && list.iter().all(|&count| count > 0);
    file.check(is_sound, field, &expected)?;
    Ok(list)
}

/// Which levels have transformers; the way up mirrors the way down.
fn attends(file: &ConfigFile, levels: usize) -> Result<Vec<bool>> {
    let kinds = |field: &str, plain: &str, attending: &str| -> Result<Vec<bool>> {
        let expected = format!("{levels} of {plain} and {attending}");
        let names: Vec<String> = file.required(field, &expected)?;
        let known = names.iter().all(|name| name == plain || name == attending);
        file.check(known && names.len() == levels, field, &expected)?;
        Ok(names.iter().map(|name| name == attending).collect())
    };
    let down = kinds("down_block_types", "DownBlock2D", "CrossAttnDownBlock2D")?;
    let mut up = kinds("up_block_types", "UpBlock2D", "CrossAttnUpBlock2D")?;
    up.reverse();
    file.check(up == down, "up_block_types", "the mirror image of down_block_types")?;
    Ok(down)
}

fn added(file: &ConfigFile) -> Result<Option<Added>> {
    let expected = "\"text_time\" or null";
    let Some(kind) = file.optional::<String>("addition_embed_type", expected)? else {
        return Ok(None);
    };
    file.check(kind == "text_time", "addition_embed_type", expected)?;
    let time_dim = file.count_or("addition_time_embed_dim", 256)?;
    file.check(time_dim.is_multiple_of(2), "addition_time_embed_dim", "an even number")?;
    Ok(Some(Added { time_dim, input_dim: file.count("projection_class_embeddings_input_dim")? }))
}

/// Refuses what this U-Net does not compute.
fn reject_variants(file: &ConfigFile) -> Result<()> {
    for field in [
        "class_embed_type",
        "encoder_hid_dim",
        "encoder_hid_dim_type",
        "time_cond_proj_dim",
        "time_embedding_act_fn",
        "timestep_post_act",
        "center_input_sample",
        "dual_cross_attention",
        "only_cross_attention",
        "resnet_skip_time_act",
        "class_embeddings_concat",
        "attention_type",
    ] {
        let is_default =
            matches!(file.optional::<Value>(field, "unset")?, None | Some(Value::Bool(false)))
                || file.optional::<Value>(field, "unset")? == Some(Value::from("default"));
        file.check(is_default, field, "unset: this variant is not supported")?;
    }
    for (field, only) in [
        ("mid_block_type", "UNetMidBlock2DCrossAttn"),
        ("act_fn", "silu"),
        ("resnet_time_scale_shift", "default"),
        ("time_embedding_type", "positional"),
    ] {
        let found: String = file.or(field, only, only.to_owned())?;
        file.check(found == only, field, &format!("\"{only}\""))?;
    }
    for (field, only) in [("conv_in_kernel", 3), ("conv_out_kernel", 3), ("downsample_padding", 1)]
    {
        file.check(file.count_or(field, only)? == only, field, &only.to_string())?;
    }
    Ok(())
}
