//! The values of one regime in, its level and scatter out.

use serde::{Deserialize, Serialize};

use super::{
    order::lag1,
    robust::{clipped_and_centred, med, scale_around},
};

/// √(π/2): the standard error of a median over that of a mean.
const OF_MEDIAN: f64 = 1.253_314_137_315_5;

/// What lies between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Level {
    /// The median of the values as they are compared: logarithms, or parts of the usual size.
    pub(super) centre: f64,
    /// How far those scatter.
    pub(super) scale: f64,
    /// How much each resembles the one before it.
    pub(super) autocorrelation: f64,
    /// How many there are.
    pub(super) points: usize,
    /// The median of the values as they were given.
    pub(super) median: f64,
}

impl Level {
    pub(super) fn of(values: &[f64], raw: &[f64]) -> Self {
        let centre = med(values);
        let (scale, autocorrelation) = scatter(&deviations(values, centre));
        Self { centre, scale, autocorrelation, points: values.len(), median: med(raw) }
    }

    /// The variance of the median: that of independent values, times (1 + φ)/(1 − φ).
    pub(super) fn variance_of_centre(&self) -> f64 {
        let error = OF_MEDIAN * self.scale;
        error * error * widening(self.autocorrelation) / (self.points as f64).max(1.0)
    }
}

/// Values less their level.
pub(super) fn deviations(values: &[f64], centre: f64) -> Vec<f64> {
    values.iter().map(|value| value - centre).collect()
}

/// The scale of deviations, and their autocorrelation without outliers.
pub(super) fn scatter(deviations: &[f64]) -> (f64, f64) {
    let scale = scale_around(deviations, 0.0);
    (scale, lag1(&clipped_and_centred(deviations, scale)))
}

/// By how much a lag-1 autocorrelation widens the variance of a mean: (1 + φ)/(1 − φ).
pub(super) fn widening(autocorrelation: f64) -> f64 {
    (1.0 + autocorrelation) / (1.0 - autocorrelation)
}
