//! A loaded model, and what the family says of itself to the runner.

use std::path::Path;

use anyhow::{bail, ensure};
use bench_records::config::{LoadFormat, RunPlan};
use candle_core::{DType, Device};
use serde_json::{Map, Value, json};

use super::config::SdConfig;
use super::denoise::{self, Course};
use super::layout::Original;
use super::text::{Text, TextEncoders};
use super::unet::Unet;
use crate::Request;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights;
use crate::compute::memory::{weight_bytes, wide};
use crate::compute::precision::Types;
use crate::error::Result;
use crate::families::images::clip::ClipEncoder;
use crate::families::images::model::{Cost, DenoiseJob, Model};
use crate::families::images::parts::{DiffusersLayout, Parts};
use crate::families::images::settings::{Defaults, Settings};
use crate::families::images::vae::VaeDecoder;
use crate::families::images::vae_config::VaeConfig;
use crate::families::support;

/// Parts with weights; the second text encoder is XL's.
const PARTS: [&str; 4] = ["text_encoder", "text_encoder_2", "unet", "vae"];
const DEFAULT_SIDE: usize = 512;
const DEFAULT_STEPS: usize = 50;
const DEFAULT_GUIDANCE: f64 = 7.5;
const DEFAULT_GUIDANCE_XL: f64 = 5.0;

/// A loaded model.
#[derive(Debug, Clone)]
pub struct SdModel {
    pub(super) config: SdConfig,
    pub(super) text: TextEncoders,
    pub(super) unet: Unet,
    pub(super) vae: VaeDecoder,
    pub(super) types: Types,
    pub(super) device: Device,
}

/// What is read of the prompt and, where guidance asks for it, of the negative prompt.
#[derive(Debug, Clone)]
pub struct Prompts {
    pub(super) text: Text,
    pub(super) negative: Option<Text>,
}

impl SdModel {
    /// Loads all parts.
    ///
    /// # Errors
    /// When a file or tensor is missing or does not fit.
    pub(super) fn from_parts(
        config: SdConfig,
        parts: &Parts,
        types: Types,
        device: &Device,
    ) -> Result<Self> {
        Ok(Self {
            text: TextEncoders::load(&config, parts, types.text, device)?,
            unet: Unet::load(&config.unet, parts.weights("unet", types.denoiser, device)?)?,
            vae: VaeDecoder::load(&config.vae, parts.weights("vae", types.vae, device)?)?,
            config,
            types,
            device: device.clone(),
        })
    }

    fn negative(&self, prompt: Option<&str>, text: &Text) -> Result<Text> {
        let is_xl = self.config.text_encoder_2.is_some();
        match prompt {
            None if is_xl && self.config.zeros_for_empty_prompt => text.zeros_like(),
            prompt => self.text.encode(prompt.unwrap_or_default()),
        }
    }
}

impl Model for SdModel {
    type Config = SdConfig;
    type Text = Prompts;
    type Course = Course;

