//! A regime, point by point, in; the first confirmed step in it out.
//!
//! At each point the last k are compared with those before them, for some twenty k. A cheap screen on
//! scores with running sums passes few of them on to the test. A k that failed waits, longer each
//! time, so that a series that nearly changes costs no more than others.

use super::{
    place::LEAST_BEFORE,
    robust::{clip, med, scale_around},
    split::{Demand, Found, Proposal, find_step},
};

/// The lengths of the new level that are tried.
pub(super) const LENGTHS: [usize; 24] = [
    5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224,
    256,
];
/// The fewest points of a regime that are looked at.
pub(super) const LEAST_POINTS: usize = 10;
/// The centre and width of scores are found again after this many points, …
const REFERENCE_EVERY: usize = 16;
/// … from this many,
const REFERENCE_POINTS: usize = 64;
/// and scores are kept of this many: twice the longest comparison, and those until the next time.
const SCORES: usize = 528;
/// Scores are clipped here.
const FAR: f64 = 4.0;
/// The screen: the difference of mean scores in standard errors.
const SCREEN: f64 = 3.5;
/// Scores are not taken to scatter less than this.
const LEAST_SCORE_VARIANCE: f64 = 0.02;
/// After so many failures a length waits no longer than before.
const MOST_DOUBLINGS: u32 = 6;

/// How many points before the last `length` are compared with them, where there are that many.
pub(super) fn base_length(length: usize) -> usize {
    (2 * length).clamp(32, 256)
}

/// What a scan knows of a regime that it has followed up to some point.
#[derive(Debug, Clone, Default)]
pub(super) struct Scan {
    seen: usize,
    scores: Scores,
    waits: [Wait; LENGTHS.len()],
}

#[derive(Debug, Clone, Copy, Default)]
struct Wait {
    fails: u32,
    until: usize,
}

impl Scan {
    /// Follows the regime to its end, or to the first point at which a step is confirmed. A regime
    /// only ever grows between two calls.
    pub(super) fn advance(&mut self, regime: &[f64], demand: &Demand) -> Option<Found> {
        while self.seen < regime.len() {
            self.seen += 1;
            let found = self.look(&regime[..self.seen], demand);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The strongest step that the regime shows at its last point.
    fn look(&mut self, regime: &[f64], demand: &Demand) -> Option<Found> {
        if regime.len() < LEAST_POINTS {
            return None;
        }
        self.scores.follow(regime);
        let mut strongest: Option<Found> = None;
        for (length, wait) in LENGTHS.iter().zip(&mut self.waits) {
            let Some(step) = look_back(regime, *length, wait, &self.scores, demand) else {
                continue;
            };
            if strongest.as_ref().is_none_or(|other| step.z > other.z) {
                strongest = Some(step);
            }
        }
        strongest
    }
}

/// The step that the last `length` points show.
fn look_back(
    regime: &[f64],
    length: usize,
    wait: &mut Wait,
    scores: &Scores,
    demand: &Demand,
) -> Option<Found> {
    let end = regime.len();
    if end < wait.until || end < length + LEAST_BEFORE {
        return None;
    }
    let every = (length / 8).max(1);
    if !end.is_multiple_of(every) {
        wait.until = end.next_multiple_of(every);
        return None;
    }
    let at = proposal(end, length);
    if !scores.differ(at, end) {
        wait.fails = 0;
        return None;
    }
    let step = find_step(regime, at, demand);
    if step.is_none() {
        let pause = (length / 4).max(1) << wait.fails.min(MOST_DOUBLINGS);
        wait.until = end + length.min(pause);
        wait.fails = wait.fails.saturating_add(1);
    }
    step
}

/// Where the last `length` points begin, and those that they are compared with.
pub(super) fn proposal(end: usize, length: usize) -> Proposal {
    let proposed = end - length;
    Proposal { from: proposed - proposed.min(base_length(length)), proposed }
}

/// Values in units of their recent scatter, with running sums.
#[derive(Debug, Clone, Default)]
struct Scores {
    /// The place of the first score.
    from: usize,
    centre: f64,
    width: f64,
    /// Σ of the scores before each place, and of their squares.
    sums: Vec<(f64, f64)>,
}

impl Scores {
    /// Takes in the last point, and all of them where the reference is due.
    fn follow(&mut self, regime: &[f64]) {
        let end = regime.len();
        if end == LEAST_POINTS || end.is_multiple_of(REFERENCE_EVERY) {
            let recent = &regime[end.saturating_sub(REFERENCE_POINTS)..];
            self.centre = med(recent);
            self.width = scale_around(recent, self.centre);
            self.from = end.saturating_sub(SCORES);
            self.sums.clear();
            self.sums.push((0.0, 0.0));
            self.add(&regime[self.from..]);
        } else {
            self.add(&regime[end - 1..]);
        }
    }

    fn add(&mut self, values: &[f64]) {
        let (centre, width) = (self.centre, self.width);
        let mut sums = self.sums.last().copied().unwrap_or_default();
        self.sums.extend(values.iter().map(|value| {
            let score = clip((value - centre) / width, -FAR, FAR);
            sums = (sums.0 + score, sums.1 + score * score);
            sums
        }));
    }

    /// Whether the two sides of a proposal differ enough to be tested.
    fn differ(&self, at: Proposal, end: usize) -> bool {
        let side = |from: usize, to: usize| {
            let (first, last) = (self.sums[from - self.from], self.sums[to - self.from]);
            let count = (to - from) as f64;
            let mean = (last.0 - first.0) / count;
            (mean, (last.1 - first.1) - mean * mean * count, count)
        };
        let (left, left_squares, m) = side(at.from, at.proposed);
        let (right, right_squares, k) = side(at.proposed, end);
        let variance = ((left_squares + right_squares) / (m + k - 2.0)).max(LEAST_SCORE_VARIANCE);
        let apart = left - right;
        apart * apart >= SCREEN * SCREEN * variance * (1.0 / m + 1.0 / k)
    }
}

/// The strongest provisional step at the end of a regime: without screen and waits, at lower demands
/// and with as few as three points.
pub(super) fn provisional(regime: &[f64], demand: &Demand) -> Option<Found> {
    const LEAST: usize = 8;
    if regime.len() < LEAST {
        return None;
    }
    let lengths = [3, 4].into_iter().chain(LENGTHS);
    let fitting = lengths.filter(|length| length + LEAST_BEFORE <= regime.len());
    let steps = fitting.filter_map(|k| find_step(regime, proposal(regime.len(), k), demand));
    steps.reduce(|best, next| if next.z > best.z { next } else { best })
}
