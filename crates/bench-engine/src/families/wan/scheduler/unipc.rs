//! UniPC (Zhao et al., 2023, arXiv 2302.04867): predictor of order 2 and corrector, on x₀.
//!
//! With α = 1−σ, λ = ln α − ln σ and h = λ_next − λ, both are
//! x_next = σ_next/σ·x − α_next·B·m₀ − α_next·B·Σ ρ_k·D_k, where B is e^−h − 1 (bh2), m₀ the newest
//! prediction of x₀, and D_k are differences of predictions.

use candle_core::{Result, Tensor};

use super::{Grid, Scheduler, check_step};
use crate::families::wan::config::UniPcConfig;

/// `UniPCMultistepScheduler` of diffusers with flow prediction.
#[derive(Debug)]
pub struct UniPc {
    config: UniPcConfig,
    grid: Grid,
    step: usize,
    /// Predictions of x₀ at the steps taken, newest last, at most `solver_order`.
    predictions: Vec<Tensor>,
    /// The sample and order that the last predictor step started from.
    last: Option<(Tensor, usize)>,
}

impl UniPc {
    /// A solver of `steps` steps.
    pub fn new(config: &UniPcConfig, steps: usize) -> Self {
        Self {
            grid: Grid::unipc(config, steps),
            config: config.clone(),
            step: 0,
            predictions: Vec::new(),
            last: None,
        }
    }

    /// Corrects the sample that the last predictor step led to, with the prediction made there.
    fn correct(&self, start: &Tensor, order: usize, prediction: &Tensor) -> Result<Tensor> {
        let m0 = self.prediction(0);
        let jump = self.jump(self.step - 1);
        let newest = (prediction - m0)?;
        let correction = if order == 1 {
            (newest * 0.5)?
        } else {
            let ratio = self.lambda_ratio(self.step - 1, &jump);
            let [rho_old, rho_new] = jump.corrector_weights(ratio);
            let older = ((self.prediction(1) - m0)? * (rho_old / ratio))?;
            (older + (newest * rho_new)?)?
        };
        jump.apply(start, m0, Some(&correction))
    }

    /// Predicts the sample at the next step.
    fn predict(&self, sample: &Tensor, order: usize) -> Result<Tensor> {
        let m0 = self.prediction(0);
        let jump = self.jump(self.step);
        if order == 1 {
            return jump.apply(sample, m0, None);
        }
        let ratio = self.lambda_ratio(self.step, &jump);
        let difference = ((self.prediction(1) - m0)? * (0.5 / ratio))?;
        jump.apply(sample, m0, Some(&difference))
    }

    /// Order of the predictor at this step: it grows with history, and shrinks at the end.
    fn order(&self) -> usize {
        let remaining = match self.config.lower_order_final {
            true => self.grid.timesteps.len() - self.step,
            false => usize::MAX,
        };
        self.config.solver_order.min(remaining).min(self.step + 1)
    }

    /// The prediction of x₀ made `age` steps before the newest.
    fn prediction(&self, age: usize) -> &Tensor {
        &self.predictions[self.predictions.len() - 1 - age]
    }

    fn jump(&self, from: usize) -> Jump {
        let (sigma, next) = (self.sigma(from), self.sigma(from + 1));
        Jump::new(sigma, next)
    }

    /// (λ of the step before `from` − λ of `from`) / h.
    fn lambda_ratio(&self, from: usize, jump: &Jump) -> f64 {
        (lambda(self.sigma(from - 1)) - lambda(self.sigma(from))) / jump.h
    }

    fn sigma(&self, index: usize) -> f64 {
        f64::from(self.grid.sigmas[index])
    }
}

impl Scheduler for UniPc {
    fn grid(&self) -> &Grid {
        &self.grid
    }

