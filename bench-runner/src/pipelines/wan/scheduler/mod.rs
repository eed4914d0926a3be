//! Solvers: a schedule and the model's velocity come in, less noisy latents go out.
//!
//! Flow matching: x = (1−σ)·x₀ + σ·noise, and the model predicts v = noise − x₀.

mod euler;
mod unipc;

use candle_core::{Result, Tensor};

pub use euler::FlowMatchEuler;
pub use unipc::UniPc;

use super::config::SchedulerConfig;

/// A solver in the course of one generation.
pub trait Scheduler: Send {
    /// What the model is told at each step, from noisy to clean.
    fn timesteps(&self) -> &[f64];

    /// Noise level at each step, and 0 at the end: one more than timesteps.
    fn sigmas(&self) -> &[f32];

    /// Takes the model's prediction at the current step and the sample it was made from, moves to
    /// the next step and returns the sample there.
    ///
    /// # Errors
    /// When a tensor operation fails, or all steps are done.
    fn step(&mut self, model_output: &Tensor, sample: &Tensor) -> Result<Tensor>;
}

/// A fresh solver of `steps` steps.
pub fn scheduler(config: &SchedulerConfig, steps: usize) -> Box<dyn Scheduler> {
    match config {
        SchedulerConfig::UniPc(config) => Box::new(UniPc::new(config, steps)),
        SchedulerConfig::FlowMatchEuler(config) => Box::new(FlowMatchEuler::new(config, steps)),
    }
}

/// σ′ = s·σ / (1 + (s−1)·σ), which spends more steps at high noise for s > 1.
fn shift_sigma(shift: f64, sigma: f64) -> f64 {
    shift * sigma / (1.0 + (shift - 1.0) * sigma)
}

/// `count` evenly spaced values from `start` to `end`, both included; for one, `start`.
fn linspace(start: f64, end: f64, count: usize) -> Vec<f64> {
    let interval = (end - start) / (count.max(2) - 1) as f64;
    (0..count).map(|i| start + interval * i as f64).collect()
}

fn check_step(step: usize, steps: usize) -> Result<()> {
    if step >= steps {
        candle_core::bail!("all {steps} steps are done; make a new scheduler for another run")
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_keeps_the_ends_and_raises_the_middle() {
        assert_eq!(shift_sigma(3.0, 0.0), 0.0);
        assert_eq!(shift_sigma(3.0, 1.0), 1.0);
        assert_eq!(shift_sigma(3.0, 0.5), 0.75);
    }

    #[test]
    fn linspace_includes_both_ends() {
        assert_eq!(linspace(1.0, 0.0, 5), [1.0, 0.75, 0.5, 0.25, 0.0]);
        assert_eq!(linspace(2.0, 1.0, 1), [2.0]);
    }
}
