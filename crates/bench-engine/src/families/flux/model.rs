//! A loaded model, and what the family says of itself to the runner.

use std::path::Path;

use anyhow::ensure;
use bench_records::config::RunPlan;
use candle_core::Device;
use candle_transformers::models::flux::model::Flux as Transformer;
use candle_transformers::models::t5::T5EncoderModel;
use serde_json::{Map, Value, json};

use super::config::{FluxConfig, PATCH};
use super::denoise::Course;
use super::layout::FluxLayout;
use super::text::{Text, TextEncoders};
use crate::Request;
use crate::checkpoint::corrections::Corrections;
use crate::compute::memory::{weight_bytes, wide};
use crate::compute::ops::limits::{Backend, check_softmax};
use crate::compute::precision::Types;
use crate::error::Result;
use crate::families::images::clip::ClipEncoder;
use crate::families::images::model::{Cost, DenoiseJob, Model};
use crate::families::images::parts::Parts;
use crate::families::images::settings::{Defaults, Settings};
use crate::families::images::vae::VaeDecoder;
use crate::families::images::vae_config::VaeConfig;

/// Pixels of a side, as diffusers has it.
const DEFAULT_SIDE: usize = 1024;
/// Of dev; schnell was distilled for 4 steps.
const DEFAULT_STEPS: usize = 28;
const DEFAULT_STEPS_SCHNELL: usize = 4;
const DEFAULT_GUIDANCE: f64 = 3.5;
/// Tokens of T5: schnell knows no more than 256.
const DEFAULT_LENGTH: usize = 512;
const DEFAULT_LENGTH_SCHNELL: usize = 256;
/// CLIP and T5.
const ENCODERS: usize = 2;

/// A loaded model.
pub struct FluxModel {
    pub(super) config: FluxConfig,
    pub(super) text: TextEncoders,
    pub(super) transformer: Transformer,
    pub(super) vae: VaeDecoder,
    pub(super) types: Types,
    pub(super) device: Device,
}

impl FluxModel {
    /// Loads all parts; T5 is given `length` tokens, padding included.
    ///
    /// # Errors
    /// When a file or tensor is missing or does not fit.
    pub(super) fn from_parts(
        config: FluxConfig,
        parts: &Parts,
        types: Types,
        length: usize,
        device: &Device,
    ) -> Result<Self> {
        let transformer = parts.weights("transformer", types.denoiser, device)?;
        Ok(Self {
            text: TextEncoders::load(&config, parts, types.text, length, device)?,
            transformer: Transformer::new(&config.transformer, transformer)?,
            vae: VaeDecoder::load(&config.vae, parts.weights("vae", types.vae, device)?)?,
            config,
            types,
            device: device.clone(),
        })
    }
}

impl Model for FluxModel {
    type Config = FluxConfig;
    type Text = Text;
    type Course = Course;

    const ATTENTION: [&'static str; 2] = ["softmax-full", "softmax-full"];

    fn open(plan: &RunPlan) -> Result<(FluxConfig, Parts)> {
        let folder = Path::new(&plan.model.model_path);
        let config = FluxConfig::read(folder)?;
        let vae_levels = config.vae.block_out_channels.len();
        let variant = plan.variant().map(str::to_owned);
        let layout = FluxLayout { folder: folder.to_owned(), vae_levels, variant };
        Ok((config, Parts::Files(Box::new(layout))))
    }

    fn architecture(origin: &str, value: &Value) -> Result<FluxConfig> {
        FluxConfig::from_value(origin, value)
    }

    fn vae_config(config: &FluxConfig) -> &VaeConfig {
        &config.vae
    }

    fn latent_multiple(_: &FluxConfig) -> usize {
        PATCH
    }

    fn defaults(_: &RunPlan, config: Option<&FluxConfig>) -> Defaults {
        Defaults {
            size: [DEFAULT_SIDE; 2],
            steps: if is_schnell(config) { DEFAULT_STEPS_SCHNELL } else { DEFAULT_STEPS },
            guidance: DEFAULT_GUIDANCE,
            encoders: ENCODERS,
        }
    }

    fn check(config: Option<&FluxConfig>, settings: &Settings) -> anyhow::Result<()> {
        let length = length(config, settings);
        ensure!(
            length <= DEFAULT_LENGTH,
            "generation_kwargs.max_sequence_length is {length}, but FLUX reads at most \
             {DEFAULT_LENGTH} tokens; ask for fewer"
        );
        Ok(())
    }

    fn notes(config: &FluxConfig, settings: &Settings) -> Map<String, Value> {
        Map::from_iter([
            ("scheduler".to_owned(), json!("FlowMatchEulerDiscreteScheduler")),
            ("max_sequence_length".to_owned(), json!(length(Some(config), settings))),
        ])
    }

    /// No FLUX makes an unguided prediction; schnell does not read guidance either.
    fn ignored(config: &FluxConfig) -> &'static [&'static str] {
        match config.is_guided() {
            true => &["negative_prompt"],
            false => &["negative_prompt", "guidance_scale"],
        }
    }

