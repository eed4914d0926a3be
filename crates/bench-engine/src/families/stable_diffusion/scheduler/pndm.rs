//! PNDM by linear multi-steps (Liu et al., 2022), without Runge-Kutta steps.

use candle_core::{Result, Tensor};

use super::schedule::timesteps;
use super::{Schedule, Scheduler, check_step, combine};
use crate::families::stable_diffusion::config::{Prediction, SchedulerConfig};

/// Weights of the newest predictions, newest first (Adams and Bashforth), by how many there are.
const WEIGHTS: [&[f64]; 4] = [
    &[1.0],
    &[1.5, -0.5],
    &[23.0 / 12.0, -16.0 / 12.0, 5.0 / 12.0],
    &[55.0 / 24.0, -59.0 / 24.0, 37.0 / 24.0, -9.0 / 24.0],
];

/// `PNDMScheduler` of diffusers with `skip_prk_steps`: one evaluation more than steps.
#[derive(Debug)]
pub struct Pndm {
    schedule: Schedule,
    timesteps: Vec<f64>,
    prediction: Prediction,
    distance: i64,
    step: usize,
    /// Newest first.
    outputs: Vec<Tensor>,
    first_sample: Option<Tensor>,
}

impl Pndm {
    /// A solver of `steps` steps.
    #[must_use]
    pub fn new(config: &SchedulerConfig, steps: usize) -> Self {
        let whole = timesteps(config, steps).into_iter().map(f64::round_ties_even);
        let mut timesteps: Vec<f64> = whole.collect();
        // The second is taken twice, to begin with a better slope.
        if let Some(&second) = timesteps.get(1) {
            timesteps.insert(1, second);
        }
        Self {
            schedule: Schedule::new(config),
            timesteps,
            prediction: config.prediction,
            distance: (config.num_train_timesteps / steps) as i64,
            step: 0,
            outputs: Vec::new(),
            first_sample: None,
        }
    }

    /// The sample at `next`, from that at `timestep` (formula 9 of the paper).
    fn transfer(
        &self,
        sample: &Tensor,
        output: &Tensor,
        timestep: i64,
        next: i64,
    ) -> Result<Tensor> {
        let (alpha, next) = (self.schedule.alpha(timestep), self.schedule.alpha(next));
        let output = match self.prediction {
            Prediction::Epsilon => output.clone(),
            Prediction::Velocity => combine(alpha.sqrt(), output, (1.0 - alpha).sqrt(), sample)?,
        };
        let divisor = alpha * (1.0 - next).sqrt() + (alpha * (1.0 - alpha) * next).sqrt();
        combine((next / alpha).sqrt(), sample, -(next - alpha) / divisor, &output)
    }
}

impl Scheduler for Pndm {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn step(&mut self, output: &Tensor, sample: &Tensor, _: Option<&Tensor>) -> Result<Tensor> {
        check_step(self.step, self.timesteps.len())?;
        let timestep = self.timesteps[self.step] as i64;
        self.step += 1;
        if let (2, Some(first), Some(slope)) =
            (self.step, self.first_sample.take(), self.outputs.first())
        {
            let mean = combine(0.5, output, 0.5, slope)?;
            return self.transfer(&first, &mean, timestep + self.distance, timestep);
        }
        if self.step == 1 {
            self.first_sample = Some(sample.clone());
        }
        self.outputs.insert(0, output.clone());
        self.outputs.truncate(WEIGHTS.len());
        let mut slope = output.zeros_like()?;
        for (output, weight) in self.outputs.iter().zip(WEIGHTS[self.outputs.len() - 1]) {
            slope = (slope + (output * *weight)?)?;
        }
        self.transfer(sample, &slope, timestep, timestep - self.distance)
    }
}
