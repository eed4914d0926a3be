//! Solvers: a schedule and the model's velocity come in, less noisy latents go out.
//!
//! Flow matching: x = (1−σ)·x₀ + σ·noise, and the model predicts v = noise − x₀.

mod euler;
mod grid;
mod unipc;

use candle_core::{Result, Tensor};

pub use euler::FlowMatchEuler;
pub use grid::Grid;
pub use unipc::UniPc;

use super::config::SchedulerConfig;

/// A solver in the course of one generation.
pub trait Scheduler: Send {
    /// Noise levels and timesteps of all steps.
    fn grid(&self) -> &Grid;

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

fn check_step(step: usize, grid: &Grid) -> Result<()> {
    let steps = grid.timesteps.len();
    if step >= steps {
        candle_core::bail!("all {steps} steps are done; make a new scheduler for another run")
    }
    Ok(())
}
