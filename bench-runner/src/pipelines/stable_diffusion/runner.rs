//! The pipeline as benchmarks run it: a plan comes in, stages on a clock and pictures go out.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use bench_records::config::{LoadFormat, RunPlan};
use candle_core::Tensor;
use serde_json::{Value, json};

use super::config::SdConfig;
use super::denoise::{Denoiser, Job};
use super::model::{SdModel, Types, least_bytes};
use super::text::Text;
use crate::measure::gpu::Monitor;
use crate::measure::machine;
use crate::measure::stage_clock::{DENOISE, StageClock, Synchronizer, TEXT_ENCODER, VAE_DECODE};
use crate::pipelines::images::parts::Parts;
use crate::pipelines::images::precision::Part;
use crate::pipelines::images::settings::{Defaults, Settings};
use crate::pipelines::images::{memory, support};
use crate::pipelines::{Description, LoadContext, MemorySource, Output, Pipeline, Request};
use crate::pipelines::{candle_device, images};

const DEFAULT_STEPS: usize = 50;
const DEFAULT_GUIDANCE: f64 = 7.5;
const DEFAULT_GUIDANCE_XL: f64 = 5.0;
/// On a CPU, on a GPU.
const ATTENTION: [&str; 2] = ["softmax-blockwise", "softmax-chunked"];

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
pub struct StableDiffusion {
    model: SdModel,
    settings: Settings,
    size: (usize, usize),
    description: Description,
}

impl StableDiffusion {
    /// Loads the plan's model, having made sure that request and memory fit.
    ///
    /// # Errors
    /// What does not fit or cannot be read, with its file or field.
    pub fn load(plan: &RunPlan, context: &LoadContext) -> Result<Self> {
        let folder = Path::new(&plan.model.model_path);
        let (config, parts) = match architecture(plan)? {
            Some(config) => (config, Parts::MadeUp),
            None => (SdConfig::read(folder)?, Parts::Folder(folder.to_owned())),
        };
        let (settings, size) = checked(plan, &config)?;
        let place = candle_device::open(context.device, &context.watch)?;
        let dtype = |part: Part| settings.precisions.dtype(part, &place.device);
        let types = Types {
            text: [dtype(Part::TextEncoder(0))?, dtype(Part::TextEncoder(1))?],
            unet: dtype(Part::Denoiser)?,
            vae: dtype(Part::Vae)?,
        };
        if place.device.is_cpu() {
            let samples = settings.images * (1 + usize::from(settings.guidance > 1.0));
            let needed = least_bytes(&config, types, samples, size)?;
            memory::check(needed, machine::available_memory_bytes())?;
        }
        images::support::warn_of_development_build(&context.watch);
        let notes = notes(&config, &settings, types);
        let description = support::describe(&place, types.unet, notes, ATTENTION);
        let model = SdModel::load(config, &parts, types, &place.device)?;
        Ok(Self { model, settings, size, description })
    }

    fn is_guided(&self) -> bool {
        self.settings.guidance > 1.0
    }

    /// What is read of the prompt and, where guidance asks for it, of the negative prompt.
    fn encode(&self, request: &Request) -> Result<(Text, Option<Text>)> {
        let text = self.model.text.encode(&request.prompt)?;
        if !self.is_guided() {
            return Ok((text, None));
        }
        let config = &self.model.config;
        let negative = match &request.negative_prompt {
            None if config.text_encoder_2.is_some() && config.zeros_for_empty_prompt => {
                text.zeros_like()?
            }
            negative => self.model.text.encode(negative.as_deref().unwrap_or_default())?,
        };
        Ok((text, Some(negative)))
    }

    /// Denoised latents, from the request's noise.
    fn denoise(
        &self,
        request: &Request,
        (text, negative): (&Text, Option<&Text>),
        clock: &mut StageClock<'_>,
    ) -> Result<Tensor> {
        let job = Job {
            steps: self.settings.steps,
            size: self.size,
            guidance: self.settings.guidance,
            images: self.settings.images,
            seed: request.seed,
        };
        let mut denoiser = Denoiser::new(&self.model, job, text, negative)?;
        while denoiser.step()? {
            clock.step()?;
        }
        Ok(denoiser.into_latents())
    }
}

impl Pipeline for StableDiffusion {
    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output> {
        let (text, negative) = clock.stage(TEXT_ENCODER, |_| self.encode(request))?;
        let latents = clock
            .stage(DENOISE, |clock| self.denoise(request, (&text, negative.as_ref()), clock))?;
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

    fn gpu_monitor(&self) -> Option<Monitor> {
        candle_device::monitor(&self.model.device)
    }

    fn memory_source(&self) -> MemorySource {
        support::memory_source(&self.model.device)
    }
}

/// The architecture of the plan's configuration, where its weights are made up.
fn architecture(plan: &RunPlan) -> Result<Option<SdConfig>> {
    let (LoadFormat::Dummy, Some(fields)) = (plan.model.load_format, &plan.model.architecture)
    else {
        return Ok(None);
    };
    Ok(Some(SdConfig::from_value("model.architecture", &Value::Object(fields.clone()))?))
}

/// Settings that fit the model, and the size of its latents.
fn checked(plan: &RunPlan, config: &SdConfig) -> Result<(Settings, (usize, usize))> {
    let settings = settings(plan, Some(config))?;
    let halvings = config.unet.block_out_channels.len() - 1;
    let size =
        settings.latent_size(config.vae.factor(), 1 << halvings).context("generation_kwargs")?;
    let (steps, train) = (settings.steps, config.scheduler.num_train_timesteps);
    ensure!(
        steps <= train,
        "generation_kwargs.num_inference_steps is {steps}, but the schedule has {train} timesteps; \
         ask for fewer"
    );
    Ok((settings, size))
}

fn settings(plan: &RunPlan, config: Option<&SdConfig>) -> Result<Settings> {
    let is_xl = config.is_some_and(|config| config.text_encoder_2.is_some());
    let side = config.map_or(512, |config| config.unet.sample_size * config.vae.factor());
    let guidance = if is_xl { DEFAULT_GUIDANCE_XL } else { DEFAULT_GUIDANCE };
    let defaults = Defaults { size: side, steps: DEFAULT_STEPS, guidance };
    let encoders = match config {
        Some(_) => 1 + usize::from(is_xl),
        None => plan
            .init("text_encoder_precisions")
            .and_then(Value::as_array)
            .map_or(1, |values| values.len().min(2)),
    };
    Settings::of(plan, defaults, encoders)
}

/// What else made the numbers: schedule, sizes in force, types of the other parts.
fn notes(config: &SdConfig, settings: &Settings, types: Types) -> Value {
    json!({
        "scheduler": config.scheduler.method.class(),
        "height": settings.height,
        "width": settings.width,
        "num_inference_steps": settings.steps,
        "guidance_scale": settings.guidance,
        "text_encoder_dtype": types.text[0].as_str(),
        "vae_dtype": types.vae.as_str(),
        "vae_decode": "one picture at a time, untiled",
    })
}
