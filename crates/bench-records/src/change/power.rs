//! How a series scatters in, after how many runs a change would be noticed out.
//!
//! The same tests that a step must pass, asked of a step without noise of its own.

use serde::{Deserialize, Serialize};

use super::{
    noise::Noise,
    robust::{LEAST_SCALE, z},
    scan::base_length,
    split::{Demand, LINE_IN_FULL, STEP_BESIDE_SLOPE},
};

/// The changes that are asked about.
const CHANGES: [f64; 5] = [0.01, 0.02, 0.03, 0.05, 0.1];
/// The most runs that a comparison takes.
const MOST_RUNS: usize = 256;

/// After how many runs a change would be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Power {
    /// The change, as a part of the level.
    pub change: f64,
    /// The runs at the new level; `None`: it would not be noticed.
    pub runs: Option<usize>,
}

/// The power of a series with this noise.
pub(super) fn power(noise: &Noise, demand: &Demand) -> Vec<Power> {
    let runs = |change: f64| {
        (demand.after..=MOST_RUNS).find(|runs| is_noticed(change.ln_1p(), *runs, noise, demand))
    };
    CHANGES.map(|change| Power { change, runs: runs(change) }).to_vec()
}

/// Whether a step by `size`, in logarithms, would be confirmed after so many runs.
///
/// B = δ²mk/N is what a split explains; a line explains 3mk/N² of that, and Λ is the rest.
fn is_noticed(size: f64, runs: usize, noise: &Noise, demand: &Demand) -> bool {
    let variance = noise.scale.max(LEAST_SCALE).powi(2);
    let phi = noise.autocorrelation;
    let inflation = 1.0 + 2.0 * phi + 2.0 * phi * phi;
    let (m, k) = (base_length(runs) as f64, runs as f64);
    let n = m + k;
    let step = size * size * m * k / n;
    let beside_line = step * (1.0 - 3.0 * m * k / (n * n));
    let deviate = |explained: f64, lost: f64| {
        z((explained / (variance * inflation)).sqrt(), (n - lost) / inflation)
    };
    let line = n * (beside_line / (n * variance)).ln_1p() / inflation;
    let jumps = line >= demand.line * (n / LINE_IN_FULL).min(1.0)
        || deviate(beside_line, 4.0) >= STEP_BESIDE_SLOPE;
    deviate(step, 2.0) >= demand.z && jumps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::noise::NoiseKind;

    fn runs(scale: f64, autocorrelation: f64) -> Vec<Option<usize>> {
        let noise = Noise { kind: NoiseKind::Normal, scale, autocorrelation, points: 32 };
        power(&noise, &Demand::confirmed(0.005)).iter().map(|power| power.runs).collect()
    }

    #[test]
    fn the_noisier_a_series_the_more_runs_a_change_takes() {
        let worked = runs(0.013_417_306_218_940_24, 0.0);
        assert_eq!(worked, [Some(101), Some(27), Some(13), Some(5), Some(5)]);
        assert_eq!(runs(0.0, 0.0), [Some(5); 5]);
        assert_eq!(runs(10.0, 0.0), [None; 5]);
        let correlated = runs(0.013_417_306_218_940_24, 0.5);
        assert!(correlated.iter().zip(&worked).all(|(more, runs)| more.is_none() || more >= runs));
    }
}
