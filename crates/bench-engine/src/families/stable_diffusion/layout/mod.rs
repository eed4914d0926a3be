//! Checkpoints of Stable Diffusion's makers: one file with all weights, which they also call `ldm`.
//!
//! In: a `.safetensors` file, or a folder that holds one and no parts of diffusers'. Out: its
//! architecture, and its tensors under the names of diffusers.

mod infer;
mod names;
mod release;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;
use serde_json::{Map, Value, json};

use self::names::Blocks;
use self::release::SdRelease;
use super::config::{SdConfig, version};
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::weights::{self, Shapes};
use crate::error::{PipelineError, Result};
use crate::families::images::parts::CheckpointLayout;
use crate::families::images::vae_names;

/// Names that are in every such file.
const MARKS: [&str; 2] =
    ["model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.conv_in.weight"];
/// Rows and columns of latents of the version 2 that predicts noise; the other, which predicts
/// velocity, has 96.
const NOISE_SIDE: usize = 64;
const TOKENIZER_REMEDY: &str = "a single file has no tokenizer: put the folder `tokenizer` (and for \
     XL `tokenizer_2`) of a checkpoint in the diffusers layout beside it, or name the folder that \
     holds them in init_kwargs.tokenizer_path";

/// A single-file checkpoint.
pub(super) struct Original {
    release: SdRelease,
    shapes: Shapes,
    tokenizers: PathBuf,
    blocks: Blocks,
    vae_levels: usize,
}

impl Original {
    /// The file of a path that is one, or is a folder with one and nothing of diffusers.
    ///
    /// # Errors
    /// When a folder has several of which none is the model for sure.
    pub(super) fn file(path: &Path) -> Result<Option<PathBuf>> {
        if path.is_file() {
            return Ok(Some(path.to_owned()));
        }
        if path.join("model_index.json").is_file() || path.join("unet").is_dir() {
            return Ok(None);
        }
        let mut files = safetensors_in(path);
        match files.len() {
            0 => weights::refuse_unread(path).map(|()| None),
            1 => Ok(files.pop()),
            count => Err(PipelineError::BadParameter {
                parameter: "model.model_path",
                found: format!("{}, with {count} safetensors files", path.display()),
                expected: "a checkpoint".to_owned(),
                remedy: format!("name one of them, such as {}", files[0].display()),
            }),
        }
    }

    /// Opens a file; `architecture` replaces fields of what it tells, `tokenizers` is where they
    /// are if not beside it.
    ///
    /// # Errors
    /// When the file is malformed or none of Stable Diffusion, or the architecture cannot be run.
    pub(super) fn open(
        file: &Path,
        architecture: Option<&Map<String, Value>>,
        tokenizers: Option<&str>,
    ) -> Result<(SdConfig, Self)> {
        let shapes = weights::file_shapes(file)?;
        let release = SdRelease::of(&shapes)?;
        let parts = parts(&shapes, release, architecture)?;
        let config = SdConfig::from_value(&file.display().to_string(), &Value::Object(parts))?;
        let blocks =
            Blocks { a_level: config.unet.layers_per_block, attends: config.unet.attends.clone() };
        let beside = || file.parent().map(Path::to_owned).unwrap_or_default();
        let tokenizers = tokenizers.map_or_else(beside, PathBuf::from);
        let vae_levels = config.vae.block_out_channels.len();
        Ok((config, Self { release, shapes, tokenizers, blocks, vae_levels }))
    }
}

/// Whether a path is such a checkpoint.
pub fn is_original(path: &Path) -> bool {
    let shapes = |file: PathBuf| weights::file_shapes(&file).ok();
    let found = Original::file(path).ok().flatten().and_then(shapes);
    found.is_some_and(|shapes| MARKS.iter().all(|name| shapes.contains(name)))
}

impl CheckpointLayout for Original {
    fn weights(&self, part: &str, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
        let all = weights::from_file(self.shapes.file(), dtype, device)?;
        let encoder = self.release.text_encoders().iter().find(|(name, _)| *name == part);
        Ok(match encoder {
            Some((_, prefix)) if prefix.ends_with(".model") => {
                weights::mapped(all.pp(prefix), names::open_clip)
            }
            Some((_, prefix)) => all.pp(prefix),
            None if part == "vae" => {
                let levels = self.vae_levels;
                let recipe = move |name: &str| vae_names::of_makers(name, levels);
                weights::mapped(all.pp("first_stage_model"), recipe)
            }
            None => {
                let blocks = self.blocks.clone();
                let recipe = move |name: &str| names::unet(name, &blocks);
                weights::mapped(all.pp("model.diffusion_model"), recipe)
            }
        })
    }

    fn notes(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn tokenizer(&self, name: &str) -> Result<PathBuf> {
        let folder = self.tokenizers.join(name);
        match folder.is_dir() {
            true => Ok(folder),
            false => Err(PipelineError::absent(folder, TOKENIZER_REMEDY)),
        }
    }
}

/// What the version says, then what the tensors tell, then what the configuration says, field by
/// field.
fn parts(
    shapes: &Shapes,
    release: SdRelease,
    architecture: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>> {
    let stated = Value::Object(architecture.cloned().unwrap_or_default());
    let stated = ConfigFile::from_value("model.architecture", &stated)?;
    let named = version::named(&stated)?.map(|(_, parts)| parts);
    let mut parts = named.unwrap_or_else(|| version::parts(release.version()));
    infer::complete_all(&mut parts, shapes, release)?;
    let stated_part = |part: &str| stated.optional::<Map<String, Value>>(part, "an object");
    let predicts_noise = |scheduler: Map<String, Value>| {
        scheduler.get("prediction_type").is_some_and(|kind| kind == "epsilon")
    };
    if release == SdRelease::V2 && stated_part("scheduler")?.is_some_and(predicts_noise) {
        infer::complete(&mut parts, "unet", [("sample_size".to_owned(), json!(NOISE_SIDE))]);
    }
    for part in version::PARTS {
        infer::complete(&mut parts, part, stated_part(part)?.into_iter().flatten());
    }
    Ok(parts)
}

fn safetensors_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let is_weights = |path: &PathBuf| path.extension().is_some_and(|end| end == "safetensors");
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file() && is_weights(path)).collect();
    files.sort();
    files
}
