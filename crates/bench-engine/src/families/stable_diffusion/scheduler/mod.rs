//! Solvers: a schedule and the model's prediction come in, less noisy latents go out.
//!
//! x = √ᾱ·picture + √(1−ᾱ)·noise, with ᾱ falling from about 1 to about 0 over the timesteps.

mod ddim;
mod euler;
mod pndm;
mod schedule;

use candle_core::{Result, Tensor};

pub use ddim::Ddim;
pub use euler::Euler;
pub use pndm::Pndm;
pub use schedule::Schedule;

use super::config::{Method, SchedulerConfig};

/// A solver in the course of one generation.
pub trait Scheduler {
    /// What the model is told at each step, from noisy to clean.
    fn timesteps(&self) -> &[f64];

    /// Deviation of the noise that a generation starts from.
    fn initial_deviation(&self) -> f64 {
        1.0
    }

    /// The sample as the model takes it at the current step.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn model_input(&self, sample: &Tensor) -> Result<Tensor> {
        Ok(sample.clone())
    }

    /// Whether a step adds noise of the sample's shape.
    fn is_noisy(&self) -> bool {
        false
    }

    /// Takes the model's prediction at the current step, the sample it was made from and, where the
    /// solver adds it, noise of deviation 1; moves to the next step and returns the sample there.
    ///
    /// # Errors
    /// When a tensor operation fails, or all steps are done.
    fn step(&mut self, output: &Tensor, sample: &Tensor, noise: Option<&Tensor>) -> Result<Tensor>;
}

/// A fresh solver of `steps` steps.
#[must_use]
pub fn scheduler(config: &SchedulerConfig, steps: usize) -> Box<dyn Scheduler> {
    match config.method {
        Method::Ddim => Box::new(Ddim::new(config, steps)),
        Method::Pndm => Box::new(Pndm::new(config, steps)),
        Method::Euler | Method::EulerAncestral => Box::new(Euler::new(config, steps)),
    }
}

fn check_step(step: usize, steps: usize) -> Result<()> {
    if step >= steps {
        candle_core::bail!("all {steps} steps are done; make a new scheduler for another run")
    }
    Ok(())
}

/// a·x + b·y.
fn combine(a: f64, x: &Tensor, b: f64, y: &Tensor) -> Result<Tensor> {
    (x * a)? + (y * b)?
}
