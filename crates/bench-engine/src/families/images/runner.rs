//! Text to image as benchmarks run it: a plan comes in, stages on a clock and pictures go out.

use std::marker::PhantomData;

use anyhow::{Context, Result, bail};
use bench_records::config::{LoadFormat, RunPlan};
use candle_core::{Device, Tensor};
use serde_json::{Map, Value, json};

use super::model::{DenoiseJob, Model};
use super::parts::Parts;
use super::pixels;
use super::settings::Settings;
use super::vae::VaeDecoder;
use crate::compute::memory::{weight_bytes, wide};
use crate::compute::ops::limits::Backend;
use crate::compute::precision::Types;
use crate::compute::{device, memory};
use crate::families::Family;
use crate::families::diffusion::{Diffusion, Runner};
use crate::families::support;
use crate::machine;
use crate::{DeviceRequest, LoadContext, Output, Pipeline, Refused, Request, Terms};

/// The family of a model.
pub struct TextToImageFamily<M>(PhantomData<fn() -> M>);

impl<M> TextToImageFamily<M> {
    /// The family.
    pub const NEW: Self = Self(PhantomData);
}

impl<M: Model> Family for TextToImageFamily<M> {
    fn check(&self, plan: &RunPlan) -> Result<()> {
        M::check_plan(plan)?;
        match architecture::<M>(plan)? {
            Some(config) => checked::<M>(plan, &config).map(|_| ()),
            None => settings::<M>(plan, None).map(|_| ()),
        }
    }

    fn unsupported(&self, plan: &RunPlan) -> Option<String> {
        support::unsupported(plan)
    }

    fn too_large(&self, plan: &RunPlan, device: DeviceRequest) -> Option<String> {
        let may_use_cuda = matches!(device, DeviceRequest::Auto | DeviceRequest::Cuda(_));
        if !(may_use_cuda && cfg!(feature = "cuda")) {
            return None;
        }
        too_large::<M>(plan, Backend::of_cuda())
    }

    fn load(&self, plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        Ok(Box::new(load::<M>(plan, context)?))
    }
}

/// What of a plan with an inline architecture a backend cannot count; a plan that is at fault otherwise
/// is refused when it is checked.
#[must_use]
pub fn too_large<M: Model>(plan: &RunPlan, backend: Backend) -> Option<String> {
    let config = architecture::<M>(plan).ok()??;
    let (settings, job) = checked::<M>(plan, &config).ok()?;
    M::too_large(&config, &settings, &job, backend)
}

/// A loaded model with what it generates where a request does not say.
struct TextToImage<M> {
    model: M,
    settings: Settings,
    types: Types,
    device: Device,
}

/// Loads the plan's model, having made sure that request and memory fit.
///
/// # Errors
/// What does not fit or cannot be read, with its file or field.
fn load<M: Model>(plan: &RunPlan, context: &LoadContext) -> Result<Runner<TextToImage<M>>> {
    let (config, parts) = match architecture::<M>(plan)? {
        Some(config) => (config, Parts::MadeUp),
        None => M::open(plan)?,
    };
    let (settings, job) = checked::<M>(plan, &config)?;
    let place = device::open(context.device, &*context.watch)?;
    if let Some(reason) = M::too_large(&config, &settings, &job, Backend::of(&place.device)) {
        bail!(reason);
    }
    let mut corrections = M::corrections(&config).clone();
    parts.notes()?.into_iter().for_each(|line| corrections.note(line));
    let types = settings.precisions.on(&place.device)?;
    let types = M::types(&config, types, &mut corrections);
    if place.device.is_cpu() {
        let needed = least_bytes::<M>(&config, types, &settings, job.size)?;
        memory::check(needed, machine::available_memory_bytes())?;
    }
    support::warn_of_development_build(&*context.watch);
    let notes = notes(M::notes(&config, &settings), &settings, types);
    let description = support::describe(&place, types.denoiser, &notes, M::ATTENTION);
    let description = support::corrected(description, &corrections, &*context.watch);
    let model = M::load(config, &parts, types, &settings, &place.device)?;
    Ok(Runner::new(TextToImage { model, settings, types, device: place.device }, description))
}

impl<M: Model> TextToImage<M> {
    /// What a request asks the model to denoise.
    fn job(&self, request: &Request) -> Result<DenoiseJob> {
        let backend = Backend::of(&self.device);
        asked_job::<M>(self.model.config(), &self.settings, backend, request)
    }
}

/// What a request asks a model of this configuration to denoise.
fn asked_job<M: Model>(
    config: &M::Config,
    own: &Settings,
    backend: Backend,
    request: &Request,
) -> Result<DenoiseJob> {
    refuse_flow_shift(request)?;
    let settings = own.asked(&request.shape);
    settings.check()?;
    M::check(Some(config), &settings)?;
    let job = job::<M>(config, &settings)?;
    if let Some(reason) = M::too_large(config, &settings, &job, backend) {
        bail!(reason);
    }
    Ok(DenoiseJob { seed: request.seed, ..job })
}

