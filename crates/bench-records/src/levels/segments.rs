//! The stretches of a metric between its changes of level, and the runs that stand alone.
//!
//! In: levels. Out: what a chart draws of them, and the interval of the level that holds now.

use std::ops::Range;

use super::{Certainty, LEAST_FOR_NOISE, Levels};
use crate::{baseline::WINDOW, change::usual_size, stats};

/// Standard deviations from which on a run is no part of its level.
const SPIKE: f64 = 5.0;
/// A median's standard error is that of a mean times this, √(π/2).
const OF_MEDIAN: f64 = 1.253_314_137_315_5;
/// Standard errors on either side of a level: about 97 %, as for the size of a change.
const INTERVAL: f64 = 2.2;

/// Records of one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Position in the series of its first record.
    pub first: usize,
    /// Position of its last one.
    pub last: usize,
    /// Their median, in the metric's unit.
    pub level: f64,
    /// Whether the change that it begins with is sure; a first level begins with none.
    pub certainty: Certainty,
}

impl Levels {
    /// The levels, oldest first; a suspected change ends one too.
    #[must_use]
    pub fn segments(&self) -> Vec<Segment> {
        let segment = |(range, certainty): (Range<usize>, Certainty)| {
            let level = stats::median(self.values.get(range.clone())?)?;
            let [first, last] = [range.start, range.end - 1].map(|at| self.positions[at]);
            Some(Segment { first, last, level, certainty })
        };
        self.ranges().into_iter().filter_map(segment).collect()
    }

    /// Positions in the series of runs that stand alone: so far from their level that they are no part of it,
    /// with runs of the level before and after them. Nothing is said of the newest run.
    #[must_use]
    pub fn spikes(&self) -> Vec<usize> {
        let noise = self.detection.noise.filter(|noise| noise.points >= LEAST_FOR_NOISE);
        let Some(noise) = noise else { return Vec::new() };
        let most = SPIKE * noise.scale;
        let usual = usual_size(&self.values);
        let mut spikes = Vec::new();
        for (range, _) in self.ranges() {
            let values = &self.values[range.clone()];
            let Some(level) = stats::median(values) else { continue };
            let distance = |value: &f64| match self.detection.logs {
                true => (value / level).ln(),
                false => (value - level) / usual,
            };
            let far: Vec<bool> = values.iter().map(|value| distance(value).abs() > most).collect();
            let stands_alone = |at: usize| {
                let is_near = |other: Option<&bool>| other == Some(&false);
                far[at] && is_near(far.get(at + 1)) && (at == 0 || is_near(far.get(at - 1)))
            };
            let alone = (0..far.len()).filter(|at| stands_alone(*at));
            spikes.extend(alone.map(|at| self.positions[range.start + at]));
        }
        spikes
    }

    /// Whether the run at a position in the series is as near to the level before it as single runs of the series
    /// scatter: to the level of the run in the middle of its baseline. `None` for a run that is no part of the
    /// levels, and where too few say how much it scatters.
    #[must_use]
    pub fn is_noise_at(&self, position: usize) -> Option<bool> {
        let place = self.positions.binary_search(&position).ok()?;
        let middle = place.saturating_sub(WINDOW.div_ceil(2));
        let ranges = self.ranges();
        let (range, _) = ranges.iter().find(|(range, _)| range.contains(&middle))?;
        let level = stats::median(self.values.get(range.clone())?)?;
        Some((self.values[place] - level).abs() <= self.one_run()? * level.abs())
    }

    /// An interval of about 97 % for the current level, in the metric's unit: its median ± 2.2 standard
    /// errors, widened where each run resembles the one before it. `None` where too few records say how much
    /// the series scatters.
    #[must_use]
    pub fn level_interval(&self) -> Option<(f64, f64)> {
        let noise = self.detection.noise.filter(|noise| noise.points >= LEAST_FOR_NOISE)?;
        let (current, _) = self.ranges().pop()?;
        let level = stats::median(self.values.get(current.clone())?)?;
        let phi = noise.autocorrelation;
        let widening = ((1.0 + phi) / (1.0 - phi)).sqrt();
        let half = INTERVAL * OF_MEDIAN * noise.scale * widening / (current.len() as f64).sqrt();
        Some(match self.detection.logs {
            true => (level * (-half).exp(), level * half.exp()),
            false => {
                let half = half * usual_size(&self.values);
                (level - half, level + half)
            }
        })
    }

    /// Places among the values of each level, with how sure its beginning is.
    fn ranges(&self) -> Vec<(Range<usize>, Certainty)> {
        let steps = self.detection.steps.iter().map(|step| (step.index, Certainty::Confirmed));
        let last = self.detection.provisional.iter();
        let last = last.map(|step| (step.index, Certainty::Suspected));
        let begins = std::iter::once((0, Certainty::Confirmed)).chain(steps).chain(last);
        let begins: Vec<(usize, Certainty)> = begins.collect();
        let ends = begins.iter().skip(1).map(|(at, _)| *at).chain([self.values.len()]);
        let ranges = begins.iter().zip(ends).map(|((from, sure), to)| (*from..to, *sure));
        ranges.filter(|(range, _)| !range.is_empty()).collect()
    }
}
