//! Noise levels of training, and the timesteps of a run.

use crate::families::stable_diffusion::config::{SchedulerConfig, Spacing};

/// ᾱ of each timestep of training, in single precision as the model saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    alphas: Vec<f32>,
    last: f64,
}

impl Schedule {
    /// The schedule of a configuration.
    #[must_use]
    pub fn new(config: &SchedulerConfig) -> Self {
        let count = config.num_train_timesteps;
        let root = |beta: f64| if config.is_scaled_linear { beta.sqrt() } else { beta };
        let (start, end) = (root(config.beta_start), root(config.beta_end));
        let mut product = 1f32;
        let alphas: Vec<f32> = (0..count)
            .map(|t| {
                let part = t as f64 / (count.max(2) - 1) as f64;
                let beta = (start + (end - start) * part) as f32;
                let beta = if config.is_scaled_linear { beta * beta } else { beta };
                product *= 1.0 - beta;
                product
            })
            .collect();
        let last = if config.set_alpha_to_one { 1.0 } else { f64::from(alphas[0]) };
        Self { alphas, last }
    }

    /// ᾱ of a timestep; before the first, that of the end.
    #[must_use]
    pub fn alpha(&self, timestep: i64) -> f64 {
        match usize::try_from(timestep) {
            Ok(timestep) => f64::from(self.alphas[timestep.min(self.alphas.len() - 1)]),
            Err(_) => self.last,
        }
    }

    /// √((1−ᾱ)/ᾱ) of a timestep, between two of training linearly interpolated.
    #[must_use]
    pub fn sigma(&self, timestep: f64) -> f64 {
        let of = |t: usize| {
            let alpha = f64::from(self.alphas[t.min(self.alphas.len() - 1)]);
            ((1.0 - alpha) / alpha).sqrt()
        };
        let below = timestep.max(0.0).floor();
        let (low, high) = (of(below as usize), of(below as usize + 1));
        low + (high - low) * (timestep - below)
    }
}

/// Timesteps of a run, from noisy to clean, before they are rounded to whole ones.
#[must_use]
pub fn timesteps(config: &SchedulerConfig, steps: usize) -> Vec<f64> {
    let train = config.num_train_timesteps;
    match config.spacing {
        Spacing::Linspace => {
            let distance = (train - 1) as f64 / (steps.max(2) - 1) as f64;
            (0..steps).rev().map(|step| step as f64 * distance).collect()
        }
        Spacing::Leading => {
            let distance = train / steps;
            (0..steps).rev().map(|step| (step * distance + config.steps_offset) as f64).collect()
        }
        Spacing::Trailing => {
            let distance = train as f64 / steps as f64;
            let at = |step: usize| (train as f64 - step as f64 * distance).round_ties_even() - 1.0;
            (0..steps).map(at).collect()
        }
    }
}
