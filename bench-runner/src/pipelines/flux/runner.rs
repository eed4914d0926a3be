//! The pipeline as benchmarks run it: a plan comes in, stages on a clock and pictures go out.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use bench_records::config::{LoadFormat, RunPlan};
use candle_core::Tensor;
use serde_json::{Value, json};

use super::config::{FluxConfig, PATCH};
use super::model::{FluxModel, Job, Types, least_bytes};
use super::text::Text;
use crate::measure::machine;
use crate::measure::stage_clock::{DENOISE, StageClock, Synchronizer, TEXT_ENCODER, VAE_DECODE};
use crate::pipelines::candle_device;
use crate::pipelines::images::parts::Parts;
use crate::pipelines::images::precision::Part;
use crate::pipelines::images::settings::{Defaults, Settings};
use crate::pipelines::images::{memory, support};
use crate::pipelines::{Description, LoadContext, MemorySource, Output, Pipeline, Request};

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
const ATTENTION: [&str; 2] = ["softmax-full", "softmax-full"];

/// A fault of the configuration that only this pipeline knows.
///
/// # Errors
/// That fault.
pub fn check(plan: &RunPlan) -> Result<()> {
    match architecture(plan)? {
        Some(config) => checked(plan, &config).map(|_| ()),
        None => settings(plan, None).map(|_| ()),
    }
}

/// Why this build cannot run the plan; `None` where it can.
#[must_use]
pub fn unsupported(plan: &RunPlan) -> Option<String> {
    support::unsupported(plan)
}

/// A loaded model with what it is asked for.
pub struct Flux {
    model: FluxModel,
    settings: Settings,
    size: (usize, usize),
    description: Description,
}

impl Flux {
    /// Loads the plan's model, having made sure that request and memory fit.
    ///
    /// # Errors
    /// What does not fit or cannot be read, with its file or field.
    pub fn load(plan: &RunPlan, context: &LoadContext) -> Result<Self> {
        let folder = Path::new(&plan.model.model_path);
        let (config, parts) = match architecture(plan)? {
            Some(config) => (config, Parts::MadeUp),
            None => (FluxConfig::read(folder)?, Parts::Folder(folder.to_owned())),
        };
        let (settings, size) = checked(plan, &config)?;
        let length = length(plan, Some(&config));
        let place = candle_device::open(context.device, &context.watch)?;
        let dtype = |part: Part| settings.precisions.dtype(part, &place.device);
        let types = Types {
            text: [dtype(Part::TextEncoder(0))?, dtype(Part::TextEncoder(1))?],
            transformer: dtype(Part::Denoiser)?,
            vae: dtype(Part::Vae)?,
        };
        if place.device.is_cpu() {
            let needed = least_bytes(&config, types, settings.images, length, size)?;
            memory::check(needed, machine::available_memory_bytes())?;
        }
        support::warn_of_development_build(&context.watch);
        let notes = notes(&settings, types, length);
        let description = support::describe(&place, types.transformer, notes, ATTENTION);
        let model = FluxModel::load(config, &parts, types, length, &place.device)?;
        Ok(Self { model, settings, size, description })
    }

    /// Denoised latents, from the request's noise.
    fn denoise(
        &self,
        request: &Request,
        text: &Text,
        clock: &mut StageClock<'_>,
    ) -> Result<Tensor> {
        let job = Job {
            steps: self.settings.steps,
            size: self.size,
            guidance: self.settings.guidance,
            images: self.settings.images,
            seed: request.seed,
        };
        let mut denoiser = self.model.denoiser(job, text)?;
        while denoiser.step()? {
            clock.step()?;
        }
        Ok(denoiser.into_latents()?)
    }
}

impl Pipeline for Flux {
    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output> {
        let text = clock.stage(TEXT_ENCODER, |_| Ok(self.model.text.encode(&request.prompt)?))?;
        let latents = clock.stage(DENOISE, |clock| self.denoise(request, &text, clock))?;
        let images = clock.stage(VAE_DECODE, |_| Ok(self.model.decode(&latents)?))?;
        support::check_finite(&latents)?;
        Ok(Output::images(images))
    }

    fn synchronizer(&self) -> Synchronizer {
        support::synchronizer(&self.model.device)
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn memory_source(&self) -> MemorySource {
        support::memory_source(&self.model.device)
    }
}

/// The architecture of the plan's configuration, where its weights are made up.
fn architecture(plan: &RunPlan) -> Result<Option<FluxConfig>> {
    let (LoadFormat::Dummy, Some(fields)) = (plan.model.load_format, &plan.model.architecture)
    else {
        return Ok(None);
    };
    Ok(Some(FluxConfig::from_value("model.architecture", &Value::Object(fields.clone()))?))
}

/// Settings that fit the model, and the size of its latents.
fn checked(plan: &RunPlan, config: &FluxConfig) -> Result<(Settings, (usize, usize))> {
    let settings = settings(plan, Some(config))?;
    let size = settings.latent_size(config.vae.factor(), PATCH).context("generation_kwargs")?;
    Ok((settings, size))
}

fn settings(plan: &RunPlan, config: Option<&FluxConfig>) -> Result<Settings> {
    let is_schnell = config.is_some_and(|config| !config.is_guided());
    let steps = if is_schnell { DEFAULT_STEPS_SCHNELL } else { DEFAULT_STEPS };
    let defaults = Defaults { size: DEFAULT_SIDE, steps, guidance: DEFAULT_GUIDANCE };
    let most = length(plan, config);
    ensure!(
        most <= DEFAULT_LENGTH,
        "generation_kwargs.max_sequence_length is {most}, but FLUX reads at most {DEFAULT_LENGTH} \
         tokens; ask for fewer"
    );
    Settings::of(plan, defaults, ENCODERS)
}

/// Tokens that T5 is given.
fn length(plan: &RunPlan, config: Option<&FluxConfig>) -> usize {
    let asked = plan.generation_kwargs.get("max_sequence_length").and_then(Value::as_u64);
    let is_schnell = config.is_some_and(|config| !config.is_guided());
    let own = if is_schnell { DEFAULT_LENGTH_SCHNELL } else { DEFAULT_LENGTH };
    asked.map_or(own, |length| usize::try_from(length).unwrap_or(usize::MAX))
}

/// What else made the numbers: schedule, sizes in force, types of the other parts.
fn notes(settings: &Settings, types: Types, length: usize) -> Value {
    json!({
        "scheduler": "FlowMatchEulerDiscreteScheduler",
        "height": settings.height,
        "width": settings.width,
        "num_inference_steps": settings.steps,
        "guidance_scale": settings.guidance,
        "max_sequence_length": length,
        "text_encoder_dtype": types.text[1].as_str(),
        "vae_dtype": types.vae.as_str(),
        "vae_decode": "one picture at a time, untiled",
    })
}
