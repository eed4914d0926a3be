//! What a family of text-to-image models says of itself; the runner does all else.

use bench_records::config::RunPlan;
use candle_core::Device;
use serde_json::{Map, Value};

use super::parts::Parts;
use super::settings::{Defaults, Settings};
use super::vae::VaeDecoder;
use super::vae_config::VaeConfig;
use crate::Request;
use crate::checkpoint::corrections::Corrections;
use crate::compute::ops::limits::Backend;
use crate::compute::precision::Types;
use crate::error::Result;
use crate::families::diffusion::Course;

/// A loaded model of one family.
pub trait Model: Sized + 'static {
    /// Everything about an architecture that weights do not say.
    type Config: Clone + Send + Sync + 'static;
    /// A request's words, as the denoiser reads them.
    type Text: 'static;
    /// A generation in the course of its steps.
    type Course: Course + 'static;

    /// Attention on a CPU and on a GPU, as records name it.
    const ATTENTION: [&'static str; 2];

    /// Passes a plan without a fault that only this family knows, before its files are read.
    ///
    /// # Errors
    /// That fault.
    fn check_plan(_: &RunPlan) -> anyhow::Result<()> {
        Ok(())
    }

    /// Configuration and files of the plan's checkpoint.
    ///
    /// # Errors
    /// When a file or field is missing or has a value that cannot be run, or parts do not fit.
    fn open(plan: &RunPlan) -> Result<(Self::Config, Parts)>;

    /// An inline architecture; `origin` names it in errors.
    ///
    /// # Errors
    /// As [`Model::open`].
    fn architecture(origin: &str, value: &Value) -> Result<Self::Config>;

    /// The VAE of a configuration.
    fn vae_config(config: &Self::Config) -> &VaeConfig;

    /// Rows and columns of latents are multiples of this.
    fn latent_multiple(config: &Self::Config) -> usize;

    /// What is generated when a plan says nothing; files that are not here yet may say more.
    fn defaults(plan: &RunPlan, config: Option<&Self::Config>) -> Defaults;

    /// Passes what the family can do.
    ///
    /// # Errors
    /// A setting that does not fit, with its field.
    fn check(config: Option<&Self::Config>, settings: &Settings) -> anyhow::Result<()>;

    /// What else made the numbers, beside what is noted of every family.
    fn notes(config: &Self::Config, settings: &Settings) -> Map<String, Value>;

    /// Parameters of a request that change nothing of what the model makes.
    fn ignored(_: &Self::Config) -> &'static [&'static str] {
        &[]
    }

    /// What was changed of the configuration's files.
    fn corrections(config: &Self::Config) -> &Corrections;

    /// Types in which the parts run, of those that are asked for; what is changed of them is noted.
    fn types(_: &Self::Config, asked: Types, _: &mut Corrections) -> Types {
        asked
    }

    /// Bytes of all weights but the VAE's, and values of the largest tensors of a denoise step;
    /// `size` are rows and columns of latents.
    ///
    /// # Errors
    /// When the parts of the configuration do not fit each other.
    fn cost(
        config: &Self::Config,
        types: Types,
        settings: &Settings,
        size: (usize, usize),
    ) -> Result<Cost>;

    /// What of a job CUDA's kernels cannot count; `None` where all fits.
    fn too_large(_: &Self::Config, _: &Settings, _: &DenoiseJob, _: Backend) -> Option<String> {
        None
    }

    /// Loads all parts.
    ///
    /// # Errors
    /// When a file or tensor is missing or does not fit.
    fn load(
        config: Self::Config,
        parts: &Parts,
        types: Types,
        settings: &Settings,
        device: &Device,
    ) -> Result<Self>;

    /// Stage `text_encoder`.
    ///
    /// # Errors
    /// When a prompt cannot be tokenized, or a tensor operation fails.
    fn encode(&mut self, request: &Request, settings: &Settings) -> Result<Self::Text>;

    /// The configuration that was loaded.
    fn config(&self) -> &Self::Config;

    /// Begins to denoise a job's noise.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn begin(&self, job: DenoiseJob, text: &Self::Text) -> Result<Self::Course>;

    /// Takes the next step of each course, as [`Diffusion::step`](crate::families::diffusion::Diffusion::step).
    ///
    /// # Errors
    /// As there.
    fn step(&self, courses: &mut [&mut Self::Course]) -> Result<()>;

    /// The decoder of stage `vae_decode`.
    fn vae(&self) -> &VaeDecoder;
}

/// What to denoise.
#[derive(Debug, Clone, Copy)]
pub struct DenoiseJob {
    /// Steps of the solver.
    pub steps: usize,
    /// Rows and columns of latents.
    pub size: (usize, usize),
    /// Weight of guidance.
    pub guidance: f64,
    /// Pictures at once.
    pub images: usize,
    /// Seed of the noise.
    pub seed: u64,
}

/// What a run takes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Bytes.
    pub weights: u128,
    /// Values, in the denoiser's type.
    pub step: u128,
}
