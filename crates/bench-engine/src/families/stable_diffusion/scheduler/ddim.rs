//! DDIM without added noise (Song et al., 2021).

use candle_core::{Result, Tensor};

use super::schedule::timesteps;
use super::{Schedule, Scheduler, check_step, combine};
use crate::families::stable_diffusion::config::{Prediction, SchedulerConfig};

/// `DDIMScheduler` of diffusers with eta 0.
#[derive(Debug)]
pub struct Ddim {
    schedule: Schedule,
    timesteps: Vec<f64>,
    prediction: Prediction,
    clip_sample: Option<f64>,
    distance: i64,
    step: usize,
}

impl Ddim {
    /// A solver of `steps` steps.
    #[must_use]
    pub fn new(config: &SchedulerConfig, steps: usize) -> Self {
        let whole = timesteps(config, steps).into_iter().map(f64::round_ties_even);
        Self {
            schedule: Schedule::new(config),
            timesteps: whole.collect(),
            prediction: config.prediction,
            clip_sample: config.clip_sample,
            distance: (config.num_train_timesteps / steps) as i64,
            step: 0,
        }
    }
}

impl Scheduler for Ddim {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn step(&mut self, output: &Tensor, sample: &Tensor, _: Option<&Tensor>) -> Result<Tensor> {
        check_step(self.step, self.timesteps.len())?;
        let timestep = self.timesteps[self.step] as i64;
        self.step += 1;
        let (alpha, next) =
            (self.schedule.alpha(timestep), self.schedule.alpha(timestep - self.distance));
        let (signal, noise) = (alpha.sqrt(), (1.0 - alpha).sqrt());
        let (picture, epsilon) = match self.prediction {
            Prediction::Epsilon => {
                let picture = combine(1.0 / signal, sample, -noise / signal, output)?;
                (picture, output.clone())
            }
            Prediction::Velocity => {
                (combine(signal, sample, -noise, output)?, combine(signal, output, noise, sample)?)
            }
        };
        let picture = match self.clip_sample {
            Some(largest) => picture.clamp(-largest, largest)?,
            None => picture,
        };
        combine(next.sqrt(), &picture, (1.0 - next).sqrt(), &epsilon)
    }
}
