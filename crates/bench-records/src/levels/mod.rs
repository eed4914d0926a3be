//! The levels of one metric of a series: when they changed, by which commits, and how much the series
//! scatters around them.
//!
//! In: a series and a metric. Out: [`Levels`], which `history`, reports, the index and the dashboard
//! show beside the verdict of the gate. Only records of the main branch make levels.

mod changes;
mod say;
mod shift;
mod state;

use crate::{
    change::{Detection, detect},
    metric::Metric,
    series::{Point, Series},
    standing::TELLS_NOTHING,
    time::Micros,
};

pub use changes::{Change, CommitLine, Leveled, Member, changes};
pub use say::{levels_in_words, one_run_in_words, range_in_words, run_in_words, shift_in_words};
pub use shift::{Certainty, Shift, Way};
pub use state::{State, news, of_gated, primary, state};

/// Standard deviations that one run must differ by to say anything.
const ONE_RUN: f64 = 3.0;

/// The levels of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Positions in the series of the records that they come from, oldest first.
    positions: Vec<usize>,
    /// Their values.
    values: Vec<f64>,
    detection: Detection,
    shifts: Vec<Shift>,
}

impl Levels {
    /// The levels of a metric, from the records of the main branch that measured it and are not in the
    /// future; `None` where there are none.
    #[must_use]
    pub fn of(series: &Series, metric: &Metric, now: Micros) -> Option<Self> {
        let column = series.column(&metric.key)?;
        let tells = |point: &Point| {
            let is_measured = point.values[column].is_some_and(f64::is_finite);
            is_measured && !point.flags.any(TELLS_NOTHING) && !point.time.is_future(now)
        };
        let all = series.points.iter().enumerate();
        let positions: Vec<usize> =
            all.filter(|(_, point)| tells(point)).map(|(at, _)| at).collect();
        if positions.is_empty() {
            return None;
        }
        let points = || positions.iter().map(|at| &series.points[*at]);
        let values: Vec<f64> = points().filter_map(|point| point.values[column]).collect();
        let times: Vec<Micros> = points().map(|point| point.time).collect();
        let detection = detect(&values, Some(&times));
        let shifts = shift::all(series, metric, &positions, &detection);
        Some(Self { positions, values, detection, shifts })
    }

    /// What the values say, with places among the records that they come from.
    #[must_use]
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// The changes of level, oldest first: the confirmed ones, then at most one that is suspected.
    #[must_use]
    pub fn shifts(&self) -> &[Shift] {
        &self.shifts
    }

    /// The change that led to the current level, where it is confirmed.
    #[must_use]
    pub fn newest_confirmed(&self) -> Option<&Shift> {
        self.shifts.iter().rev().find(|shift| shift.certainty == Certainty::Confirmed)
    }

    /// Confirmed changes that the newest record of the series made certain: what CI alerts on. A series
    /// that switches between two levels alerts nobody.
    pub fn alerts(&self) -> impl Iterator<Item = &Shift> {
        let confirmed = self.shifts.iter().zip(&self.detection.steps);
        let newest = self.positions.len();
        confirmed
            .filter(move |(_, step)| step.confirmed_at + 1 == newest && !step.flip)
            .map(|(shift, _)| shift)
    }

    /// The least change that one run of the series shows, as a fraction: three times its scatter.
    /// `None` where too few records say how much it scatters.
    #[must_use]
    pub fn one_run(&self) -> Option<f64> {
        let noise = self.detection.noise.filter(|noise| noise.points >= LEAST_FOR_NOISE)?;
        Some(if self.detection.logs {
            (ONE_RUN * noise.scale).exp_m1()
        } else {
            ONE_RUN * noise.scale
        })
    }

    /// The current level in the metric's unit, with its newest record or without it; `None` where no record
    /// is left.
    #[must_use]
    pub fn level(&self, without_newest: bool) -> Option<f64> {
        let begin = self.detection.steps.last().map_or(0, |step| step.index);
        let end = self.values.len() - usize::from(without_newest);
        crate::stats::median(self.values.get(begin..end)?)
    }

    /// The value of the newest record that levels come from.
    #[must_use]
    pub fn newest_value(&self) -> Option<f64> {
        self.values.last().copied()
    }
}

/// Below this many records nothing is said of scatter.
const LEAST_FOR_NOISE: usize = 8;

#[cfg(test)]
mod tests;
