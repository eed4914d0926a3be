//! Denoising: noise and text come in, latents go out, one step at a time.

use candle_core::{DType, Tensor};
use candle_transformers::models::flux::WithForward;
use candle_transformers::models::flux::sampling::{State, unpack};

use super::config::PATCH;
use super::model::FluxModel;
use super::text::Text;
use crate::compute::noise;
use crate::error::Result;
use crate::families::diffusion;
use crate::families::images::model::DenoiseJob;

/// A generation in the course of its steps.
pub struct Course {
    state: State,
    /// (B, tokens, C), f32
    latents: Tensor,
    sigmas: Vec<f64>,
    job: DenoiseJob,
    step: usize,
}

impl Course {
    /// Begins with the noise of the job's seed.
    pub(super) fn begin(model: &FluxModel, job: DenoiseJob, text: &Text) -> Result<Self> {
        let (height, width) = job.size;
        let shape = (1, model.config.vae.latent_channels, height, width);
        let latents = noise::batch(job.seed, 0..job.images as u64, shape, &model.device)?;
        let dtype = model.types.denoiser;
        let typed = |tensor: &Tensor| tensor.to_dtype(dtype);
        let state = State::new(&typed(&text.tokens)?, &typed(&text.pooled)?, &typed(&latents)?)?;
        let tokens = (height / PATCH) * (width / PATCH);
        let latents = State::new(&text.tokens, &text.pooled, &latents)?.img;
        let sigmas = model.config.schedule.sigmas(job.steps, tokens);
        Ok(Self { state, latents, sigmas, job, step: 0 })
    }

    /// What the model predicts of the latents as they are now.
    pub(super) fn velocity(&self, model: &FluxModel, sigma: f64) -> Result<Tensor> {
        let state = &self.state;
        let each = |value: f64| Tensor::full(value as f32, self.job.images, &model.device);
        let guidance = model.config.is_guided().then(|| each(self.job.guidance)).transpose()?;
        Ok(model.transformer.forward(
            &self.latents.to_dtype(model.types.denoiser)?,
            &state.img_ids,
            &state.txt,
            &state.txt_ids,
            &each(sigma)?,
            &state.vec,
            guidance.as_ref(),
        )?)
    }

    /// Takes the next step.
    pub(super) fn step(&mut self, model: &FluxModel) -> Result<()> {
        let (Some(&sigma), Some(&next)) =
            (self.sigmas.get(self.step), self.sigmas.get(self.step + 1))
        else {
            return Err(candle_core::Error::msg("all steps are done").into());
        };
        let velocity = self.velocity(model, sigma)?;
        self.latents = (&self.latents + (velocity.to_dtype(DType::F32)? * (next - sigma))?)?;
        self.step += 1;
        Ok(())
    }
}

impl diffusion::Course for Course {
    fn is_done(&self) -> bool {
        self.step + 1 >= self.sigmas.len()
    }

    fn latents(&self) -> anyhow::Result<Tensor> {
        // The unpacking takes pixels of a VAE of factor 8.
        let (height, width) = self.job.size;
        Ok(unpack(&self.latents, 8 * height, 8 * width)?)
    }
}
