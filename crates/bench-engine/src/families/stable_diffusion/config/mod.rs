//! Configurations of a Stable Diffusion checkpoint: `config.json` files, an inline architecture or
//! the name of a version come in, checked values go out.

mod sample_size;
mod scheduler;
mod unet;
pub mod version;

use std::path::Path;

use serde_json::Value;

pub use scheduler::{Method, Prediction, SchedulerConfig, Spacing};
pub use unet::{Added, UnetConfig};

use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::model_index::ModelIndex;
use crate::error::Result;
use crate::families::images::clip_config::{ClipConfig, Projection};
use crate::families::images::vae_config::{Latents, VaeConfig};
use crate::families::stable_diffusion::unet::TIME_IDS;

const REMEDY: &str = "give the folder of a checkpoint in the diffusers layout, or a safetensors file with all weights";

/// Pipelines of diffusers that this one does the work of.
const PIPELINES: [&str; 2] = ["StableDiffusionPipeline", "StableDiffusionXLPipeline"];
/// Parts, and the classes of which they may be.
const PARTS: [(&str, &str); 4] = [
    ("text_encoder", "CLIPTextModel"),
    ("text_encoder_2", "CLIPTextModelWithProjection"),
    ("unet", "UNet2DConditionModel"),
    ("vae", "AutoencoderKL"),
];

/// Which pipeline of diffusers a checkpoint is for; they correct different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `StableDiffusionPipeline`, with one text encoder.
    Sd,
    /// `StableDiffusionXLPipeline`, with two.
    Xl,
}

/// Everything about an architecture that weights do not say.
#[derive(Debug, Clone, PartialEq)]
pub struct SdConfig {
    /// CLIP; for XL the first of two.
    pub text_encoder: ClipConfig,
    /// The second CLIP of XL.
    pub text_encoder_2: Option<ClipConfig>,
    /// The denoiser.
    pub unet: UnetConfig,
    /// Decoder of pictures.
    pub vae: VaeConfig,
    /// Noise schedule and solver.
    pub scheduler: SchedulerConfig,
    /// Whether XL replaces an absent negative prompt by zeros.
    pub zeros_for_empty_prompt: bool,
    /// What was changed of the files.
    pub corrections: Corrections,
}

/// The files of a configuration.
struct Files {
    text_encoder: ConfigFile,
    text_encoder_2: Option<ConfigFile>,
    unet: ConfigFile,
    vae: ConfigFile,
    scheduler: ConfigFile,
    zeros_for_empty_prompt: bool,
    corrections: Corrections,
}

impl SdConfig {
    /// Reads the configs of a checkpoint folder in the diffusers layout.
    ///
    /// # Errors
    /// When a file or field is missing or has a value that cannot be run, or parts do not fit.
    pub fn read(folder: &Path) -> Result<Self> {
        let index = ModelIndex::read(folder)?;
        let zeros_for_empty_prompt = index.as_ref().map(check_index).transpose()?.unwrap_or(true);
        let component =
            |name: &str, file: &str| ConfigFile::read(&folder.join(name).join(file), REMEDY);
        let second = folder.join("text_encoder_2").is_dir();
        let mut corrections = Corrections::default();
        let scheduler = component("scheduler", "scheduler_config.json")?;
        Self::from_files(Files {
            text_encoder: component("text_encoder", "config.json")?,
            text_encoder_2: second
                .then(|| component("text_encoder_2", "config.json"))
                .transpose()?,
            unet: component("unet", "config.json")?,
            vae: component("vae", "config.json")?,
            scheduler: ModelIndex::scheduler(index.as_ref(), scheduler, &mut corrections),
            zeros_for_empty_prompt,
            corrections,
        })
    }

    /// Takes an inline architecture: an object with `text_encoder`, `text_encoder_2` for XL, `unet`,
    /// `vae` and `scheduler`, each as in the checkpoint's files; or with `version`, of which parts
    /// that stand beside it are replaced. `origin` names it in errors.
    ///
    /// # Errors
    /// As [`SdConfig::read`].
    pub fn from_value(origin: &str, value: &Value) -> Result<Self> {
        let file = version::complete(origin, ConfigFile::from_value(origin, value)?)?;
        let second: Option<Value> = file.optional("text_encoder_2", "an object")?;
        Self::from_files(Files {
            text_encoder: file.section("text_encoder")?,
            text_encoder_2: second.map(|_| file.section("text_encoder_2")).transpose()?,
            unet: file.section("unet")?,
            vae: file.section("vae")?,
            scheduler: file.section("scheduler")?,
            zeros_for_empty_prompt: true,
            corrections: Corrections::default(),
        })
    }

    fn from_files(files: Files) -> Result<Self> {
        let mut corrections = files.corrections;
        let second = files.text_encoder_2.as_ref();
        let family = if second.is_some() { Family::Xl } else { Family::Sd };
        let latents = match family {
            Family::Sd => Latents::Scaled,
            Family::Xl => Latents::Standardized,
        };
        let config = Self {
            text_encoder: ClipConfig::from_file(&files.text_encoder, Projection::Absent)?,
            text_encoder_2: second
                .map(|file| ClipConfig::from_file(file, Projection::Present))
                .transpose()?,
            unet: UnetConfig::from_file(&files.unet, family, &mut corrections)?,
            vae: VaeConfig::from_file(&files.vae, latents)?,
            scheduler: SchedulerConfig::from_file(&files.scheduler, family, &mut corrections)?,
            zeros_for_empty_prompt: files.zeros_for_empty_prompt,
            corrections,
        };
        config.check(&files.unet)?;
        Ok(config)
    }

    fn check(&self, unet: &ConfigFile) -> Result<()> {
        let model = &self.unet;
        let second = self.text_encoder_2.as_ref();
        let width = self.text_encoder.hidden_size + second.map_or(0, |clip| clip.hidden_size);
        let text = format!("{width}, the width of the text encoders");
        unet.check(model.cross_attention_dim == width, "cross_attention_dim", &text)?;
        let channels = self.vae.latent_channels;
        let latent = format!("{channels}, the VAE's latent_channels");
        unet.supports(model.in_channels == channels, "in_channels", &latent)?;
        unet.supports(model.out_channels == channels, "out_channels", &latent)?;
        let pooled = second.and_then(|clip| clip.projection_dim);
        match (model.added, pooled) {
            (None, None) => Ok(()),
            (Some(added), Some(pooled)) => {
                let input = pooled + TIME_IDS * added.time_dim;
                let expected = format!("{input}: projection_dim and six sizes");
                let field = "projection_class_embeddings_input_dim";
                unet.check(added.input_dim == input, field, &expected)
            }
            (None, Some(_)) => {
                unet.check(false, "addition_embed_type", "\"text_time\", with two text encoders")
            }
            (Some(_), None) => {
                unet.check(false, "addition_embed_type", "null, with one text encoder")
            }
        }
    }
}

/// Refuses checkpoints of related models; says whether zeros stand for an absent negative prompt.
fn check_index(index: &ModelIndex) -> Result<bool> {
    let class = index.pipeline(&PIPELINES)?;
    index.check_parts(&PARTS)?;
    if class == PIPELINES[1] {
        // The refiner has the second alone.
        let listed = index.file().value("text_encoder");
        let has_first = listed.is_none() || index.class("text_encoder").is_some();
        index.file().supports(has_first, "text_encoder", "XL's base, with two text encoders")?;
    }
    index.file().or("force_zeros_for_empty_prompt", "true or false", true)
}
