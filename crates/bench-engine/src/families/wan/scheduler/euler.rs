//! Euler's method on the flow-matching schedule: x ← x + (σ_next − σ)·v.

use candle_core::{Result, Tensor};

use super::{Grid, Scheduler, check_step};
use crate::families::wan::config::EulerConfig;

/// `FlowMatchEulerDiscreteScheduler` of diffusers, deterministic.
#[derive(Debug)]
pub struct FlowMatchEuler {
    grid: Grid,
    step: usize,
}

impl FlowMatchEuler {
    /// A solver of `steps` steps.
    pub fn new(config: &EulerConfig, steps: usize) -> Self {
        Self { grid: Grid::euler(config, steps), step: 0 }
    }
}

impl Scheduler for FlowMatchEuler {
    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn step(&mut self, model_output: &Tensor, sample: &Tensor) -> Result<Tensor> {
        check_step(self.step, &self.grid)?;
        let change = self.grid.sigmas[self.step + 1] - self.grid.sigmas[self.step];
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
        assert_eq!(euler.grid().sigmas, [1.0, 0.001, 0.0]);
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
