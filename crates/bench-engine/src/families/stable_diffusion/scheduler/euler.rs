//! Euler's method over noise levels (Karras et al., 2022), plain and ancestral.

use candle_core::{Result, Tensor};

use super::schedule::timesteps;
use super::{Schedule, Scheduler, check_step, combine};
use crate::families::stable_diffusion::config::{Method, Prediction, SchedulerConfig, Spacing};

/// `EulerDiscreteScheduler` and `EulerAncestralDiscreteScheduler` of diffusers.
#[derive(Debug)]
pub struct Euler {
    timesteps: Vec<f64>,
    /// One more than timesteps: 0 at the end.
    sigmas: Vec<f64>,
    prediction: Prediction,
    initial_deviation: f64,
    is_ancestral: bool,
    step: usize,
}

impl Euler {
    /// A solver of `steps` steps.
    #[must_use]
    pub fn new(config: &SchedulerConfig, steps: usize) -> Self {
        let schedule = Schedule::new(config);
        let timesteps = timesteps(config, steps);
        // Single precision, as in diffusers.
        let sigma = |&timestep: &f64| f64::from(schedule.sigma(timestep) as f32);
        let mut sigmas: Vec<f64> = timesteps.iter().map(sigma).collect();
        let largest = sigmas.iter().copied().fold(0.0, f64::max);
        sigmas.push(0.0);
        Self {
            timesteps,
            sigmas,
            prediction: config.prediction,
            initial_deviation: match config.spacing {
                Spacing::Linspace | Spacing::Trailing => largest,
                Spacing::Leading => (largest * largest + 1.0).sqrt(),
            },
            is_ancestral: config.method == Method::EulerAncestral,
            step: 0,
        }
    }

    /// Noise level that a step goes down to, and that of the noise it adds then.
    fn targets(&self) -> (f64, f64) {
        let (from, to) = (self.sigmas[self.step], self.sigmas[self.step + 1]);
        if !self.is_ancestral {
            return (to, 0.0);
        }
        let up = (to * to * (from * from - to * to) / (from * from)).max(0.0).sqrt();
        ((to * to - up * up).max(0.0).sqrt(), up)
    }
}

impl Scheduler for Euler {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn initial_deviation(&self) -> f64 {
        self.initial_deviation
    }

    fn model_input(&self, sample: &Tensor) -> Result<Tensor> {
        check_step(self.step, self.timesteps.len())?;
        let sigma = self.sigmas[self.step];
        sample / (sigma * sigma + 1.0).sqrt()
    }

    fn is_noisy(&self) -> bool {
        self.is_ancestral
    }

    fn step(&mut self, output: &Tensor, sample: &Tensor, noise: Option<&Tensor>) -> Result<Tensor> {
        check_step(self.step, self.timesteps.len())?;
        let (sigma, (down, up)) = (self.sigmas[self.step], self.targets());
        self.step += 1;
        let slope = match self.prediction {
            Prediction::Epsilon => output.clone(),
            Prediction::Velocity => {
                let square = sigma * sigma + 1.0;
                combine(sigma / square, sample, 1.0 / square.sqrt(), output)?
            }
        };
        let next = combine(1.0, sample, down - sigma, &slope)?;
        match noise {
            Some(noise) if up > 0.0 => combine(1.0, &next, up, noise),
            _ => Ok(next),
        }
    }
}