/// Schedules of these models have no such shift.
fn refuse_flow_shift(request: &Request) -> Result<()> {
    let Some(shift) = request.flow_shift else { return Ok(()) };
    let problem = format!("is {shift}, but this model's schedule takes none; remove it");
    Err(Refused { parameter: "flow_shift", problem }.into())
}

impl<M: Model> Diffusion for TextToImage<M> {
    type Text = M::Text;
    type Course = M::Course;

    fn device(&self) -> &Device {
        &self.device
    }

    fn terms(&self) -> Terms {
        let (config, own) = (self.model.config().clone(), self.settings.clone());
        let backend = Backend::of(&self.device);
        let ignored = M::ignored(&config);
        let check =
            move |request: &Request| asked_job::<M>(&config, &own, backend, request).map(|_| ());
        Terms::new(self.settings.shape(), check).ignoring(ignored)
    }

    fn encode(&mut self, request: &Request) -> Result<M::Text> {
        let settings = self.settings.asked(&request.shape);
        Ok(self.model.encode(request, &settings)?)
    }

    fn begin(&self, request: &Request, text: &M::Text) -> Result<M::Course> {
        Ok(self.model.begin(self.job(request)?, text)?)
    }

    fn step(&self, courses: &mut [&mut M::Course]) -> Result<()> {
        Ok(self.model.step(courses)?)
    }

    fn decode(&self, _: &Request, latents: &Tensor) -> Result<Output> {
        Ok(Output::images(pixels::decode(self.model.vae(), latents, self.types.vae)?))
    }
}

/// The architecture of the plan's configuration, where its weights are made up.
fn architecture<M: Model>(plan: &RunPlan) -> Result<Option<M::Config>> {
    let (LoadFormat::Dummy, Some(fields)) = (plan.model.load_format, &plan.model.architecture)
    else {
        return Ok(None);
    };
    Ok(Some(M::architecture("model.architecture", &Value::Object(fields.clone()))?))
}

/// Settings that fit the model, and what they ask it to denoise.
fn checked<M: Model>(plan: &RunPlan, config: &M::Config) -> Result<(Settings, DenoiseJob)> {
    let settings = settings::<M>(plan, Some(config))?;
    let job = job::<M>(config, &settings)?;
    Ok((settings, job))
}

fn job<M: Model>(config: &M::Config, settings: &Settings) -> Result<DenoiseJob> {
    let (factor, multiple) = (M::vae_config(config).factor(), M::latent_multiple(config));
    let size = settings.latent_size(factor, multiple).context("generation_kwargs")?;
    let Settings { steps, guidance, images, .. } = *settings;
    Ok(DenoiseJob { steps, size, guidance, images, seed: 0 })
}

fn settings<M: Model>(plan: &RunPlan, config: Option<&M::Config>) -> Result<Settings> {
    let settings = Settings::of(plan, M::defaults(plan, config))?;
    M::check(config, &settings)?;
    Ok(settings)
}

/// Bytes of the weights, and of the larger of a denoise step and the decoding of one picture.
fn least_bytes<M: Model>(
    config: &M::Config,
    types: Types,
    settings: &Settings,
    size: (usize, usize),
) -> Result<u128> {
    let vae = M::vae_config(config);
    let cost = M::cost(config, types, settings, size)?;
    let vae_weights = weight_bytes(types.vae, |vb| VaeDecoder::load(vae, vb))?;
    let step = cost.step.saturating_mul(wide(types.denoiser.size_in_bytes()));
    let decode = decode_values(vae.block_out_channels[0], vae.factor(), size);
    let decode = decode.saturating_mul(wide(types.vae.size_in_bytes()));
    Ok(cost.weights.saturating_add(vae_weights).saturating_add(step.max(decode)))
}

/// What a residual block of the decoder reads and writes at full resolution.
fn decode_values(channels: usize, factor: usize, (height, width): (usize, usize)) -> u128 {
    let pixels = wide(height) * wide(width) * wide(factor).pow(2);
    (2 * pixels).saturating_mul(wide(channels))
}

/// What else made the numbers: the family's own, sizes in force, types of the other parts.
fn notes(own: Map<String, Value>, settings: &Settings, types: Types) -> Value {
    let Value::Object(shared) = json!({
        "height": settings.height,
        "width": settings.width,
        "num_inference_steps": settings.steps,
        "guidance_scale": settings.guidance,
        "text_encoder_dtype": types.text[1].as_str(),
        "vae_dtype": types.vae.as_str(),
        "vae_decode": "one picture at a time, untiled",
    }) else {
        return Value::Null;
    };
    own.into_iter().chain(shared).collect()
}
