//! Noise levels of a generation, and what the model is told at each.

use super::super::config::{EulerConfig, SigmaGrid, UniPcConfig};

/// Keeps diffusers' first sigma below 1, where λ is infinite.
const SIGMA_MARGIN: f64 = 1e-6;

/// Sigmas and timesteps of one generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Noise level at each step, and 0 at the end: one more than timesteps.
    pub sigmas: Vec<f32>,
    /// What the model is told at each step, from noisy to clean.
    pub timesteps: Vec<f64>,
}

impl Grid {
    /// That of UniPC. Timesteps are truncated to integers.
    pub fn unipc(config: &UniPcConfig, steps: usize) -> Self {
        let train = config.num_train_timesteps as f64;
        let [start, end] = ends(config.sigma_grid, train, config.flow_shift);
        let even = linspace(start, end, steps + 1).take(steps);
        let mut sigmas: Vec<f64> = even.map(|sigma| shifted(config.flow_shift, sigma)).collect();
        if config.sigma_grid == SigmaGrid::Diffusers
            && let Some(first) = sigmas.first_mut()
            && (*first - 1.0).abs() < SIGMA_MARGIN
        {
            *first -= SIGMA_MARGIN;
        }
        Self::new(&sigmas, |sigma| (sigma * train).trunc())
    }

    /// That of diffusers' Euler: evenly spaced between the shifted end points of the training
    /// schedule, then shifted again.
    pub fn euler(config: &EulerConfig, steps: usize) -> Self {
        let train = config.num_train_timesteps as f64;
        // End points are single precision in diffusers.
        let end = |sigma: f64| f64::from(shifted(config.shift, sigma) as f32) * train;
        let even = linspace(end(1.0), end(1.0 / train), steps);
        let sigmas: Vec<f64> =
            even.map(|timestep| shifted(config.shift, timestep / train)).collect();
        Self::new(&sigmas, |sigma| f64::from(sigma as f32 * train as f32))
    }

    fn new(sigmas: &[f64], timestep: impl Fn(f64) -> f64) -> Self {
        Self {
            sigmas: sigmas.iter().map(|&sigma| sigma as f32).chain([0.0]).collect(),
            timesteps: sigmas.iter().map(|&sigma| timestep(sigma)).collect(),
        }
    }
}

/// End points of the even spacing. Those other than diffusers' are single precision there.
fn ends(grid: SigmaGrid, train: f64, shift: f64) -> [f64; 2] {
    let highest = (1.0 - 1.0 / train) as f32;
    match grid {
        SigmaGrid::Diffusers => [1.0, 1.0 / train],
        SigmaGrid::Wan => [f64::from(highest), 0.0],
        SigmaGrid::FastVideo => {
            let shift = shift as f32;
            [f64::from(shift * highest / (1.0 + (shift - 1.0) * highest)), 0.0]
        }
    }
}

/// σ′ = s·σ / (1 + (s−1)·σ), which spends more steps at high noise for s > 1.
fn shifted(shift: f64, sigma: f64) -> f64 {
    shift * sigma / (1.0 + (shift - 1.0) * sigma)
}

/// `count` evenly spaced values from `start` to `end`, both included; for one, `start`.
fn linspace(start: f64, end: f64, count: usize) -> impl Iterator<Item = f64> {
    let interval = (end - start) / (count.max(2) - 1) as f64;
    (0..count).map(move |i| start + interval * i as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(sigma_grid: SigmaGrid, shift: f64, steps: usize) -> Grid {
        let config = UniPcConfig { sigma_grid, ..UniPcConfig::wan(1000, shift) };
        Grid::unipc(&config, steps)
    }

    fn assert_near(found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found}, expected {expected}");
        }
    }

    #[test]
    fn shift_keeps_the_ends_and_raises_the_middle() {
        assert_eq!(shifted(3.0, 0.0), 0.0);
        assert_eq!(shifted(3.0, 1.0), 1.0);
        assert_eq!(shifted(3.0, 0.5), 0.75);
    }

    #[test]
    fn linspace_includes_both_ends() {
        assert_eq!(linspace(1.0, 0.0, 5).collect::<Vec<_>>(), [1.0, 0.75, 0.5, 0.25, 0.0]);
        assert_eq!(linspace(2.0, 1.0, 1).collect::<Vec<_>>(), [2.0]);
    }

    #[test]
    fn the_grids_of_two_steps_are_those_worked_by_hand() {
        // 0.5005 shifted by 3 is 1.5015/2.001
        let diffusers = grid(SigmaGrid::Diffusers, 3.0, 2);
        assert_near(&diffusers.sigmas, &[0.999_999, 0.750_374_8, 0.0]);
        assert_eq!(diffusers.timesteps, [999.0, 750.0]);
        // 0.999 shifted by 3 is 2.997/2.998; 0.4995 is 1.4985/1.999
        let wan = grid(SigmaGrid::Wan, 3.0, 2);
        assert_near(&wan.sigmas, &[0.999_666_4, 0.749_624_8, 0.0]);
        assert_eq!(wan.timesteps, [999.0, 749.0]);
        // 2.997/2.998 = 0.9996664 shifted by 3 is 2.9989993/2.9993329; its half is
        // 1.4994996/1.9996664
        let fastvideo = grid(SigmaGrid::FastVideo, 3.0, 2);
        assert_near(&fastvideo.sigmas, &[0.999_888_8, 0.749_874_9, 0.0]);
        assert_eq!(fastvideo.timesteps, [999.0, 749.0]);
    }

    /// Made by the classes of the three programs; its README says how.
    #[test]
    fn the_grids_are_those_of_the_programs_that_they_are_named_after() {
        let fixture = include_str!("../../../../../../tests/fixtures/sigma-grids/unipc.json");
        let cases: Vec<Case> = serde_json::from_str(fixture).expect("the fixture is complete");
        assert_eq!(cases.len(), 18);
        for case in cases {
            let sigma_grid = SigmaGrid::named(&case.grid).expect("a known grid");
            let found = grid(sigma_grid, case.flow_shift, case.steps);
            assert_near(&found.sigmas, &case.sigmas);
            assert_eq!(found.timesteps, case.timesteps, "{} {}", case.grid, case.steps);
        }
    }

    #[derive(serde::Deserialize)]
    struct Case {
        grid: String,
        flow_shift: f64,
        steps: usize,
        sigmas: Vec<f64>,
        timesteps: Vec<f64>,
    }

    #[test]
    fn without_a_shift_the_grids_of_wan_and_fastvideo_are_one() {
        assert_eq!(grid(SigmaGrid::Wan, 1.0, 7), grid(SigmaGrid::FastVideo, 1.0, 7));
        assert_near(&grid(SigmaGrid::Wan, 1.0, 3).sigmas, &[0.999, 0.666, 0.333, 0.0]);
    }
}
