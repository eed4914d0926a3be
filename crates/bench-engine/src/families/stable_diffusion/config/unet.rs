//! Configuration of the U-Net.

use serde_json::Value;

use super::Family;
use super::sample_size::sample_size;
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::error::Result;

/// Levels from which on a picture would be larger than any memory.
const MAX_LEVELS: usize = 8;
const MAX_LAYERS: usize = 100;
/// What diffusers takes where a field is absent.
const CHANNELS: [usize; 4] = [320, 640, 1280, 1280];
const DOWN: [&str; 4] =
    ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"];
const UP: [&str; 4] =
    ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"];

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
    pub sample_size: [usize; 2],
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

    pub(super) fn from_file(
        file: &ConfigFile,
        family: Family,
        corrections: &mut Corrections,
    ) -> Result<Self> {
        reject_variants(file)?;
        let channels: Vec<usize> =
            file.or("block_out_channels", "a list of positive integers", CHANNELS.to_vec())?;
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
            cross_attention_dim: file.count_or("cross_attention_dim", 1280)?,
            use_linear_projection: file.or("use_linear_projection", "true or false", false)?,
            norm_num_groups: file.count_or("norm_num_groups", 32)?,
            norm_eps: file.positive_or("norm_eps", 1e-5)?,
            flip_sin_to_cos: file.or("flip_sin_to_cos", "true or false", true)?,
            freq_shift: file.or("freq_shift", "a number", 0.0)?,
            added: added(file)?,
            sample_size: sample_size(file, family, corrections)?,
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
    let kinds = |field: &str, default: [&str; 4], [plain, attending]: [&str; 2]| {
        let expected = format!("{levels} of {plain} and {attending}");
        let names: Vec<String> = file.or(field, &expected, default.map(str::to_owned).to_vec())?;
        let known = names.iter().all(|name| name == plain || name == attending);
        file.supports(known, field, &expected)?;
        file.check(names.len() == levels, field, &expected)?;
        Result::Ok(names.iter().map(|name| name == attending).collect::<Vec<_>>())
    };
    let down = kinds("down_block_types", DOWN, ["DownBlock2D", "CrossAttnDownBlock2D"])?;
    let mut up = kinds("up_block_types", UP, ["UpBlock2D", "CrossAttnUpBlock2D"])?;
    up.reverse();
    file.supports(up == down, "up_block_types", "the mirror image of down_block_types")?;
    Ok(down)
}

fn added(file: &ConfigFile) -> Result<Option<Added>> {
    let expected = "\"text_time\" or null";
    let Some(kind) = file.optional::<String>("addition_embed_type", expected)? else {
        return Ok(None);
    };
    file.supports(kind == "text_time", "addition_embed_type", expected)?;
    let time_dim = file.count_or("addition_time_embed_dim", 256)?;
    file.check(time_dim.is_multiple_of(2), "addition_time_embed_dim", "an even number")?;
    Ok(Some(Added { time_dim, input_dim: file.count("projection_class_embeddings_input_dim")? }))
}

/// Refuses what this U-Net does not compute.
fn reject_variants(file: &ConfigFile) -> Result<()> {
    file.reject_quantized()?;
    file.only("_class_name", "UNet2DConditionModel")?;
    for field in [
        "class_embed_type",
        "num_class_embeds",
        "encoder_hid_dim",
        "encoder_hid_dim_type",
        "time_cond_proj_dim",
        "time_embedding_act_fn",
        "time_embedding_dim",
        "timestep_post_act",
        "center_input_sample",
        "dual_cross_attention",
        "mid_block_only_cross_attention",
        "cross_attention_norm",
        "resnet_skip_time_act",
        "reverse_transformer_layers_per_block",
        "class_embeddings_concat",
    ] {
        file.unset(field, "null or false")?;
    }
    let has_middle = file.found("mid_block_type") != "null";
    file.supports(has_middle, "mid_block_type", "\"UNetMidBlock2DCrossAttn\"")?;
    let only: Option<Value> = file.optional("only_cross_attention", "true or false")?;
    let each = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(|v| v == false));
    let attends_itself = only.as_ref().is_none_or(|value| value == false || each(value));
    file.supports(attends_itself, "only_cross_attention", "false")?;
    let act: String = file.or("act_fn", "\"silu\"", "silu".to_owned())?;
    file.supports(["silu", "swish"].contains(&act.as_str()), "act_fn", "\"silu\"")?;
    for (field, only) in [
        ("mid_block_type", "UNetMidBlock2DCrossAttn"),
        ("resnet_time_scale_shift", "default"),
        ("time_embedding_type", "positional"),
        ("attention_type", "default"),
    ] {
        file.only(field, only)?;
    }
    for (field, only) in [("conv_in_kernel", 3), ("conv_out_kernel", 3), ("downsample_padding", 1)]
    {
        file.supports(file.count_or(field, only)? == only, field, &only.to_string())?;
    }
    for field in ["mid_block_scale_factor", "resnet_out_scale_factor"] {
        file.supports(file.positive_or(field, 1.0)? == 1.0, field, "1")?;
    }
    Ok(())
}