    fn corrections(config: &FluxConfig) -> &Corrections {
        &config.corrections
    }

    fn cost(
        config: &FluxConfig,
        types: Types,
        settings: &Settings,
        (height, width): (usize, usize),
    ) -> Result<Cost> {
        let model = &config.transformer;
        let weights = weight_bytes(types.text[0], |vb| ClipEncoder::load(&config.clip, vb))?
            + weight_bytes(types.text[1], |vb| T5EncoderModel::load(vb, &config.t5))?
            + weight_bytes(types.denoiser, |vb| Transformer::new(model, vb))?;
        let tokens = tokens(config, settings, (height, width));
        // Queries, keys, values and inner layer of a single block, and its scores.
        let row = 7 * wide(model.hidden_size) + tokens * wide(model.num_heads);
        let step = wide(settings.images).saturating_mul(tokens).saturating_mul(row);
        Ok(Cost { weights, step })
    }

    /// Candle's model holds the scores of all heads and pictures at once.
    fn too_large(
        config: &FluxConfig,
        settings: &Settings,
        job: &DenoiseJob,
        backend: Backend,
    ) -> Option<String> {
        let tokens = tokens(config, settings, job.size);
        let heads = wide(settings.images).saturating_mul(wide(config.transformer.num_heads));
        check_softmax(backend, heads.saturating_mul(tokens), tokens).err()
    }

    fn load(
        config: FluxConfig,
        parts: &Parts,
        types: Types,
        settings: &Settings,
        device: &Device,
    ) -> Result<Self> {
        let length = length(Some(&config), settings);
        Self::from_parts(config, parts, types, length, device)
    }

    fn encode(&mut self, request: &Request, _: &Settings) -> Result<Text> {
        self.text.encode(&request.prompt)
    }

    fn config(&self) -> &FluxConfig {
        &self.config
    }

    fn begin(&self, job: DenoiseJob, text: &Text) -> Result<Course> {
        Course::begin(self, job, text)
    }

    /// One after the other: Candle's transformer multiplies a batch's vectors in one product, whose bits
    /// depend on how many they are.
    fn step(&self, courses: &mut [&mut Course]) -> Result<()> {
        courses.iter_mut().try_for_each(|course| course.step(self))
    }

    fn vae(&self) -> &VaeDecoder {
        &self.vae
    }
}

fn is_schnell(config: Option<&FluxConfig>) -> bool {
    config.is_some_and(|config| !config.is_guided())
}

/// Tokens of one picture, given rows and columns of latents, and of its text.
fn tokens(config: &FluxConfig, settings: &Settings, (height, width): (usize, usize)) -> u128 {
    wide(height) * wide(width) / wide(PATCH * PATCH) + wide(length(Some(config), settings))
}

/// Tokens that T5 is given.
fn length(config: Option<&FluxConfig>, settings: &Settings) -> usize {
    let own = if is_schnell(config) { DEFAULT_LENGTH_SCHNELL } else { DEFAULT_LENGTH };
    settings.max_sequence_length.unwrap_or(own)
}
