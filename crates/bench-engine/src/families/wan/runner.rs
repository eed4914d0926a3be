//! The pipeline as benchmarks run it: a plan comes in, stages on a clock and frames go out.

use std::path::Path;

use anyhow::{Context, Result};
use bench_records::config::RunPlan;
use candle_core::{Device, Tensor};

use super::description::describe;
use super::layout::Layout;
use super::memory::least_bytes;
use super::pipeline::WanPipeline;
use super::settings::{self, Settings};
use crate::checkpoint::weights;
use crate::compute::{device, memory, support};
use crate::gpu::Monitor;
use crate::machine;
use crate::stage_clock::{DENOISE, StageClock, Synchronizer, TEXT_ENCODER, VAE_DECODE};
use crate::{Description, LoadContext, MemorySource, Output, Pipeline, Request};

/// A fault of the configuration that only this pipeline knows.
///
/// # Errors
/// That fault.
pub fn check(plan: &RunPlan) -> Result<()> {
    let settings = Settings::of(plan)?;
    if let Some(config) = settings::architecture(plan)? {
        settings.request.latent_size(&config).context("generation_kwargs")?;
    }
    Ok(())
}

/// Why this build cannot run the plan; `None` where it can.
#[must_use]
pub fn unsupported(plan: &RunPlan) -> Option<String> {
    support::unsupported(plan).or_else(|| settings::unsupported(plan))
}

/// A loaded model with what it is asked for.
pub struct Wan {
    model: WanPipeline,
    settings: Settings,
    device: Device,
    description: Description,
}

impl Wan {
    /// Loads the plan's model, having made sure that request and memory fit.
    ///
    /// # Errors
    /// What does not fit or cannot be read, with its file or field.
    pub fn load(plan: &RunPlan, context: &LoadContext) -> Result<Self> {
        let settings = Settings::of(plan)?;
        let folder = Path::new(&plan.model.model_path);
        let made_up = settings::architecture(plan)?;
        let config = match &made_up {
            Some(config) => config.clone(),
            None => Layout::of(folder).config(folder)?,
        };
        let latent = settings.request.latent_size(&config).context("generation_kwargs")?;
        let place = device::open(context.device, &*context.watch)?;
        let options = settings.options(&place.device)?;
        if place.device.is_cpu() {
            let (request, videos) = (&settings.request, settings.videos);
            let needed = least_bytes(&config, request, latent, videos, &options);
            memory::check(needed, machine::available_memory_bytes())?;
        }
        support::warn_of_development_build(&*context.watch);
        let mut corrections = config.corrections.clone();
        if made_up.is_none() {
            let notes = Layout::of(folder).notes(folder, plan.variant())?;
            notes.into_iter().for_each(|line| corrections.note(line));
        }
        let description = describe(&place, &options, &config, &settings);
        let description = support::corrected(description, &corrections, &*context.watch);
        let model = match made_up {
            Some(config) => WanPipeline::dummy(config, weights::DUMMY_SEED, options)?,
            None => WanPipeline::load(folder, options)?,
        };
        Ok(Self { model, settings, device: place.device, description })
    }

    /// Embeddings of the prompt and, where guidance asks for it, of the negative prompt: an empty
    /// one where none is given.
    fn encode(&self, request: &Request) -> Result<(Tensor, Option<Tensor>)> {
        let encode = |prompt: &str| -> Result<Tensor> {
            Ok(self.model.encode(prompt)?.repeat((self.settings.videos, 1, 1))?)
        };
        let negative = request.negative_prompt.as_deref().unwrap_or_default();
        let is_guided = self.settings.request.is_guided();
        let negative = is_guided.then(|| encode(negative)).transpose()?;
        Ok((encode(&request.prompt)?, negative))
    }

    /// Denoised latents, from the request's noise.
    fn denoise(
        &self,
        request: &Request,
        (text, negative): (&Tensor, Option<&Tensor>),
        clock: &mut StageClock<'_>,
    ) -> Result<Tensor> {
        let asked = &self.settings.request;
        let noise = self.model.noise(asked, request.seed, self.settings.videos)?;
        let mut denoiser = self.model.denoiser(asked, text, negative, noise)?;
        while denoiser.step()?.is_some() {
            clock.step()?;
        }
        Ok(denoiser.into_latents())
    }
}

impl Pipeline for Wan {
    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output> {
        let (text, negative) = clock.stage(TEXT_ENCODER, |_| self.encode(request))?;
        let latents = clock
            .stage(DENOISE, |clock| self.denoise(request, (&text, negative.as_ref()), clock))?;
        let frames = clock.stage(VAE_DECODE, |_| Ok(self.model.decode_images(&latents)?))?;
        support::check_finite(&latents)?;
        Ok(Output::video(frames, self.settings.fps))
    }

    fn synchronizer(&self) -> Synchronizer {
        support::synchronizer(&self.device)
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn gpu_monitor(&self) -> Option<Monitor> {
        device::monitor(&self.device)
    }

    fn memory_source(&self) -> MemorySource {
        support::memory_source(&self.device)
    }
}
