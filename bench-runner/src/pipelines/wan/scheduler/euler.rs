//! Euler's method on the flow-matching schedule: x ← x + (σ_next − σ)·v.

use candle_core::{Result, Tensor};

use super::{Scheduler, check_step, linspace, shift_sigma};
use crate::pipelines::wan::config::EulerConfig;

/// `FlowMatchEulerDiscreteScheduler` of diffusers, deterministic.
#[derive(Debug)]
pub struct FlowMatchEuler {
    sigmas: Vec<f32>,
    timesteps: Vec<f64>,
    step: usize,
}

impl FlowMatchEuler {
    /// The grid of `steps` sigmas: evenly spaced between the shifted end points of the training
    /// schedule, then shifted again, as diffusers does.
    pub fn new(config: &EulerConfig, steps: usize) -> Self {
        let train = config.num_train_timesteps as f64;
        // End points are single precision in diffusers.
        let end_point = |sigma: f64| f64::from(shift_sigma(config.shift, sigma) as f32) * train;
        let mut sigmas: Vec<f32> = linspace(end_point(1.0), end_point(1.0 / train), steps)
            .into_iter()
            .map(|timestep| shift_sigma(config.shift, timestep / train) as f32)
            .collect();
        let timesteps = sigmas.iter().map(|&sigma| f64::from(sigma * train as f32)).collect();
        sigmas.push(0.0);
        Self { sigmas, timesteps, step: 0 }
    }
}

impl Scheduler for FlowMatchEuler {
    fn timesteps(&self) -> &[f64] {
        &self.timesteps
    }

    fn sigmas(&self) -> &[f32] {
        &self.sigmas
    }

    fn step(&mut self, model_output: &Tensor, sample: &Tensor) -> Result<Tensor> {
        check_step(self.step, self.timesteps.len())?;
        let change = self.sigmas[self.step + 1] - self.sigmas[self.step];
        self.step += 1;
        sample + (model_output * f64::from(change))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn unshifted_grid_and_steps_match_hand_worked_numbers() {
        let config = EulerConfig { num_train_timesteps: 1000, shift: 1.0 };
        let mut euler = FlowMatchEuler::new(&config, 2);
        assert_eq!(euler.sigmas(), [1.0, 0.001, 0.0]);
        let sample = Tensor::new(&[2f32], &Device::Cpu).expect("cpu tensor");
        let velocity = Tensor::new(&[1f32], &Device::Cpu).expect("cpu tensor");
        let next = euler.step(&velocity, &sample).expect("first of two steps");
        // 2 + (0.001 − 1)·1
        let value = next.to_vec1::<f32>().expect("one value")[0];
        assert!((value - 1.001).abs() < 1e-6);
        euler.step(&velocity, &next).expect("second of two steps");
        assert!(euler.step(&velocity, &next).is_err());
    }
}
