//! The last values less their levels in, how a series scatters out.

use serde::{Deserialize, Serialize};

use super::{level::scatter, robust::clip};

/// How many of the last points count.
pub(super) const POINTS: usize = 128;
/// Fewer than this say nothing.
const LEAST: usize = 8;
/// Two modes are looked for in this many points and more.
const LEAST_FOR_MODES: usize = 20;
/// The part of points that lie exactly on their level in an exact series.
const EXACT: f64 = 0.9;
const QUIET_BELOW: f64 = 0.01;
const NORMAL_BELOW: f64 = 0.03;
/// Clipped here before two modes are looked for, or one outlier would be a mode.
const REACH: f64 = 8.0;
/// Two modes leave this part of the sum of squares, or less. Splitting a normal distribution in two
/// leaves 0.36.
const LEFT_BY_MODES: f64 = 0.16;
/// The smaller mode has this part of the points.
const SMALLER_MODE: f64 = 0.1;

/// How much a series scatters, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoiseKind {
    /// Too few points.
    Unknown,
    /// Nearly all equal: a count, or a size.
    Exact,
    /// It switches between two values.
    Bimodal,
    /// Below 1 %.
    Quiet,
    /// Below 3 %.
    Normal,
    /// From 3 % on.
    Noisy,
}

/// How the last points of a series scatter around their levels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Noise {
    /// In words.
    pub kind: NoiseKind,
    /// As a part of the level, comparable with a standard deviation.
    pub scale: f64,
    /// How much each resembles the one before it, 0 to 0.95.
    pub autocorrelation: f64,
    /// How many points this comes from.
    pub points: usize,
}

impl Noise {
    /// `None` for no deviations.
    pub(super) fn of(deviations: &[f64]) -> Option<Self> {
        let recent = &deviations[deviations.len().saturating_sub(POINTS)..];
        let points = recent.len();
        let (scale, autocorrelation) = scatter(recent);
        let kind = kind(recent, scale);
        (points > 0).then_some(Self { kind, scale, autocorrelation, points })
    }

    /// Whether there are enough points to say how much would be noticed.
    pub(super) fn is_known(&self) -> bool {
        self.kind != NoiseKind::Unknown
    }
}

fn kind(deviations: &[f64], scale: f64) -> NoiseKind {
    let points = deviations.len();
    let exact = deviations.iter().filter(|deviation| **deviation == 0.0).count();
    if points < LEAST {
        NoiseKind::Unknown
    } else if exact as f64 >= EXACT * points as f64 {
        NoiseKind::Exact
    } else if points >= LEAST_FOR_MODES && has_two_modes(deviations, scale) {
        NoiseKind::Bimodal
    } else if scale < QUIET_BELOW {
        NoiseKind::Quiet
    } else if scale < NORMAL_BELOW {
        NoiseKind::Normal
    } else {
        NoiseKind::Noisy
    }
}

/// Whether splitting the sorted deviations in two, where that leaves the least sum of squares, leaves
/// little of it.
fn has_two_modes(deviations: &[f64], scale: f64) -> bool {
    let reach = REACH * scale;
    let mut sorted: Vec<f64> = deviations.iter().map(|d| clip(*d, -reach, reach)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let sum: f64 = sorted.iter().sum();
    let squares: f64 = sorted.iter().map(|value| (value - sum / n).powi(2)).sum();
    let mut passed = 0.0;
    let (mut gain, mut smaller) = (0.0, 0.0);
    for (count, value) in (1..sorted.len()).zip(&sorted) {
        passed += value;
        let (left, right) = (count as f64, n - count as f64);
        let apart = passed / left - (sum - passed) / right;
        let here = left * right / n * apart * apart;
        if here > gain {
            (gain, smaller) = (here, left.min(right));
        }
    }
    squares > 0.0 && squares - gain <= LEFT_BY_MODES * squares && smaller >= SMALLER_MODE * n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(deviations: &[f64]) -> NoiseKind {
        Noise::of(deviations).expect("deviations").kind
    }

    /// Spread evenly over ± `width`.
    fn even(width: f64) -> Vec<f64> {
        (0..40).map(|i| width * (f64::from(i * 17 % 40) / 19.5 - 1.0)).collect()
    }

    #[test]
    fn a_series_is_classed_by_its_scale() {
        assert_eq!(kind_of(&even(0.01)), NoiseKind::Quiet);
        assert_eq!(kind_of(&even(0.02)), NoiseKind::Normal);
        assert_eq!(kind_of(&even(0.1)), NoiseKind::Noisy);
    }

    #[test]
    fn two_values_are_two_modes_unless_one_is_rare() {
        let switching: Vec<f64> = (0..40).map(|i| if i % 3 == 0 { 0.05 } else { 0.0 }).collect();
        assert_eq!(kind_of(&switching), NoiseKind::Bimodal);
        let rarely: Vec<f64> = (0..40).map(|i| if i % 20 == 0 { 0.05 } else { 0.0 }).collect();
        assert_eq!(kind_of(&rarely), NoiseKind::Exact);
    }

    #[test]
    fn few_points_say_nothing_and_none_are_no_noise() {
        assert_eq!(kind_of(&[0.0; 7]), NoiseKind::Unknown);
        assert_eq!(kind_of(&[0.0; 8]), NoiseKind::Exact);
        assert_eq!(Noise::of(&[]), None);
    }

    #[test]
    fn only_the_last_points_count() {
        let mut long = vec![1e6; 500];
        long.extend(vec![0.0; POINTS]);
        assert_eq!(Noise::of(&long).map(|noise| noise.points), Some(POINTS));
        assert_eq!(kind_of(&long), NoiseKind::Exact);
    }
}
