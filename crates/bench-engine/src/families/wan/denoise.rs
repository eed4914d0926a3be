//! Denoising: noise and text come in, latents go out, one step at a time.

use candle_core::{DType, Tensor};

use super::pipeline::WanPipeline;
use super::request::{DenoiseRequest, bad_parameter};
use super::scheduler::{Scheduler, scheduler};
use super::transformer::TextContext;
use crate::compute::ops::RopeTable;
use crate::error::Result;

/// Tokens up to which both predictions of guidance are made in one pass, which reads the weights
/// once instead of twice; beyond, arithmetic dominates and two passes need less memory.
const MAX_JOINT_TOKENS: usize = 4096;

/// One step that was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DenoiseStep {
    /// From 0 on.
    pub index: usize,
    /// What the model was told.
    pub timestep: f64,
    /// Noise level that the step started from.
    pub sigma: f32,
}

/// A generation in the course of its steps.
pub struct Denoiser<'a> {
    pipeline: &'a WanPipeline,
    scheduler: Box<dyn Scheduler>,
    positions: RopeTable,
    guidance: Guidance,
    latents: Tensor,
    step: usize,
}

/// How the velocity of a step is predicted.
enum Guidance {
    Off(TextContext),
    /// Conditional samples, then unconditional ones, in one batch.
    Joint(TextContext, f64),
    Separate {
        text: TextContext,
        negative: TextContext,
        scale: f64,
    },
}

impl<'a> Denoiser<'a> {
    pub(super) fn new(
        pipeline: &'a WanPipeline,
        request: &DenoiseRequest,
        text: &Tensor,
        negative: Option<&Tensor>,
        latents: Tensor,
    ) -> Result<Self> {
        let config = &pipeline.config;
        let size @ [frames, height, width] = request.latent_size(config)?;
        let batch = text.dim(0)?;
        let channels = config.transformer.in_channels;
        check_shape("latents", &latents, &[batch, channels, frames, height, width])?;
        let schedule = request.schedule(&config.scheduler)?;
        let positions = pipeline.transformer.positions(size)?;
        let tokens = 2 * batch * positions.len();
        Ok(Self {
            pipeline,
            scheduler: scheduler(&schedule, request.num_inference_steps),
            positions,
            guidance: Guidance::prepare(pipeline, request, text, negative, tokens)?,
            latents: latents.to_dtype(DType::F32)?,
            step: 0,
        })
    }

    /// Takes the next step; `None` when all are done. The device may still be at work on return.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn step(&mut self) -> Result<Option<DenoiseStep>> {
        let grid = self.scheduler.grid();
        let Some(&timestep) = grid.timesteps.get(self.step) else {
            return Ok(None);
        };
        let step = DenoiseStep { index: self.step, timestep, sigma: grid.sigmas[self.step] };
        let velocity = self.velocity(timestep)?;
        self.latents = self.scheduler.step(&velocity, &self.latents)?;
        self.step += 1;
        Ok(Some(step))
    }

    /// Latents as they are now, (B, C, F, h, w), f32.
    pub fn into_latents(self) -> Tensor {
        self.latents
    }

    fn velocity(&self, timestep: f64) -> Result<Tensor> {
        let predict = |latents: &Tensor, text: &TextContext| {
            let model = &self.pipeline.transformer;
            model.forward(latents, &[timestep], text, &self.positions)
        };
        let (cond, uncond, scale) = match &self.guidance {
            Guidance::Off(text) => return Ok(predict(&self.latents, text)?),
            Guidance::Joint(text, scale) => {
                let batch = self.latents.dim(0)?;
                let both = predict(&Tensor::cat(&[&self.latents, &self.latents], 0)?, text)?;
                let uncond = both.narrow(0, batch, batch)?;
                (both.narrow(0, 0, batch)?, uncond, scale)
            }
            Guidance::Separate { text, negative, scale } => {
                let cond = predict(&self.latents, text)?;
                (cond, predict(&self.latents, negative)?, scale)
            }
        };
        Ok((&uncond + ((cond - &uncond)? * *scale)?)?)
    }
}

impl Guidance {
    fn prepare(
        pipeline: &WanPipeline,
        request: &DenoiseRequest,
        text: &Tensor,
        negative: Option<&Tensor>,
        tokens: usize,
    ) -> Result<Self> {
        let model = &pipeline.transformer;
        if !request.is_guided() {
            return Ok(Self::Off(model.text_context(text)?));
        }
        let Some(negative) = negative else {
            let expected = "at most 1 without a negative prompt";
            let remedy = "encode a negative prompt, be it an empty one";
            return Err(bad_parameter("guidance_scale", request.guidance_scale, expected, remedy));
        };
        check_shape("negative", negative, text.dims())?;
        let scale = request.guidance_scale;
        if tokens <= MAX_JOINT_TOKENS {
            let both = Tensor::cat(&[text, negative], 0)?;
            return Ok(Self::Joint(model.text_context(&both)?, scale));
        }
        Ok(Self::Separate {
            text: model.text_context(text)?,
            negative: model.text_context(negative)?,
            scale,
        })
    }
}

fn check_shape(parameter: &'static str, tensor: &Tensor, expected: &[usize]) -> Result<()> {
    if tensor.dims() == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{:?}", tensor.dims()), format!("{expected:?}"));
    Err(bad_parameter(parameter, found, &expected, "make it for this request"))
}
