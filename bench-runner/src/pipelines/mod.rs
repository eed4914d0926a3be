//! Pipelines: what turns a prompt into images or a video, and is measured doing so.
//!
//! In: a [`RunPlan`] and a device, once; then a [`Request`] a trial. Out: pixels on the host, and
//! on the [`StageClock`] what each stage took.
//!
//! A new pipeline is a file here that implements [`Pipeline`], an arm in [`unsupported`] and one in
//! [`load`].

mod command;
mod detect;
mod device;
pub(crate) mod fake;

#[cfg(feature = "candle")]
mod candle_device;
#[cfg(feature = "candle")]
mod config_file;
#[cfg(feature = "candle")]
mod corrections;
#[cfg(feature = "candle")]
mod error;
#[cfg(feature = "candle")]
mod flux;
#[cfg(feature = "candle")]
mod images;
#[cfg(feature = "candle")]
mod memory;
#[cfg(feature = "candle")]
mod model_index;
#[cfg(feature = "candle")]
mod noise;
#[cfg(feature = "candle")]
mod ops;
#[cfg(feature = "candle")]
mod precision;
#[cfg(feature = "candle")]
mod stable_diffusion;
#[cfg(feature = "candle")]
mod support;
#[cfg(feature = "candle")]
pub mod switches;
#[cfg(feature = "candle")]
pub(crate) mod wan;
#[cfg(feature = "candle")]
mod weights;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use bench_records::{
    config::{self, RunPlan},
    metric::Metric,
};

use crate::{
    checkpoint,
    measure::{
        gpu::Monitor,
        slowdown::Slowdown,
        stage_clock::{StageClock, Synchronizer},
        watch::Watch,
    },
};

#[cfg(feature = "candle")]
use images::runner::TextToImage;

pub use detect::detect;
pub use device::DeviceRequest;

/// What one trial makes. Size, steps and guidance are fixed when the pipeline is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What to show; empty where the benchmark lists no prompts.
    pub prompt: String,
    /// What to steer away from.
    pub negative_prompt: Option<String>,
    /// Which of the benchmark's prompts this is, from 0.
    pub prompt_index: usize,
    /// Seed of the initial noise.
    pub seed: u64,
    /// The trial's number in the run, from 0, warm-up included.
    pub trial: usize,
}

/// One picture on the host: 8-bit RGB, row by row, `3 * width * height` bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Red, green, blue of each pixel, from the top left.
    pub rgb: Vec<u8>,
}

/// What the images of an [`Output`] are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Frames of one video.
    Video {
        /// Frames a second when it is played.
        fps: u32,
    },
    /// Pictures of their own.
    Images,
    /// Something that nobody counts: text, or what another program does not tell.
    Uncounted,
}

/// What one trial made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Frames of a video, or pictures.
    pub kind: OutputKind,
    /// How many.
    pub count: usize,
    /// Their pixels; empty where another program keeps them.
    pub images: Vec<Image>,
}

impl Output {
    /// A video of these frames.
    #[must_use]
    pub fn video(frames: Vec<Image>, fps: u32) -> Self {
        Self { kind: OutputKind::Video { fps }, count: frames.len(), images: frames }
    }

    /// These pictures.
    #[must_use]
    pub fn images(images: Vec<Image>) -> Self {
        Self { kind: OutputKind::Images, count: images.len(), images }
    }
}

/// What a pipeline found out when it was loaded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Description {
    /// Name of the device, as records carry it: `NVIDIA L40S`, `AMD EPYC 9654`.
    pub device_name: String,
    /// Whether that is a GPU.
    pub is_gpu: bool,
    /// Engine with major and minor version: `candle 0.11`.
    pub engine: String,
    /// Precision that the main weights have after loading: `f32`, `bf16`.
    pub dtype: Option<String>,
    /// Attention backend that runs.
    pub attention_backend: Option<String>,
    /// Commit of the weights that were loaded, where they come from a repository.
    pub resolved_revision: Option<String>,
    /// CUDA runtime with major and minor version: `13.0`.
    pub cuda_version: Option<String>,
    /// Threads that compute; `None` on a GPU and where another program does.
    pub threads: Option<u32>,
    /// What `startup_s` is.
    pub startup: Startup,
    /// Metrics that the pipeline defines itself.
    pub own_metrics: Vec<Metric>,
    /// What was changed of the checkpoint while it was read, in words: an old configuration, or weights
    /// that are there only as a variant.
    pub corrections: Vec<String>,
    /// Whatever else a reader of the record may want to know: sigma grid, memory pool settings.
    pub notes: serde_json::Map<String, serde_json::Value>,
}

