//! Denoising: noise and text come in, latents go out, one step at a time, of several pictures at once.

use candle_core::{DType, Tensor};

use super::model::SdModel;
use super::scheduler::{Scheduler, scheduler};
use super::text::Text;
use super::unet::Condition;
use crate::compute::noise;
use crate::error::Result;
use crate::families::diffusion::{self, in_shared_passes, joined, parted, timesteps_of};
use crate::families::images::model::DenoiseJob;

/// A generation in the course of its steps.
pub struct Course {
    scheduler: Box<dyn Scheduler>,
    /// Of the unguided samples first, where there is guidance.
    text: Text,
    is_guided: bool,
    job: DenoiseJob,
    latents: Tensor,
    step: usize,
}

impl Course {
    /// Begins with the noise of the job's seed; `negative` turns guidance on.
    pub(super) fn begin(
        model: &SdModel,
        job: DenoiseJob,
        text: &Text,
        negative: Option<&Text>,
    ) -> Result<Self> {
        let scheduler = scheduler(&model.config.scheduler, job.steps);
        let text = text.repeat(job.images)?;
        let text = match negative {
            Some(negative) => Text::join(&[&negative.repeat(job.images)?, &text])?,
            None => text,
        };
        let tokens = text.tokens.to_dtype(model.types.denoiser)?;
        let latents = (draw(model, job, 0)? * scheduler.initial_deviation())?;
        let (text, is_guided) = (Text { tokens, ..text }, negative.is_some());
        Ok(Self { scheduler, text, is_guided, job, latents, step: 0 })
    }

    fn samples(&self) -> usize {
        self.job.images * if self.is_guided { 2 } else { 1 }
    }

    /// What the model is told at the next step.
    fn timestep(&self) -> Result<f64> {
        let timestep = self.scheduler.timesteps().get(self.step).copied();
        timestep.ok_or_else(|| candle_core::Error::msg("all steps are done").into())
    }

    /// A row a sample, as the model takes them.
    fn input(&self, dtype: DType) -> Result<Tensor> {
        let input = self.scheduler.model_input(&self.latents)?.to_dtype(dtype)?;
        Ok(if self.is_guided { Tensor::cat(&[&input, &input], 0)? } else { input })
    }

    /// The guided prediction, from the model's output of this course's samples.
    fn guided(&self, output: &Tensor) -> Result<Tensor> {
        let output = output.to_dtype(DType::F32)?;
        if !self.is_guided {
            return Ok(output);
        }
        let images = self.job.images;
        let unguided = output.narrow(0, 0, images)?;
        let change = ((output.narrow(0, images, images)? - &unguided)? * self.job.guidance)?;
        Ok((unguided + change)?)
    }

    fn advance(&mut self, model: &SdModel, prediction: &Tensor) -> Result<()> {
        let noise = match self.scheduler.is_noisy() {
            true => Some(draw(model, self.job, self.step + 1)?),
            false => None,
        };
        self.latents = self.scheduler.step(prediction, &self.latents, noise.as_ref())?;
        self.step += 1;
        Ok(())
    }
}

impl diffusion::Course for Course {
    fn is_done(&self) -> bool {
        self.step >= self.scheduler.timesteps().len()
    }

    fn latents(&self) -> anyhow::Result<Tensor> {
        Ok(self.latents.clone())
    }
}

/// Takes the next step of each course; those of one size share a pass through the model.
pub(super) fn step(model: &SdModel, courses: &mut [&mut Course]) -> Result<()> {
    let seen: Vec<&Course> = courses.iter().map(|course| &**course).collect();
    let joins = |together: &[&&Course], course: &&Course| course.job.size == together[0].job.size;
    let predictions = in_shared_passes(&seen, joins, |together| predict(model, together))?;
    for (course, prediction) in courses.iter_mut().zip(predictions) {
        course.advance(model, &prediction)?;
    }
    Ok(())
}

/// The guided prediction of each of some courses of one size.
fn predict(model: &SdModel, courses: &[&&Course]) -> Result<Vec<Tensor>> {
    let dtype = model.types.denoiser;
    let inputs = courses.iter().map(|course| course.input(dtype)).collect::<Result<Vec<_>>>()?;
    let mut timesteps = Vec::new();
    for course in courses {
        timesteps.extend(vec![course.timestep()?; course.samples()]);
    }
    let texts: Vec<&Text> = courses.iter().map(|course| &course.text).collect();
    let text = Text::join(&texts)?;
    let condition = condition(model, courses[0].job, &text);
    let input = joined(&inputs)?;
    let output =
        model.unet.forward(&input, &timesteps_of(timesteps), &text.tokens, condition.as_ref())?;
    let counts: Vec<usize> = courses.iter().map(|course| course.samples()).collect();
    let parts = parted(&output, &counts)?;
    courses.iter().zip(&parts).map(|(course, part)| course.guided(part)).collect()
}

/// For XL: a picture of the asked size, nothing cropped.
fn condition(model: &SdModel, job: DenoiseJob, text: &Text) -> Option<Condition> {
    let factor = model.config.vae.factor();
    let (height, width) = job.size;
    let [height, width] = [height, width].map(|side| (side * factor) as f64);
    let pooled = text.pooled.clone()?;
    Some(Condition { pooled, time_ids: [height, width, 0.0, 0.0, height, width] })
}

/// Noise of a step: 0 is the start. Each image of a batch has a stream of its own.
fn draw(model: &SdModel, job: DenoiseJob, step: usize) -> Result<Tensor> {
    let (height, width) = job.size;
    let shape = (1, model.config.unet.in_channels, height, width);
    let first = (step as u64) << 32;
    Ok(noise::batch(job.seed, first..first + job.images as u64, shape, &model.device)?)
}
