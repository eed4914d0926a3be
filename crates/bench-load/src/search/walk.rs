//! Which rate comes next: the rates that were probed in; another, or the end, out.

use super::{
    Conclusion, SearchPlan,
    estimate::limit_rps,
    tested::{Rate, Verdict, all_rates},
};

/// Below this ratio of the ends, the search no longer halves but places its ends.
const NEAR: f64 = 1.4;
/// Shares of the bracket, on the scale of logarithms, that a rate keeps away from its ends.
const AWAY: f64 = 0.15;
/// The part of the width that the ends are placed apart; the rest is for rounding.
const PLACED: f64 = 0.98;
/// An end is near enough to the limit if the other one, a width away, is this part of a width beyond it.
const BEYOND: f64 = 0.2;
/// A lower end is not raised by less than this part of a width: the other end says more.
const CREEP: f64 = 0.4;
/// Rates nearer than this part of a width are one rate.
const SAME: f64 = 0.1;
/// Probes of one rate after which another rate says more.
const MOST_OF_ONE: usize = 2;
/// Widths of a bracket that is worth confirming when probes run out: its far ends are beyond doubt.
const WORTH_CONFIRMING: f64 = 4.0;
/// Parts of a width from the limit within which a rate stays unclear.
const APART: f64 = 0.25;
/// A rate below the first one by this factor is not looked for.
const LOWEST: f64 = 1e-3;

/// Headroom that is left, as a part of that at the first rate, of a server that does not yet feel the load.
const UNMOVED: f64 = 0.95;

/// What to do next.
pub(super) enum Next {
    Probe(Rated),
    Done(Conclusion),
}

/// A rate to try.
pub(super) struct Rated {
    pub(super) rate_rps: f64,
    pub(super) effort: Effort,
}

/// How long a probe should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Rates that are far from the limit show it soon.
    Coarse,
    /// Rates near it need all requests of a probe.
    Full,
}

fn coarse(rate_rps: f64) -> Next {
    Next::Probe(Rated { rate_rps, effort: Effort::Coarse })
}

fn full(rate_rps: f64) -> Next {
    Next::Probe(Rated { rate_rps, effort: Effort::Full })
}

/// Where the limit is, so far.
pub(super) struct Bracket<'r> {
    /// The highest rate that passes, below all that fail.
    pub(super) passing: Option<&'r Rate>,
    /// The lowest rate that fails.
    pub(super) failing: Option<&'r Rate>,
    /// The highest rate above the passing one that is unclear.
    unclear: Option<&'r Rate>,
}

impl<'r> Bracket<'r> {
    pub(super) fn of(rates: &[&'r Rate]) -> Self {
        let failing = rates.iter().copied().find(|rate| rate.verdict == Verdict::Fail);
        let below = |rate: &&&'r Rate| failing.is_none_or(|fail| rate.rate_rps < fail.rate_rps);
        let last = |verdict: Verdict| {
            rates.iter().filter(below).rev().find(|rate| rate.verdict == verdict).copied()
        };
        let passing = last(Verdict::Pass);
        let is_above = |rate: &&'r Rate| passing.is_none_or(|pass| rate.rate_rps > pass.rate_rps);
        Self { passing, failing, unclear: last(Verdict::Unclear).filter(is_above) }
    }

    /// The lowest rate that fails, or the highest that does not pass.
    pub(super) fn upper(&self) -> Option<&'r Rate> {
        self.failing.or(self.unclear)
    }

    /// The ends that still have to be confirmed.
    fn unconfirmed(&self) -> impl Iterator<Item = &'r Rate> {
        self.passing.into_iter().chain(self.failing).filter(|rate| !rate.is_confirmed())
    }

    fn is_narrow(&self, width: f64) -> bool {
        let ends = self.passing.zip(self.failing);
        ends.is_some_and(|(low, high)| high.rate_rps <= low.rate_rps * (1.0 + width) * (1.0 + 1e-9))
    }
}

/// Decides by the rates that were probed, ascending.
pub(super) fn next(plan: &SearchPlan, rates: &[Rate], probes: usize) -> Next {
    let rates = all_rates(rates);
    let bracket = Bracket::of(&rates);
    let left = plan.most_probes.saturating_sub(probes);
    let open = bracket.unconfirmed().count();
    if bracket.is_narrow(plan.width) && open == 0 {
        return Next::Done(Conclusion::Resolved);
    }
    if left == 0 {
        return Next::Done(unresolved(plan, &bracket));
    }
    // a wide bracket that is confirmed says more than a narrow one that is not
    let is_worth_it = left <= open && bracket.is_narrow(plan.width * WORTH_CONFIRMING);
    let is_for_ends = bracket.is_narrow(plan.width) || is_worth_it;
    if let Some(end) = bracket.unconfirmed().next().filter(|_| is_for_ends) {
        return full(end.rate_rps);
    }
    match (bracket.passing, bracket.upper()) {
        (None, None) => coarse(plan.start_rps.min(plan.most_rps)),
        (Some(low), None) if low.rate_rps >= plan.most_rps => match bracket.unconfirmed().next() {
            Some(end) => full(end.rate_rps),
            None => Next::Done(nothing_fails(plan)),
        },
        (Some(low), None) => coarse((low.rate_rps * growth(&rates)).min(plan.most_rps)),
        (None, Some(_)) => lower(plan, &rates),
        (Some(low), Some(_)) => {
            let limit = limit_rps(&rates, &bracket).unwrap_or(low.rate_rps);
            closer(plan, &rates, &bracket, limit)
        }
    }
}

