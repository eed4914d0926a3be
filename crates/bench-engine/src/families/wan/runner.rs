//! The pipeline as benchmarks run it: a plan comes in, stages on a clock and frames go out.

use std::path::Path;

use anyhow::{Context, Result};
use bench_records::config::{RunPlan, Shape};
use candle_core::{Device, Tensor};

use super::denoise::Course;
use super::description::describe;
use super::layout::WanLayout;
use super::memory::least_bytes;
use super::pipeline::WanPipeline;
use super::request::DenoiseRequest;
use super::settings::{self, Settings};
use crate::checkpoint::weights;
use crate::compute::{device, memory};
use crate::families::Family;
use crate::families::diffusion::{Diffusion, Runner};
use crate::families::support;
use crate::machine;
use crate::{LoadContext, Output, Pipeline, Request, Terms};

/// The family.
pub struct WanFamily;

impl Family for WanFamily {
    fn check(&self, plan: &RunPlan) -> Result<()> {
        let settings = Settings::of(plan)?;
        if let Some(config) = settings::architecture(plan)? {
            settings.request.latent_size(&config).context("generation_kwargs")?;
        }
        Ok(())
    }

    fn unsupported(&self, plan: &RunPlan) -> Option<String> {
        support::unsupported(plan).or_else(|| settings::unsupported(plan))
    }

    fn load(&self, plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        Ok(Box::new(load(plan, context)?))
    }
}

/// A loaded model with what it generates where a request does not say.
pub struct Wan {
    model: WanPipeline,
    settings: Settings,
    device: Device,
}

/// Loads the plan's model, having made sure that request and memory fit.
///
/// # Errors
/// What does not fit or cannot be read, with its file or field.
fn load(plan: &RunPlan, context: &LoadContext) -> Result<Runner<Wan>> {
    let settings = Settings::of(plan)?;
    let folder = Path::new(&plan.model.model_path);
    let made_up = settings::architecture(plan)?;
    let config = match &made_up {
        Some(config) => config.clone(),
        None => WanLayout::of(folder).config(folder)?,
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
        let notes = WanLayout::of(folder).notes(folder, plan.variant())?;
        notes.into_iter().for_each(|line| corrections.note(line));
    }
    let description = describe(&place, &options, &config, &settings);
    let description = support::corrected(description, &corrections, &*context.watch);
    let model = match made_up {
        Some(config) => WanPipeline::dummy(config, weights::DUMMY_SEED, options)?,
        None => WanPipeline::load(folder, options)?,
    };
    Ok(Runner::new(Wan { model, settings, device: place.device }, description))
}

/// Embeddings of the prompt and, where guidance asks for it, of the negative prompt: an empty one where
/// none is given.
pub struct Text {
    prompt: Tensor,
    negative: Option<Tensor>,
}

/// What a request asks for, else what the pipeline was loaded with.
fn asked(own: &DenoiseRequest, request: &Request) -> DenoiseRequest {
    let asked = own.asked(&request.shape);
    DenoiseRequest { flow_shift: request.flow_shift.or(asked.flow_shift), ..asked }
}

impl Wan {
    fn asked(&self, request: &Request) -> DenoiseRequest {
        asked(&self.settings.request, request)
    }

    fn encode_for_all(&self, prompt: &str) -> Result<Tensor> {
        Ok(self.model.encode(prompt)?.repeat((self.settings.videos, 1, 1))?)
    }
}

impl Diffusion for Wan {
    type Text = Text;
    type Course = Course;

    fn device(&self) -> &Device {
        &self.device
    }

    fn terms(&self) -> Terms {
        let (own, config) = (self.settings.request.clone(), self.model.config.clone());
        let defaults = Shape { fps: Some(self.settings.fps.into()), ..own.shape() };
        Terms::new(defaults, move |request| {
            settings::fps(&request.shape)?;
            asked(&own, request).latent_size(&config).context("generation_kwargs")?;
            Ok(())
        })
    }

    fn encode(&mut self, request: &Request) -> Result<Text> {
        let negative = request.negative_prompt.as_deref().unwrap_or_default();
        let is_guided = self.asked(request).is_guided();
        let negative = is_guided.then(|| self.encode_for_all(negative)).transpose()?;
        Ok(Text { prompt: self.encode_for_all(&request.prompt)?, negative })
    }

    fn begin(&self, request: &Request, text: &Text) -> Result<Course> {
        let asked = self.asked(request);
        let noise = self.model.noise(&asked, request.seed, self.settings.videos)?;
        Ok(self.model.begin(&asked, &text.prompt, text.negative.as_ref(), &noise)?)
    }

    fn step(&self, courses: &mut [&mut Course]) -> Result<()> {
        Ok(self.model.step(courses)?)
    }

    fn decode(&self, request: &Request, latents: &Tensor) -> Result<Output> {
        let fps = match request.shape.fps {
            Some(_) => settings::fps(&request.shape)?,
            None => self.settings.fps,
        };
        Ok(Output::video(self.model.decode_images(latents)?, fps))
    }
}
