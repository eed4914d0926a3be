//! A window and a proposed split in, a step out where the two sides differ beyond doubt.
//!
//! Four questions, the cheap ones first: is the difference large against the scatter (t), do the
//! ranks agree (so that no few wild values made it), is it worth mentioning (the floor), and is it a
//! jump rather than a slope (the line)? Scatter is counted with what repeats taken off and with what
//! one run inherits from the run before.

use super::{
    line::Line,
    order::leftover,
    place::Splits,
    rank::rank_z,
    robust::{LEAST_VARIANCE, clipped_and_centred, med, scale_around, z},
    window::{Fit, Window},
};

/// How much history before the split the ranks and the order are checked against.
const HISTORY: usize = 64;
/// As much of it is needed before its order counts.
const HISTORY_FOR_ORDER: usize = 40;
/// By how much the order in that history widens the test.
const HISTORY_WEIGHT: f64 = 0.5;
/// The needed z is lower by this at the start of a regime, where few splits have been tried …
const EASED_BY: f64 = 1.0;
/// … and no longer from this many points on.
const EASED_UNTIL: f64 = 64.0;
/// A line is compared more strictly with this many points and more.
pub(super) const LINE_IN_FULL: f64 = 40.0;
/// The z that a step needs beside a slope on either side.
pub(super) const STEP_BESIDE_SLOPE: f64 = 4.5;
/// Splits that lose no more likelihood than this, in units of 2·ln, are possible places of the step.
const POSSIBLE_PLACE: f64 = 6.0;

/// What a step must show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand {
    /// z of the difference of means.
    pub(super) z: f64,
    /// z of the ranks.
    pub(super) rank_z: f64,
    /// How much better than a line a step must fit, in units of 2·ln.
    pub(super) line: f64,
    /// The fewest points after the step.
    pub(super) after: usize,
    /// The least difference of medians.
    pub(super) floor: f64,
}

impl Demand {
    /// Of a confirmed step. Of 600,000 points of ten kinds of noise, 45 met it;
    /// `cargo xtask bench --detect` counts them.
    pub(super) fn confirmed(floor: f64) -> Self {
        Self { z: 5.4, rank_z: 2.8, line: 12.0, after: 5, floor }
    }

    /// Of a provisional one, which is shown and alerts nobody.
    pub(super) fn provisional(floor: f64) -> Self {
        Self { z: 4.8, rank_z: 2.4, line: 6.0, after: 3, floor }
    }

    /// The needed z after `points` of a regime.
    fn z_after(&self, points: usize) -> f64 {
        self.z - EASED_BY * (1.0 - points as f64 / EASED_UNTIL).max(0.0)
    }
}

/// A step that met its demand; places count from the start of the regime.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The first point of the new level.
    pub(super) at: usize,
    pub(super) earliest: usize,
    pub(super) latest: usize,
    pub(super) z: f64,
    pub(super) rank_z: f64,
    /// What correlated runs widen the variance by.
    pub(super) inflation: f64,
    /// The period that was taken off; 0: none.
    pub(super) period: usize,
    /// The median before it.
    pub(super) left: f64,
    /// The difference of the medians.
    pub(super) difference: f64,
}

/// Where a step is looked for: from `from` on, at about `proposed`, in a regime seen up to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proposal {
    pub(super) from: usize,
    pub(super) proposed: usize,
}

/// The step at about the proposed place of a regime, if it meets the demand.
pub(super) fn find_step(regime: &[f64], at: Proposal, demand: &Demand) -> Option<Found> {
    let values = regime.get(at.from..)?;
    let proposed = at.proposed - at.from;
    let radius = (values.len() - proposed).max(8);
    let window = Window::new(values, proposed, radius, demand.after)?;
    let difference = Some(window.right - window.left).filter(|d| d.abs() >= demand.floor)?;
    let fit = window.fit();
    let needed = demand.z_after(regime.len());
    let inflation = leftover(&fit.residuals, fit.split);
    // what follows only ever adds to the inflation: most candidates end here, before ranks are sorted
    step_z(&window, &fit, inflation, demand, needed)?;
    let rank = Some(rank_z(&window.values, window.split)).filter(|z| *z >= demand.rank_z)?;
    let (rank, inflation) =
        with_history(regime, at.from + window.split, &window, (rank, inflation));
    let rank = Some(rank).filter(|z| *z >= demand.rank_z)?;
    let z = step_z(&window, &fit, inflation, demand, needed)?;
    let tolerated = fit.floored_squares() * (POSSIBLE_PLACE * inflation / fit.points()).exp_m1();
    let (earliest, latest) =
        Splits::new(&window.clipped, proposed, radius).as_good_as(window.split, tolerated);
    Some(Found {
        at: at.from + window.split,
        earliest: at.from + earliest,
        latest: at.from + latest,
        z,
        rank_z: rank,
        inflation,
        period: window.period.unwrap_or(0),
        left: window.left,
        difference,
    })
}

/// z of the step, if it is as large as needed and a jump.
fn step_z(window: &Window, fit: &Fit, inflation: f64, demand: &Demand, needed: f64) -> Option<f64> {
    let z = mean_z(fit, window, inflation);
    if z >= needed { beside_a_line(window, fit, inflation, demand, z) } else { None }
}

/// z of the difference of the two means, its variance widened by `inflation`.
fn mean_z(fit: &Fit, window: &Window, inflation: f64) -> f64 {
    let df = fit.points() - 2.0 - window.lost();
    let variance = (fit.squares / df).max(LEAST_VARIANCE) * inflation;
    let (left, right) = fit.sizes();
    let t = fit.difference.abs() / (variance * (1.0 / left + 1.0 / right)).sqrt();
    z(t, df / inflation)
}

/// The rank z and the inflation, also against what came before the window: a window that begins in
/// an odd stretch makes the usual level look new.
fn with_history(
    regime: &[f64],
    split: usize,
    window: &Window,
    (rank, inflation): (f64, f64),
) -> (f64, f64) {
    let from = split.saturating_sub(HISTORY);
    let before = split - from;
    if window.period.is_some() || before <= window.split {
        return (rank, inflation);
    }
    let rank = rank.min(rank_z(&regime[from..], before));
    if before < HISTORY_FOR_ORDER {
        return (rank, inflation);
    }
    let history = &regime[from..split];
    let centre = med(history);
    let deviations: Vec<f64> = history.iter().map(|value| value - centre).collect();
    let deviations = clipped_and_centred(&deviations, scale_around(history, centre));
    let of_history = 1.0 + HISTORY_WEIGHT * (leftover(&deviations, 0) - 1.0);
    (rank, inflation.max(of_history))
}

/// The z of the step, or of what is left of it beside a slope where a line fits nearly as well;
/// `None` where too little is left.
fn beside_a_line(
    window: &Window,
    fit: &Fit,
    inflation: f64,
    demand: &Demand,
    z_of_step: f64,
) -> Option<f64> {
    let line = Line::new(&window.clipped, fit);
    let n = fit.points();
    if line.worse_by(fit) / inflation >= demand.line * (n / LINE_IN_FULL).min(1.0) {
        return Some(z_of_step);
    }
    let beside = line.step_z(fit, window.lost(), inflation);
    (beside >= STEP_BESIDE_SLOPE).then(|| z_of_step.min(beside.max(demand.z)))
}
