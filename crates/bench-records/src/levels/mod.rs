//! The levels of one metric of a series: when they changed, by which commits, and how much the series
//! scatters around them.
//!
//! In: a series and a metric. Out: [`Levels`], which `history`, reports, the index and the dashboard
//! show beside the verdict of the gate. Only records of the main branch make levels.

mod changes;
mod say;
mod segments;
mod shift;
mod state;

use crate::{
    change::{Detection, detect, usual_size},
    metric::Metric,
    series::{Point, Series},
    time::Micros,
};

pub use changes::{Change, CommitLine, Leveled, Member, changes};
pub use say::{
    level_in_words, levels_in_words, noise_in_words, one_run_in_words, power_in_words,
    range_in_words, run_in_words, shift_in_words,
};
pub use segments::Segment;
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
            is_measured && point.is_of_main() && !point.time.is_future(now)
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
        let shifts = shift::all(series, metric, (&positions, &values), &detection);
        Some(Self { positions, values, detection, shifts })
    }

    /// Marks the changes that somebody accepted.
    fn acknowledge(&mut self, is_accepted: impl Fn(&Shift) -> bool) {
        for shift in &mut self.shifts {
            shift.is_acknowledged = is_accepted(shift);
        }
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

    /// The confirmed change that the newest record of the series made certain: what CI alerts on. A series
    /// that switches between two levels alerts nobody.
    #[must_use]
    pub fn alert(&self) -> Option<&Shift> {
        let step = self.detection.alerts(self.positions.len()).next()?;
        let place = self.detection.steps.iter().position(|other| other == step)?;
        self.shifts.get(place)
    }

    /// The least change from the current level that one run of the series shows, as a fraction: three times its
    /// scatter. `None` where too few records say how much it scatters, and at a level of 0.
    #[must_use]
    pub fn one_run(&self) -> Option<f64> {
        let scatter = self.scatter()?;
        if self.detection.logs {
            return Some(scatter.exp_m1());
        }
        let level = self.level(false)?.abs();
        (level > 0.0).then(|| scatter * usual_size(&self.values) / level)
    }

    /// Whether a value is so near to the current level, with or without its newest record, as single runs
    /// of the series scatter; `None` where too few say how much.
    #[must_use]
    pub fn is_within_noise(&self, value: f64, without_newest: bool) -> Option<bool> {
        let (scatter, level) = (self.scatter()?, self.level(without_newest)?);
        let most = match self.detection.logs {
            true => scatter.exp_m1() * level,
            false => scatter * usual_size(&self.values),
        };
        Some((value - level).abs() <= most)
    }

    /// What one run must differ by, as logarithms or parts of the usual size.
    fn scatter(&self) -> Option<f64> {
        let noise = self.detection.noise.filter(|noise| noise.points >= LEAST_FOR_NOISE)?;
        Some(ONE_RUN * noise.scale)
    }

    /// The current level in the metric's unit, with its newest record or without it; `None` where no record
    /// is left.
    #[must_use]
    pub fn level(&self, without_newest: bool) -> Option<f64> {
        let begin = self.detection.steps.last().map_or(0, |step| step.index);
        let end = self.values.len() - usize::from(without_newest);
        crate::stats::median(self.values.get(begin..end)?)
    }

    /// Position in the series of the newest record that levels come from.
    #[must_use]
    pub fn newest(&self) -> Option<usize> {
        self.positions.last().copied()
    }
}

/// Below this many records nothing is said of scatter: a change among fewer passes for it.
const LEAST_FOR_NOISE: usize = 20;

#[cfg(test)]
mod tests;
