//! Denoising: noise and text come in, latents go out, one step at a time, of several videos at once.

use std::rc::Rc;

use candle_core::{DType, Tensor};

use super::passes::{MAX_JOINT_TOKENS, Pass, predict};
use super::pipeline::WanPipeline;
use super::request::{DenoiseRequest, bad_parameter};
use super::scheduler::{Scheduler, scheduler};
use super::transformer::TextContext;
use crate::compute::ops::RopeTable;
use crate::error::Result;
use crate::families::diffusion;

/// One step that is to be taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DenoiseStep {
    /// From 0 on.
    pub index: usize,
    /// What the model is told.
    pub timestep: f64,
    /// Noise level that the step starts from.
    pub sigma: f32,
}

/// A generation in the course of its steps.
pub struct Course {
    scheduler: Box<dyn Scheduler>,
    positions: Rc<RopeTable>,
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

impl Course {
    pub(super) fn begin(
        pipeline: &WanPipeline,
        request: &DenoiseRequest,
        text: &Tensor,
        negative: Option<&Tensor>,
        latents: &Tensor,
    ) -> Result<Self> {
        let config = &pipeline.config;
        let size @ [frames, height, width] = request.latent_size(config)?;
        let batch = text.dim(0)?;
        let channels = config.transformer.in_channels;
        check_shape("latents", latents, &[batch, channels, frames, height, width])?;
        let schedule = request.schedule(&config.scheduler)?;
        let positions = Rc::new(pipeline.transformer.positions(size)?);
        let tokens = 2 * batch * positions.len();
        Ok(Self {
            scheduler: scheduler(&schedule, request.num_inference_steps),
            positions,
            guidance: Guidance::prepare(pipeline, request, text, negative, tokens)?,
            latents: latents.to_dtype(DType::F32)?,
            step: 0,
        })
    }

    /// The step that comes next; `None` when all are done.
    pub(super) fn next(&self) -> Option<DenoiseStep> {
        let grid = self.scheduler.grid();
        let timestep = *grid.timesteps.get(self.step)?;
        Some(DenoiseStep { index: self.step, timestep, sigma: grid.sigmas[self.step] })
    }

    /// Latents as they are now, (B, C, F, h, w), f32.
    pub(super) fn latents(&self) -> &Tensor {
        &self.latents
    }

    /// What the model has to predict for the next step.
    fn passes(&self) -> Result<Vec<Pass<'_>>> {
        let Some(DenoiseStep { timestep, .. }) = self.next() else {
            return Err(candle_core::Error::msg("all steps are done").into());
        };
        let pass =
            |latents: Tensor, text| Pass { latents, timestep, text, positions: &self.positions };
        let once = |text| pass(self.latents.clone(), text);
        Ok(match &self.guidance {
            Guidance::Off(text) => vec![once(text)],
            Guidance::Joint(text, _) => {
                vec![pass(Tensor::cat(&[&self.latents, &self.latents], 0)?, text)]
            }
            Guidance::Separate { text, negative, .. } => vec![once(text), once(negative)],
        })
    }

    /// Moves by what the model predicted in this course's passes.
    fn advance(&mut self, predictions: &[Tensor]) -> Result<()> {
        let velocity = match (&self.guidance, predictions) {
            (Guidance::Off(_), [velocity]) => velocity.clone(),
            (Guidance::Joint(_, scale), [both]) => {
                let batch = self.latents.dim(0)?;
                let cond = both.narrow(0, 0, batch)?;
                guided(&cond, &both.narrow(0, batch, batch)?, *scale)?
            }
            (Guidance::Separate { scale, .. }, [cond, uncond]) => guided(cond, uncond, *scale)?,
            _ => return Err(candle_core::Error::msg("a prediction is missing").into()),
        };
        self.latents = self.scheduler.step(&velocity, &self.latents)?;
        self.step += 1;
        Ok(())
    }
}

impl diffusion::Course for Course {
    fn is_done(&self) -> bool {
        self.next().is_none()
    }

    fn latents(&self) -> anyhow::Result<Tensor> {
        Ok(self.latents.clone())
    }
}

fn guided(cond: &Tensor, uncond: &Tensor, scale: f64) -> Result<Tensor> {
    Ok((uncond + ((cond - uncond)? * scale)?)?)
}

/// Takes the next step of each course. The device may still be at work on return.
///
/// # Errors
/// When a tensor operation fails.
pub(super) fn step(pipeline: &WanPipeline, courses: &mut [&mut Course]) -> Result<()> {
    let (mut passes, mut counts) = (Vec::new(), Vec::new());
    for course in courses.iter() {
        let own = course.passes()?;
        counts.push(own.len());
        passes.extend(own);
    }
    let mut predictions = predict(pipeline, &passes)?.into_iter();
    drop(passes);
    for (course, count) in courses.iter_mut().zip(counts) {
        let own: Vec<Tensor> = predictions.by_ref().take(count).collect();
        course.advance(&own)?;
    }
    Ok(())
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
