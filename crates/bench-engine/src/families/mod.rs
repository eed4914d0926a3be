//! Families: what each kind of model, or program, is and how it is loaded.
//!
//! A new family is a file here that implements [`Pipeline`], an arm in [`unsupported`] and one in
//! [`load`].

mod command;
mod detect;
mod fake;

#[cfg(feature = "candle")]
mod diffusion;
#[cfg(feature = "candle")]
mod flux;
#[cfg(feature = "candle")]
mod images;
#[cfg(feature = "candle")]
mod stable_diffusion;
#[cfg(feature = "candle")]
pub mod wan;

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, bail};
use bench_hub::model as hub;
use bench_records::config::{self, RunPlan};

#[cfg(feature = "candle")]
use crate::compute::{device, ops, support, switches};
use crate::{DeviceRequest, LoadContext, Pipeline};

pub use detect::detect;

/// A fault of the configuration that only its pipeline knows; names the field and what to do.
///
/// # Errors
/// That fault.
pub fn check(plan: &RunPlan) -> Result<()> {
    if is_in_process(plan) {
        hub::check(&plan.model)?;
    }
    match plan.model.pipeline {
        Some(config::Pipeline::Command) => command::check(plan),
        Some(config::Pipeline::Fake) => fake::check(plan),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Wan) => wan::check(plan),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::StableDiffusion) => {
            stable_diffusion::refuse_architecture(plan)?;
            images::runner::check::<stable_diffusion::SdModel>(plan)
        }
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Flux) => images::runner::check::<flux::FluxModel>(plan),
        _ => Ok(()),
    }
}

/// Why this build cannot run the plan's pipeline; `None` where it can.
#[must_use]
pub fn unsupported(plan: &RunPlan) -> Option<String> {
    if let Some(reason) = hub::unsupported(&plan.model).filter(|_| is_in_process(plan)) {
        return Some(reason);
    }
    match plan.model.pipeline {
        Some(config::Pipeline::Fake | config::Pipeline::Command) => None,
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Wan) => wan::unsupported(plan),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::StableDiffusion | config::Pipeline::Flux) => {
            support::unsupported(plan)
        }
        #[cfg(not(feature = "candle"))]
        Some(pipeline) => Some(format!(
            "this build has no pipeline {}; see `bench-runner doctor`",
            name(pipeline)
        )),
        // before gigabytes are fetched: what one pipeline says of its keys holds for all
        #[cfg(feature = "candle")]
        None if hub::is_remote(&plan.model) => wan::unsupported(plan),
        None if hub::is_remote(&plan.model) || !Path::new(&plan.model.model_path).exists() => None,
        None => Some(detect::undetected(&plan.model)),
    }
}

/// A pipeline as configurations spell it.
#[must_use]
pub fn name(pipeline: config::Pipeline) -> &'static str {
    match pipeline {
        config::Pipeline::Wan => "wan",
        config::Pipeline::StableDiffusion => "stable_diffusion",
        config::Pipeline::Flux => "flux",
        config::Pipeline::Command => "command",
        config::Pipeline::Fake => "fake",
    }
}

/// Whether the pipeline runs in this process, on one device.
#[must_use]
pub fn is_in_process(plan: &RunPlan) -> bool {
    !matches!(plan.model.pipeline, Some(config::Pipeline::Command | config::Pipeline::Fake))
}

/// Settles the choices of the CUDA path, which `var` names, before anything is loaded: variables with
/// the values in force, and none in builds without CUDA.
///
/// # Errors
/// A variable with a value that it does not have.
#[cfg(feature = "candle")]
pub fn settle_cuda_switches(
    var: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>> {
    let switches = switches::settle(switches::Switches::read(var)?);
    Ok(if cfg!(feature = "cuda") { switches.in_force() } else { BTreeMap::new() })
}

/// Variables of the CUDA path, which this build lacks.
///
/// # Errors
/// None.
#[cfg(not(feature = "candle"))]
pub fn settle_cuda_switches(
    _: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>> {
    Ok(BTreeMap::new())
}

/// What about a plan's size CUDA's kernels cannot count, where the plan alone says it; `None` where it
/// fits, or only the model's files say more: then loading refuses it.
#[cfg(feature = "candle")]
#[must_use]
pub fn too_large(plan: &RunPlan, device: DeviceRequest) -> Option<String> {
    let is_asked = matches!(device, DeviceRequest::Auto | DeviceRequest::Cuda(_));
    match plan.model.pipeline {
        Some(config::Pipeline::Flux) if is_asked && cfg!(feature = "cuda") => {
            images::runner::too_large::<flux::FluxModel>(plan, ops::limits::Backend::of_cuda())
        }
        _ => None,
    }
}

/// Nothing: no pipeline of this build computes on CUDA.
#[cfg(not(feature = "candle"))]
#[must_use]
pub fn too_large(_: &RunPlan, _: DeviceRequest) -> Option<String> {
    None
}

/// Opens a device for work outside of benchmarks.
///
/// # Errors
/// Where the device that was named cannot be used.
#[cfg(feature = "candle")]
pub fn open_device(request: DeviceRequest) -> Result<candle_core::Device> {
    Ok(device::open(request, &crate::progress::Quiet)?.device)
}

/// Loads the plan's pipeline.
///
/// # Errors
/// What kept it from that; [`unsupported`] and [`check`] come first.
pub fn load(plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
    if let Some(reason) = unsupported(plan) {
        bail!(reason);
    }
    match plan.model.pipeline {
        Some(config::Pipeline::Command) => Ok(Box::new(command::Program::load(plan, context)?)),
        Some(config::Pipeline::Fake) => Ok(Box::new(fake::Fake::load(plan, context)?)),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Wan) => Ok(Box::new(wan::load(plan, context)?)),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::StableDiffusion) => {
            Ok(Box::new(images::runner::load::<stable_diffusion::SdModel>(plan, context)?))
        }
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Flux) => {
            Ok(Box::new(images::runner::load::<flux::FluxModel>(plan, context)?))
        }
        _ => bail!(
            "model.model_path {:?} is not there, and model.pipeline is not given; correct one of them",
            plan.model.model_path
        ),
    }
}
