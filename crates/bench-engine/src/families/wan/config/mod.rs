//! Configurations of a Wan checkpoint: `config.json` files or an inline architecture come in,
//! checked values go out.

mod scheduler;
mod sigma_grid;
mod text_encoder;
mod transformer;
mod vae;

use std::path::Path;

use serde_json::Value;

pub use scheduler::{EulerConfig, SchedulerConfig, UniPcConfig};
pub use sigma_grid::SigmaGrid;
pub use text_encoder::TextEncoderConfig;
pub use transformer::TransformerConfig;
pub use vae::VaeConfig;

use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::model_index::ModelIndex;
use crate::error::Result;

const REMEDY: &str = "give the folder of a checkpoint in the diffusers layout";

/// Parts, and the classes of which they may be.
const CLASSES: [(&str, &str); 3] = [
    ("text_encoder", "UMT5EncoderModel"),
    ("transformer", "WanTransformer3DModel"),
    ("vae", "AutoencoderKLWan"),
];

/// Everything about an architecture that weights do not say.
#[derive(Debug, Clone, PartialEq)]
pub struct WanConfig {
    /// UMT5 encoder.
    pub text_encoder: TextEncoderConfig,
    /// Diffusion transformer.
    pub transformer: TransformerConfig,
    /// Decoder of the causal video VAE.
    pub vae: VaeConfig,
    /// Noise schedule and solver.
    pub scheduler: SchedulerConfig,
    /// What was changed of the files.
    pub corrections: Corrections,
}

impl WanConfig {
    /// Reads the configs of a checkpoint folder in the diffusers layout.
    ///
    /// # Errors
    /// When a file or field is missing or has a value that cannot be run, or parts do not fit.
    pub fn read(folder: &Path) -> Result<Self> {
        let index = ModelIndex::read(folder)?;
        index.as_ref().map(check_index).transpose()?;
        let mut corrections = Corrections::default();
        let component =
            |name: &str, file: &str| ConfigFile::read(&folder.join(name).join(file), REMEDY);
        let scheduler = component("scheduler", "scheduler_config.json")?;
        let scheduler = ModelIndex::scheduler(index.as_ref(), scheduler, &mut corrections);
        Self::from_parts(
            &component("text_encoder", "config.json")?,
            &component("transformer", "config.json")?,
            &component("vae", "config.json")?,
            &scheduler,
            corrections,
        )
    }

    /// Takes an inline architecture: an object with `text_encoder`, `transformer`, `vae` and
    /// `scheduler`, each as in the checkpoint's files. `origin` names it in errors.
    ///
    /// # Errors
    /// As [`WanConfig::read`].
    pub fn from_value(origin: &str, value: &Value) -> Result<Self> {
        let file = ConfigFile::from_value(origin, value)?;
        Self::from_parts(
            &file.section("text_encoder")?,
            &file.section("transformer")?,
            &file.section("vae")?,
            &file.section("scheduler")?,
            Corrections::default(),
        )
    }

    fn from_parts(
        text_encoder: &ConfigFile,
        transformer: &ConfigFile,
        vae: &ConfigFile,
        scheduler: &ConfigFile,
        mut corrections: Corrections,
    ) -> Result<Self> {
        let config = Self {
            text_encoder: TextEncoderConfig::from_file(text_encoder)?,
            transformer: TransformerConfig::from_file(transformer)?,
            vae: VaeConfig::from_file(vae)?,
            scheduler: SchedulerConfig::from_file(scheduler, &mut corrections)?,
            corrections,
        };
        config.check_parts(transformer, ["text_dim", "in_channels", "out_channels"])?;
        Ok(config)
    }

    /// Passes where the transformer fits the other parts; `fields` are its widths of the text and
    /// of the latents that come in and go out, as its file names them.
    pub(super) fn check_parts(&self, file: &ConfigFile, fields: [&str; 3]) -> Result<()> {
        let (width, channels) = (self.text_encoder.d_model, self.vae.z_dim);
        let model = &self.transformer;
        let [text, input, output] = fields;
        let expected = format!("{width}, the text encoder's d_model");
        file.check(model.text_dim == width, text, &expected)?;
        let latent = format!("{channels}, the VAE's z_dim");
        file.check(model.in_channels == channels, input, &latent)?;
        file.check(model.out_channels == channels, output, &latent)
    }
}

/// Refuses checkpoints of related models that need parts which are not built.
fn check_index(index: &ModelIndex) -> Result<()> {
    index.pipeline(&["WanPipeline"])?;
    index.check_parts(&CLASSES)?;
    index.file().unset("boundary_ratio", "null: one transformer, where some Wan2.2 have two")?;
    index.file().unset("expand_timesteps", "false, which Wan2.2 5B is not")
}