    const ATTENTION: [&'static str; 2] = support::ATTENTION;

    /// Files of configuration say it all; what else is said would not be read.
    fn check_plan(plan: &RunPlan) -> anyhow::Result<()> {
        let folder = Path::new(&plan.model.model_path);
        let is_read = plan.model.load_format == LoadFormat::Dummy || !folder.is_dir();
        if is_read || plan.model.architecture.is_none() || Original::file(folder)?.is_some() {
            return Ok(());
        }
        bail!(
            "model.architecture is given, but {} has files of configuration, which say it all; change \
             those, or remove it",
            folder.display()
        )
    }

    fn open(plan: &RunPlan) -> Result<(SdConfig, Parts)> {
        let path = Path::new(&plan.model.model_path);
        let architecture = plan.model.architecture.as_ref();
        let Some(file) = Original::file(path)? else {
            let layout = DiffusersLayout {
                folder: path.to_owned(),
                parts: &PARTS,
                variant: plan.variant().map(str::to_owned),
            };
            return Ok((SdConfig::read(path)?, Parts::Files(Box::new(layout))));
        };
        weights::notes(&file, &[], plan.variant())?;
        let tokenizers = plan.init("tokenizer_path").and_then(Value::as_str);
        let (config, original) = Original::open(&file, architecture, tokenizers)?;
        Ok((config, Parts::Files(Box::new(original))))
    }

    fn architecture(origin: &str, value: &Value) -> Result<SdConfig> {
        SdConfig::from_value(origin, value)
    }

    fn vae_config(config: &SdConfig) -> &VaeConfig {
        &config.vae
    }

    fn latent_multiple(config: &SdConfig) -> usize {
        1 << (config.unet.block_out_channels.len() - 1)
    }

    fn defaults(plan: &RunPlan, config: Option<&SdConfig>) -> Defaults {
        let is_xl = config.is_some_and(|config| config.text_encoder_2.is_some());
        let size =
            |config: &SdConfig| config.unet.sample_size.map(|side| side * config.vae.factor());
        Defaults {
            size: config.map_or([DEFAULT_SIDE; 2], size),
            steps: DEFAULT_STEPS,
            guidance: if is_xl { DEFAULT_GUIDANCE_XL } else { DEFAULT_GUIDANCE },
            encoders: match config {
                Some(_) => 1 + usize::from(is_xl),
                None => stated_encoders(plan),
            },
        }
    }

    fn check(config: Option<&SdConfig>, settings: &Settings) -> anyhow::Result<()> {
        let Some(config) = config else { return Ok(()) };
        let (steps, train) = (settings.steps, config.scheduler.num_train_timesteps);
        ensure!(
            steps <= train,
            "generation_kwargs.num_inference_steps is {steps}, but the schedule has {train} \
             timesteps; ask for fewer"
        );
        Ok(())
    }

    fn notes(config: &SdConfig, _: &Settings) -> Map<String, Value> {
        Map::from_iter([("scheduler".to_owned(), json!(config.scheduler.method.class()))])
    }

    fn corrections(config: &SdConfig) -> &Corrections {
        &config.corrections
    }

    /// `StableDiffusionXLPipeline` decodes in f32 where an f16 VAE says so, as it does by default.
    fn types(config: &SdConfig, asked: Types, corrections: &mut Corrections) -> Types {
        let is_xl = config.text_encoder_2.is_some();
        if !(is_xl && config.vae.force_upcast && asked.vae == DType::F16) {
            return asked;
        }
        corrections.note(
            "vae precision fp16 → fp32, as diffusers decodes where force_upcast is true".to_owned(),
        );
        Types { vae: DType::F32, ..asked }
    }

    fn cost(
        config: &SdConfig,
        types: Types,
        settings: &Settings,
        (height, width): (usize, usize),
    ) -> Result<Cost> {
        let clips = std::iter::once(&config.text_encoder).chain(&config.text_encoder_2);
        let mut weights = weight_bytes(types.denoiser, |vb| Unet::load(&config.unet, vb))?;
        for (clip, dtype) in clips.zip(types.text) {
            weights += weight_bytes(dtype, |vb| ClipEncoder::load(clip, vb))?;
        }
        let samples = wide(settings.images) * if settings.is_guided() { 2 } else { 1 };
        // What a residual block reads and writes at the full resolution.
        let area = wide(height) * wide(width);
        let step = (3 * samples * area).saturating_mul(wide(config.unet.block_out_channels[0]));
        Ok(Cost { weights, step })
    }

    fn load(
        config: SdConfig,
        parts: &Parts,
        types: Types,
        _: &Settings,
        device: &Device,
    ) -> Result<Self> {
        Self::from_parts(config, parts, types, device)
    }

    fn encode(&mut self, request: &Request, settings: &Settings) -> Result<Prompts> {
        let text = self.text.encode(&request.prompt)?;
        let negative = request.negative_prompt.as_deref();
        let negative = settings.is_guided().then(|| self.negative(negative, &text)).transpose()?;
        Ok(Prompts { text, negative })
    }

    fn config(&self) -> &SdConfig {
        &self.config
    }

    fn begin(&self, job: DenoiseJob, prompts: &Prompts) -> Result<Course> {
        Course::begin(self, job, &prompts.text, prompts.negative.as_ref())
    }

    fn step(&self, courses: &mut [&mut Course]) -> Result<()> {
        denoise::step(self, courses)
    }

    fn vae(&self) -> &VaeDecoder {
        &self.vae
    }
}

/// Before the files are here, as many as have a precision of their own.
fn stated_encoders(plan: &RunPlan) -> usize {
    let precisions = plan.init("text_encoder_precisions").and_then(Value::as_array);
    precisions.map_or(1, |values| values.len().min(2))
}
