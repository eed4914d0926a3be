//! Denoising: noise and text come in, latents go out, one step at a time.

use candle_core::{DType, Tensor};

use super::model::SdModel;
use super::scheduler::{Scheduler, scheduler};
use super::text::Text;
use super::unet::Condition;
use crate::compute::noise;
use crate::error::Result;
use crate::families::images::model::{Denoise, Job};

/// A generation in the course of its steps.
pub struct Denoiser<'a> {
    model: &'a SdModel,
    scheduler: Box<dyn Scheduler>,
    /// Of the unguided samples first, where there is guidance.
    text: Text,
    is_guided: bool,
    job: Job,
    latents: Tensor,
    step: usize,
}

impl<'a> Denoiser<'a> {
    /// Begins with the noise of the job's seed; `negative` turns guidance on.
    pub(super) fn new(
        model: &'a SdModel,
        job: Job,
        text: &Text,
        negative: Option<&Text>,
    ) -> Result<Self> {
        let scheduler = scheduler(&model.config.scheduler, job.steps);
        let text = text.repeat(job.images)?;
        let text = match negative {
            Some(negative) => negative.repeat(job.images)?.join(&text)?,
            None => text,
        };
        let tokens = text.tokens.to_dtype(model.types.denoiser)?;
        let latents = (draw(model, job, 0)? * scheduler.initial_deviation())?;
        Ok(Self {
            model,
            scheduler,
            text: Text { tokens, ..text },
            is_guided: negative.is_some(),
            job,
            latents,
            step: 0,
        })
    }

    fn predict(&self, timestep: f64) -> Result<Tensor> {
        let model = self.model;
        let input = self.scheduler.model_input(&self.latents)?.to_dtype(model.types.denoiser)?;
        let input = if self.is_guided { Tensor::cat(&[&input, &input], 0)? } else { input };
        let condition = self.condition();
        let text = &self.text.tokens;
        let output = model.unet.forward(&input, timestep, text, condition.as_ref())?;
        let output = output.to_dtype(DType::F32)?;
        if !self.is_guided {
            return Ok(output);
        }
        let images = self.job.images;
        let unguided = output.narrow(0, 0, images)?;
        let change = ((output.narrow(0, images, images)? - &unguided)? * self.job.guidance)?;
        Ok((unguided + change)?)
    }

    /// For XL: a picture of the asked size, nothing cropped.
    fn condition(&self) -> Option<Condition> {
        let factor = self.model.config.vae.factor();
        let (height, width) = self.job.size;
        let [height, width] = [height, width].map(|side| (side * factor) as f64);
        let pooled = self.text.pooled.clone()?;
        Some(Condition { pooled, time_ids: [height, width, 0.0, 0.0, height, width] })
    }
}

impl Denoise for Denoiser<'_> {
    fn step(&mut self) -> Result<bool> {
        let Some(&timestep) = self.scheduler.timesteps().get(self.step) else {
            return Ok(false);
        };
        let output = self.predict(timestep)?;
        self.step += 1;
        let noise = match self.scheduler.is_noisy() {
            true => Some(draw(self.model, self.job, self.step)?),
            false => None,
        };
        self.latents = self.scheduler.step(&output, &self.latents, noise.as_ref())?;
        Ok(true)
    }

    fn into_latents(self) -> Result<Tensor> {
        Ok(self.latents)
    }
}

/// Noise of a step: 0 is the start. Each image of a batch has a stream of its own.
fn draw(model: &SdModel, job: Job, step: usize) -> Result<Tensor> {
    let (height, width) = job.size;
    let shape = (1, model.config.unet.in_channels, height, width);
    let first = (step as u64) << 32;
    Ok(noise::batch(job.seed, first..first + job.images as u64, shape, &model.device)?)
}