/// Twice the rate; four times while the load has not yet moved what is measured.
fn growth(rates: &[&Rate]) -> f64 {
    let ends = rates.first().zip(rates.last());
    let is_unmoved = ends.is_none_or(|(first, last)| last.headroom() > first.headroom() * UNMOVED);
    if is_unmoved { 4.0 } else { 2.0 }
}

/// Half of the lowest rate, or below what the server answered when it had too much to do.
fn lower(plan: &SearchPlan, rates: &[&Rate]) -> Next {
    let Some(lowest) = rates.first() else { return coarse(plan.start_rps) };
    let half = lowest.rate_rps / 2.0;
    let rate_rps = lowest.saturated_rps().map_or(half, |answered| half.min(answered * 0.7));
    if rate_rps < plan.start_rps * LOWEST {
        return Next::Done(Conclusion::Unresolved {
            reason: format!(
                "not even {:.3} requests per second keep the objective; loosen it, or start lower",
                lowest.rate_rps
            ),
        });
    }
    coarse(rate_rps)
}

/// A rate between the ends: near the limit while they are far apart, then one on each side of it.
fn closer(plan: &SearchPlan, rates: &[&Rate], bracket: &Bracket, limit: f64) -> Next {
    let (Some(passing), Some(upper)) = (bracket.passing, bracket.upper()) else {
        return coarse(limit);
    };
    let (low, high) = (passing.rate_rps, upper.rate_rps);
    let apart = libm::log(high / low);
    // a rate that is unclear is near the limit, however far the ends are
    if high > low * NEAR && bracket.unclear.is_none() {
        let share = libm::log(limit / low) / apart;
        return coarse(low * libm::exp(apart * share.clamp(AWAY, 1.0 - AWAY)));
    }
    let step = 1.0 + plan.width * PLACED;
    let beyond = 1.0 + plan.width * BEYOND;
    let failing = bracket.failing.map(|rate| rate.rate_rps);
    let side = if low * step >= limit * beyond {
        Side::Above(low * step)
    } else if failing.is_some_and(|failing| failing / step <= limit / beyond) {
        Side::Below(high / step)
    } else if limit / step.sqrt() < low * (1.0 + plan.width * CREEP) {
        Side::Above(low * step)
    } else {
        Side::Below(limit / step.sqrt())
    };
    let rate_rps = settled(plan, rates, side, limit, failing);
    // stepping away from unclear rates may lead back to the one that passes
    full(if rate_rps > low {
        rate_rps
    } else {
        settled(plan, rates, Side::Above(low * step), limit, failing)
    })
}

/// A rate that should be on one side of the limit.
#[derive(Clone, Copy)]
enum Side {
    Above(f64),
    Below(f64),
}

/// The rate itself, or the one next to it that was probed before: another probe of it says more than one
/// beside it. After some of those, a step away from the limit.
fn settled(
    plan: &SearchPlan,
    rates: &[&Rate],
    side: Side,
    limit: f64,
    failing: Option<f64>,
) -> f64 {
    let same = 1.0 + plan.width * SAME;
    let (mut rate_rps, away) = match side {
        Side::Above(rate_rps) => (rate_rps, 1.0 + plan.width / 4.0),
        Side::Below(rate_rps) => (rate_rps, 1.0 / (1.0 + plan.width / 4.0)),
    };
    // right at the limit no number of probes would decide
    let is_apart = |rate_rps: f64| libm::fabs(rate_rps / limit - 1.0) > plan.width * APART;
    for _ in 0..8 {
        let is_same = |rate: &&&Rate| {
            (rate_rps / same..=rate_rps * same).contains(&rate.rate_rps)
                && rate.verdict == Verdict::Unclear
        };
        match rates.iter().find(is_same) {
            Some(rate) if rate.probes.len() < MOST_OF_ONE && is_apart(rate.rate_rps) => {
                return rate.rate_rps;
            }
            Some(rate) => rate_rps = rate.rate_rps * away,
            None => break,
        }
    }
    // beyond a rate that fails there is nothing to learn
    failing.map_or(rate_rps, |failing| rate_rps.min(failing)).min(plan.most_rps)
}

fn nothing_fails(plan: &SearchPlan) -> Conclusion {
    let most = plan.most_rps;
    Conclusion::Unresolved {
        reason: format!(
            "{most} requests per second, the highest rate that was allowed, keep the objective; allow a \
             higher one"
        ),
    }
}

fn unresolved(plan: &SearchPlan, bracket: &Bracket) -> Conclusion {
    let probes = plan.most_probes;
    let reason = match (bracket.passing, bracket.failing) {
        (Some(low), Some(high)) if bracket.is_narrow(plan.width) => format!(
            "after {probes} probes, {:.3} and {:.3} requests per second are not both confirmed; allow more \
             probes",
            low.rate_rps, high.rate_rps
        ),
        (Some(low), Some(high)) => format!(
            "after {probes} probes the ends are {:.1} % apart, not {:.1} %; allow more requests a probe, \
             or more probes",
            (high.rate_rps / low.rate_rps - 1.0) * 100.0,
            plan.width * 100.0
        ),
        (Some(_), None) => format!(
            "after {probes} probes no rate is certain to fail; allow more probes, or start higher"
        ),
        (None, Some(_)) => format!(
            "after {probes} probes no rate is certain to pass; allow more requests a probe, start lower, or \
             loosen the objective"
        ),
        (None, None) => format!(
            "after {probes} probes no rate is certain to pass or to fail; allow more requests a probe"
        ),
    };
    Conclusion::Unresolved { reason }
}