    fn step(&mut self, model_output: &Tensor, sample: &Tensor) -> Result<Tensor> {
        check_step(self.step, &self.grid)?;
        let prediction = (sample - (model_output * self.sigma(self.step))?)?;
        let sample = match &self.last {
            Some((start, order)) if !self.config.disable_corrector.contains(&(self.step - 1)) => {
                self.correct(start, *order, &prediction)?
            }
            _ => sample.clone(),
        };
        if self.predictions.len() == self.config.solver_order {
            self.predictions.remove(0);
        }
        self.predictions.push(prediction);
        let order = self.order();
        let next = self.predict(&sample, order)?;
        self.last = Some((sample, order));
        self.step += 1;
        Ok(next)
    }
}

/// One move from a noise level to the next.
#[derive(Debug)]
struct Jump {
    sigma_ratio: f64,
    alpha: f64,
    h: f64,
    /// e^−h − 1.
    phi_1: f64,
}

impl Jump {
    fn new(sigma: f64, next: f64) -> Self {
        let h = lambda(next) - lambda(sigma);
        Self { sigma_ratio: next / sigma, alpha: 1.0 - next, h, phi_1: (-h).exp_m1() }
    }

    /// The step of the module's formula; `sum` is Σ ρ_k·D_k.
    fn apply(&self, sample: &Tensor, m0: &Tensor, sum: Option<&Tensor>) -> Result<Tensor> {
        let linear = ((sample * self.sigma_ratio)? - (m0 * (self.alpha * self.phi_1))?)?;
        match sum {
            Some(sum) => linear - (sum * (self.alpha * self.phi_1))?,
            None => Ok(linear),
        }
    }

    /// ρ of the corrector of order 2: solves ρ₁ + ρ₂ = b₁ and r·ρ₁ + ρ₂ = b₂ with
    /// b₁ = (φ₁/−h − 1)/φ₁ and b₂ = 2·((φ₁/−h − 1)/−h − ½)/φ₁, for the λ ratio r.
    fn corrector_weights(&self, ratio: f64) -> [f64; 2] {
        let phi_2 = self.phi_1 / -self.h - 1.0;
        let phi_3 = phi_2 / -self.h - 0.5;
        let (b1, b2) = (phi_2 / self.phi_1, 2.0 * phi_3 / self.phi_1);
        let first = (b1 - b2) / (1.0 - ratio);
        [first, b1 - first]
    }
}

fn lambda(sigma: f64) -> f64 {
    (1.0 - sigma).ln() - sigma.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn config() -> UniPcConfig {
        UniPcConfig::wan(1000, 3.0)
    }

    fn scalar(value: f64) -> Tensor {
        Tensor::new(&[value], &Device::Cpu).expect("cpu tensor")
    }

    fn value(tensor: &Tensor) -> f64 {
        tensor.to_vec1::<f64>().expect("one value")[0]
    }

    #[test]
    fn constant_prediction_of_x0_moves_on_a_straight_line() {
        let mut unipc = UniPc::new(&config(), 5);
        let (x0, noise) = (0.7, -1.3);
        let mut sample = scalar((1.0 - unipc.sigma(0)) * x0 + unipc.sigma(0) * noise);
        for step in 0..5 {
            let velocity = scalar(noise - x0);
            sample = unipc.step(&velocity, &sample).expect("one of five steps");
            let sigma = unipc.sigma(step + 1);
            assert!((value(&sample) - ((1.0 - sigma) * x0 + sigma * noise)).abs() < 1e-9);
        }
        assert!((value(&sample) - x0).abs() < 1e-9);
    }

    #[test]
    fn corrector_weights_solve_their_system() {
        let jump = Jump::new(0.8, 0.6);
        let ratio = -1.5;
        let [first, second] = jump.corrector_weights(ratio);
        let h = -jump.h;
        let b1 = ((h.exp() - 1.0) / h - 1.0) / (h.exp() - 1.0);
        let b2 = 2.0 * (((h.exp() - 1.0) / h - 1.0) / h - 0.5) / (h.exp() - 1.0);
        assert!((first + second - b1).abs() < 1e-12);
        assert!((ratio * first + second - b2).abs() < 1e-12);
    }
}
