//! Configurations of a FLUX checkpoint: `config.json` files, an inline architecture or the name of a
//! version come in, checked values go out.

use std::path::Path;

use candle_nn::Activation;
use candle_transformers::models::flux::model::Config as TransformerConfig;
use candle_transformers::models::t5::{ActivationWithOptionalGating, Config as T5Config};
use serde_json::{Map, Value, json};

use super::layout::original_version;
use super::schedule::ScheduleConfig;
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::model_index::ModelIndex;
use crate::error::Result;
use crate::families::images::clip_config::{ClipConfig, MAX_LAYERS, Projection};
use crate::families::images::vae_config::{Latents, VaeConfig};

const REMEDY: &str = "give the folder of a checkpoint in the diffusers layout";
const SCHNELL: &str = include_str!("versions/schnell.json");
const DEV: &str = include_str!("versions/dev.json");
const PARTS: [&str; 5] = ["text_encoder", "text_encoder_2", "transformer", "vae", "scheduler"];
/// Parts, and the classes of which they may be.
const CLASSES: [(&str, &str); 4] = [
    ("text_encoder", "CLIPTextModel"),
    ("text_encoder_2", "T5EncoderModel"),
    ("transformer", "FluxTransformer2DModel"),
    ("vae", "AutoencoderKL"),
];
/// Rows and columns of a patch of latents.
pub(super) const PATCH: usize = 2;

/// Everything about an architecture that weights do not say.
#[derive(Debug, Clone)]
pub struct FluxConfig {
    pub(super) clip: ClipConfig,
    pub(super) t5: T5Config,
    pub(super) transformer: TransformerConfig,
    pub(super) vae: VaeConfig,
    pub(super) schedule: ScheduleConfig,
    pub(super) corrections: Corrections,
}

impl FluxConfig {
    /// Reads the configs of a checkpoint folder in the diffusers layout. A transformer in its makers'
    /// file says which version it is: that has what the folder lacks.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let index = ModelIndex::read(folder)?;
        if let Some(index) = &index {
            index.pipeline(&["FluxPipeline"])?;
            index.check_parts(&CLASSES)?;
        }
        let mut corrections = Corrections::default();
        let version = original_version(folder).map(|version| json!({"version": version}));
        let version = version
            .map(|value| complete_version(&folder.display().to_string(), &value))
            .transpose()?;
        let read = |part: &str| {
            let file = if part == "scheduler" { "scheduler_config.json" } else { "config.json" };
            let path = folder.join(part).join(file);
            match &version {
                Some(version) if !path.is_file() => version.section(part),
                _ => ConfigFile::read(&path, REMEDY),
            }
        };
        let scheduler = ModelIndex::scheduler(index.as_ref(), read("scheduler")?, &mut corrections);
        Self::from_files(read, &scheduler, corrections)
    }

    /// Takes an inline architecture: an object with the parts, each as in the checkpoint's files, or
    /// with `version`, of which parts that stand beside it are replaced. `origin` names it in errors.
    pub(super) fn from_value(origin: &str, value: &Value) -> Result<Self> {
        let file = complete_version(origin, value)?;
        let scheduler = file.section("scheduler")?;
        Self::from_files(|part| file.section(part), &scheduler, Corrections::default())
    }

    fn from_files(
        part: impl Fn(&str) -> Result<ConfigFile>,
        scheduler: &ConfigFile,
        mut corrections: Corrections,
    ) -> Result<Self> {
        let (transformer, vae) = (part("transformer")?, part("vae")?);
        if !vae.has("shift_factor") {
            corrections.note(format!(
                "vae shift_factor {} → 0: FLUX's latents are shifted, and the config does not say how far",
                vae.found("shift_factor")
            ));
        }
        let config = Self {
            clip: ClipConfig::from_file(&part("text_encoder")?, Projection::Absent)?,
            t5: t5(&part("text_encoder_2")?)?,
            transformer: self::transformer(&transformer)?,
            vae: VaeConfig::from_file(&vae, Latents::Shifted)?,
            schedule: ScheduleConfig::from_file(scheduler)?,
            corrections,
        };
        let model = &config.transformer;
        for (field, found, expected, what) in [
            (
                "in_channels",
                model.in_channels,
                PATCH * PATCH * config.vae.latent_channels,
                "four times the VAE's latent_channels",
            ),
            (
                "joint_attention_dim",
                model.context_in_dim,
                config.t5.d_model,
                "text_encoder_2's d_model",
            ),
            (
                "pooled_projection_dim",
                model.vec_in_dim,
                config.clip.hidden_size,
                "text_encoder's hidden_size",
            ),
        ] {
            transformer.check(found == expected, field, &format!("{expected}, {what}"))?;
        }
        Ok(config)
    }

    /// Whether the model takes guidance as an input.
    pub(super) fn is_guided(&self) -> bool {
        self.transformer.guidance_embed
    }
}

