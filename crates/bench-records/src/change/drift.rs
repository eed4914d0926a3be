//! The last values of a regime with their times in, a slow change that no single record caused out.

use serde::{Deserialize, Serialize};

use super::level::{deviations, scatter, widening};
use super::robust::med;

/// How many of the regime's last points count.
const POINTS: usize = 128;
/// Fewer than this say nothing.
const LEAST: usize = 20;
/// A trend counts from this z on …
const SURE: f64 = 4.0;
/// … and where it has changed the level by this part.
const WORTH_MENTIONING: f64 = 0.01;

/// A slow change of the current level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Drift {
    /// The first record that it comes from.
    pub start: usize,
    /// How many points it comes from.
    pub points: usize,
    /// The change per unit of time, or per record where times are missing; in logarithms, or parts of
    /// the usual size where values are 0 or less.
    pub slope: f64,
    /// The change from the first of the points to the last.
    pub total: f64,
    /// How sure its direction is, as a normal deviate.
    pub z: f64,
    /// How much each point resembles the one before it, the trend taken off.
    pub autocorrelation: f64,
    /// Whether it is sure, and at least 1 %.
    pub drifting: bool,
}

/// One point of the regime.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dated {
    pub(super) index: usize,
    pub(super) value: f64,
    pub(super) time: Option<f64>,
}

impl Drift {
    /// `None` for few points, or where neither times nor values differ.
    ///
    /// The slope is the median over all pairs; its direction is sure where few pairs contradict it.
    /// References: Sen, JASA 63 (1968); Mann, Econometrica 13 (1945); Kendall, "Rank correlation
    /// methods" (1955); the variance is widened for autocorrelation as in Yue & Wang, Water Resources
    /// Management 18 (2004).
    pub(super) fn of(regime: &[Dated]) -> Option<Self> {
        let recent = &regime[regime.len().saturating_sub(POINTS)..];
        let (first, last) = (recent.first()?, recent.len() - 1);
        let times = times(recent);
        let values: Vec<f64> = recent.iter().map(|point| point.value).collect();
        if recent.len() < LEAST || all_equal(&times) || all_equal(&values) {
            return None;
        }
        let slope = slope(&times, &values)?;
        let rest: Vec<f64> = values.iter().zip(&times).map(|(y, x)| y - slope * x).collect();
        let (_, autocorrelation) = scatter(&deviations(&rest, med(&rest)));
        let z = trend_z(&values, autocorrelation);
        let total = slope * (times[last] - times[0]);
        Some(Self {
            start: first.index,
            points: recent.len(),
            slope,
            total,
            z,
            autocorrelation,
            drifting: z.abs() >= SURE && total.abs() >= WORTH_MENTIONING,
        })
    }
}

/// The times, where every point has one; otherwise the places.
fn times(points: &[Dated]) -> Vec<f64> {
    let given: Option<Vec<f64>> = points.iter().map(|point| point.time).collect();
    given.unwrap_or_else(|| (0..points.len()).map(|place| place as f64).collect())
}

fn all_equal(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// The median of the slopes between all pairs of which the second is later.
fn slope(times: &[f64], values: &[f64]) -> Option<f64> {
    let points: Vec<(f64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (place, (time, value)) in points.iter().enumerate() {
        let later = points[place + 1..].iter().filter(|(other, _)| other > time);
        slopes.extend(later.map(|(other, after)| (after - value) / (other - time)));
    }
    crate::stats::median_of_many(&slopes)
}

/// The Mann-Kendall S in standard deviations, corrected for ties and continuity.
fn trend_z(values: &[f64], autocorrelation: f64) -> f64 {
    let sign = |from: f64, to: f64| f64::from(i8::from(to > from) - i8::from(to < from));
    let pairs = values.iter().enumerate();
    let s: f64 = pairs
        .map(|(place, from)| values[place + 1..].iter().map(|to| sign(*from, *to)).sum::<f64>())
        .sum();
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0) / 18.0;
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| spread(tied.len() as f64)).sum();
    let variance = (spread(values.len() as f64) - ties) * widening(autocorrelation);
    if s == 0.0 || variance <= 0.0 {
        return 0.0;
    }
    s.signum() * (s.abs() - 1.0) / variance.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drift(values: impl IntoIterator<Item = f64>, times: Option<f64>) -> Option<Drift> {
        let dated = |(index, value): (usize, f64)| Dated {
            index,
            value,
            time: times.map(|unit| index as f64 * unit),
        };
        Drift::of(&values.into_iter().enumerate().map(dated).collect::<Vec<_>>())
    }

    #[test]
    fn a_steady_climb_drifts_by_its_slope() {
        let climb = || (0..40).map(|i| f64::from(i) * 0.001);
        let per_record = drift(climb(), None).expect("forty points");
        assert!((per_record.slope - 0.001).abs() < 1e-12 && per_record.drifting);
        assert!((per_record.total - 0.039).abs() < 1e-12);
        // S = 780, σ² = 40·39·85/18
        assert!((per_record.z - 779.0 / (40.0 * 39.0 * 85.0 / 18.0_f64).sqrt()).abs() < 1e-12);
        let per_day = drift(climb(), Some(7.0)).expect("forty points");
        assert!((per_day.slope - 0.001 / 7.0).abs() < 1e-12);
        assert!((per_day.total - per_record.total).abs() < 1e-12);
    }

    #[test]
    fn a_climb_below_one_percent_is_not_worth_mentioning() {
        let drift = drift((0..40).map(|i| f64::from(i) * 0.0002), None).expect("forty points");
        assert!(drift.z > SURE && !drift.drifting);
    }

    #[test]
    fn few_points_equal_values_and_equal_times_have_no_drift() {
        assert_eq!(drift((0..19).map(f64::from), None), None);
        assert_eq!(drift([5.0; 40], None), None);
        assert_eq!(drift((0..40).map(f64::from), Some(0.0)), None);
    }
}