/// How long it took until the first request could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Startup {
    /// What the caller's watch says of [`load`].
    #[default]
    Watched,
    /// These seconds.
    Stated(f64),
    /// There is none: each trial starts anew.
    PerTrial,
}

/// Where a trial's peak memory comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemorySource {
    /// The highest resident set of this process during the trial: pipelines on the CPU.
    Process,
    /// What the pipeline says through [`StageClock::record_memory_mb`]: GPUs, other programs.
    Pipeline,
}

/// Generates, and tells a clock about its stages. Loading is timed by the caller.
pub trait Pipeline {
    /// Makes one output, with its pixels on the host. Writing files is not part of it.
    ///
    /// # Errors
    /// What kept it from that. NaN in latents or pixels is such an error.
    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output>;

    /// Waits for the device; does nothing on a CPU.
    fn synchronizer(&self) -> Synchronizer {
        Box::new(|| Ok(()))
    }

    /// What was found out when loading.
    fn description(&self) -> &Description;

    /// Where a trial's peak memory comes from.
    fn memory_source(&self) -> MemorySource {
        MemorySource::Process
    }

    /// Who watches the GPU while trials run; `None` on a CPU.
    fn gpu_monitor(&self) -> Option<Monitor> {
        None
    }
}

/// What loading needs beside the plan.
#[derive(Debug, Clone, Default)]
pub struct LoadContext {
    /// The device that was asked for.
    pub device: DeviceRequest,
    /// Folder that another program may write its outputs to.
    pub output_dir: PathBuf,
    /// Who watches, and where lines for people go.
    pub watch: Watch,
}

/// A fault of the configuration that only its pipeline knows; names the field and what to do.
///
/// # Errors
/// That fault.
pub fn check(plan: &RunPlan) -> Result<()> {
    Slowdown::from_variable()?;
    if is_in_process(plan) {
        checkpoint::check(&plan.model)?;
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
    if let Some(reason) = checkpoint::unsupported(&plan.model).filter(|_| is_in_process(plan)) {
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
        None if checkpoint::is_remote(&plan.model) => wan::unsupported(plan),
        None if checkpoint::is_remote(&plan.model)
            || !Path::new(&plan.model.model_path).exists() =>
        {
            None
        }
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

/// Variables of the CUDA path with the values in force; none in builds without CUDA.
///
/// # Errors
/// A variable with a value that it does not have.
#[cfg(feature = "candle")]
pub fn cuda_switches() -> Result<BTreeMap<String, String>> {
    let switches = switches::Switches::of_environment()?;
    Ok(if cfg!(feature = "cuda") { switches.in_force() } else { BTreeMap::new() })
}

/// Variables of the CUDA path, which this build lacks.
///
/// # Errors
/// None.
#[cfg(not(feature = "candle"))]
pub fn cuda_switches() -> Result<BTreeMap<String, String>> {
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
    Ok(candle_device::open(request, &Watch::default())?.device)
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
        Some(config::Pipeline::Fake) => Ok(Box::new(fake::Fake::load(plan)?)),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Wan) => Ok(Box::new(wan::Wan::load(plan, context)?)),
        #[cfg(feature = "candle")]
        Some(config::Pipeline::StableDiffusion) => {
            Ok(Box::new(TextToImage::<stable_diffusion::SdModel>::load(plan, context)?))
        }
        #[cfg(feature = "candle")]
        Some(config::Pipeline::Flux) => {
            Ok(Box::new(TextToImage::<flux::FluxModel>::load(plan, context)?))
        }
        _ => bail!(
            "model.model_path {:?} is not there, and model.pipeline is not given; correct one of them",
            plan.model.model_path
        ),
    }
}