/// An architecture, whole where it names its version.
fn complete_version(origin: &str, value: &Value) -> Result<ConfigFile> {
    let file = ConfigFile::from_value(origin, value)?;
    let expected = "\"schnell\" or \"dev\"";
    Ok(match file.optional::<String>("version", expected)?.as_deref() {
        None => file,
        Some("schnell") => complete(origin, &file, SCHNELL)?,
        Some("dev") => complete(origin, &file, DEV)?,
        Some(_) => file.check(false, "version", expected).map(|()| file)?,
    })
}

/// A version's architecture with the parts that stand beside it.
fn complete(origin: &str, file: &ConfigFile, version: &str) -> Result<ConfigFile> {
    let mut parts: Map<String, Value> =
        serde_json::from_str(version).expect("the versions of this program are valid JSON");
    for part in PARTS {
        if let Some(value) = file.optional::<Value>(part, "an object")? {
            parts.insert(part.to_owned(), value);
        }
    }
    ConfigFile::from_value(origin, &Value::Object(parts))
}

fn transformer(file: &ConfigFile) -> Result<TransformerConfig> {
    file.reject_quantized()?;
    file.only("_class_name", "FluxTransformer2DModel")?;
    file.supports(file.count_or("patch_size", 1)? == 1, "patch_size", "1")?;
    // What diffusers takes where a field is absent.
    let heads = file.count_or("num_attention_heads", 24)?;
    let width = file.count_or("attention_head_dim", 128)?;
    let in_channels = file.count_or("in_channels", 64)?;
    let out = file.count_or("out_channels", in_channels)?;
    file.supports(out == in_channels, "out_channels", "in_channels, or null")?;
    let axes: Vec<usize> = file.or("axes_dims_rope", "three even numbers", vec![16, 56, 56])?;
    let is_even = axes.len() == 3 && axes.iter().all(|axis| *axis > 0 && axis % 2 == 0);
    let fills = is_even && axes.iter().sum::<usize>() == width;
    file.check(fills, "axes_dims_rope", "three even numbers that add up to attention_head_dim")?;
    let (depth, depth_single_blocks) =
        (file.count_or("num_layers", 19)?, file.count_or("num_single_layers", 38)?);
    let few = format!("at most {MAX_LAYERS}");
    file.check(depth <= MAX_LAYERS, "num_layers", &few)?;
    file.check(depth_single_blocks <= MAX_LAYERS, "num_single_layers", &few)?;
    Ok(TransformerConfig {
        in_channels,
        vec_in_dim: file.count_or("pooled_projection_dim", 768)?,
        context_in_dim: file.count_or("joint_attention_dim", 4096)?,
        hidden_size: heads * width,
        mlp_ratio: 4.0,
        num_heads: heads,
        depth,
        depth_single_blocks,
        axes_dim: axes,
        theta: 10_000,
        qkv_bias: true,
        guidance_embed: file.or("guidance_embeds", "true or false", false)?,
    })
}

fn t5(file: &ConfigFile) -> Result<T5Config> {
    file.reject_quantized()?;
    file.only("model_type", "t5")?;
    file.only("feed_forward_proj", "gated-gelu")?;
    let num_layers = file.count("num_layers")?;
    file.check(num_layers <= MAX_LAYERS, "num_layers", &format!("at most {MAX_LAYERS}"))?;
    let vocab_size = file.count("vocab_size")?;
    file.check(vocab_size > 2, "vocab_size", "more than 2")?;
    Ok(T5Config {
        vocab_size,
        d_model: file.count("d_model")?,
        d_kv: file.count("d_kv")?,
        d_ff: file.count("d_ff")?,
        num_layers,
        num_heads: file.count("num_heads")?,
        relative_attention_num_buckets: file.count_or("relative_attention_num_buckets", 32)?,
        relative_attention_max_distance: file.count_or("relative_attention_max_distance", 128)?,
        layer_norm_epsilon: file.positive_or("layer_norm_epsilon", 1e-6)?,
        feed_forward_proj: ActivationWithOptionalGating {
            gated: true,
            activation: Activation::NewGelu,
        },
        pad_token_id: file.or("pad_token_id", "a token id", 0)?,
        eos_token_id: file.or("eos_token_id", "a token id", 1)?,
        ..T5Config::default()
    })
}
