//! Where the limit most likely is: the headroom of the rates that were probed in, the rate of headroom 1
//! out.
//!
//! Near the limit, a straight line of logarithms through all rates there. Farther away, a
//! line between its neighbours; up to the capacity, a straight one: a wait grows about as
//! 1 / (capacity − rate), so headroom, which is a limit by a wait, falls about straight to 0 at the
//! capacity. The capacity is what a server that had too much to do answered; where none had, a rate
//! whose headroom is almost gone is about that.

use super::{tested::Rate, walk::Bracket};

/// Rates of headroom between this and its inverse are near the limit.
const NEAR: f64 = 0.4;
/// Logarithms of rate by which a point loses weight.
const REACH: f64 = 0.03;
/// A flatter line than this says nothing: twice the rate would take a tenth of the headroom.
const FLATTEST: f64 = -0.15;

/// Headroom of nothing, for its logarithm.
const LEAST: f64 = 1e-3;
/// How far above the highest rate that is known the limit is looked for.
const FARTHEST: f64 = 1.05;

/// A place of a line, with its weight.
struct Point {
    x: f64,
    y: f64,
    weight: f64,
}

/// The rate at which headroom is 1, between the ends of the bracket; `None` without a rate that passed, or
/// one that did not.
pub(super) fn limit_rps(rates: &[&Rate], bracket: &Bracket) -> Option<f64> {
    let (low, high) = (bracket.passing?.rate_rps, bracket.upper()?.rate_rps);
    let rough = between(rates, bracket)?;
    let near: Vec<&&Rate> =
        rates.iter().filter(|rate| (NEAR..1.0 / NEAR).contains(&rate.headroom())).collect();
    // a line through rates of one side only would leave them along a curve that bends away from it
    let is_around = near.iter().any(|rate| rate.headroom() > 1.0)
        && near.iter().any(|rate| rate.headroom() < 1.0);
    let fitted = || local(&near, rough).and_then(|better| local(&near, better));
    let limit = is_around.then(fitted).flatten().unwrap_or(rough);
    // above an unclear rate the limit may still be, above one that fails it is not
    let most = if bracket.failing.is_some() { high } else { high * FARTHEST };
    Some(limit.clamp(low, most))
}

/// Where a line between the neighbours of the limit has headroom 1.
fn between(rates: &[&Rate], bracket: &Bracket) -> Option<f64> {
    let (passing, upper) = (bracket.passing?, bracket.upper()?);
    let beyond =
        rates.iter().find(|rate| rate.rate_rps > passing.rate_rps && rate.headroom() < 1.0);
    let above = beyond.map_or(upper, |rate| *rate);
    let is_below = |rate: &&&Rate| rate.rate_rps < above.rate_rps && rate.headroom() >= 1.0;
    let below = rates.iter().rev().find(is_below).map_or(passing, |rate| *rate);
    let (low, high) = (below.rate_rps, above.rate_rps);
    let saturated = rates.iter().filter_map(|rate| rate.saturated_rps()).fold(high, f64::min);
    let (at_low, at_high) = (below.headroom(), above.headroom());
    let limit = if saturated > low && saturated < high {
        // what cannot be answered has no headroom
        low + (saturated - low) * (at_low - 1.0) / at_low
    } else if at_high < NEAR {
        // just below the capacity latency soars, and a line of logarithms would meet the limit much too low
        low + (high - low) * (at_low - 1.0) / (at_low - at_high)
    } else {
        let share = libm::log(at_low) / libm::log(at_low / at_high.max(LEAST));
        low * libm::pow(high / low, share)
    };
    Some(if limit.is_finite() && limit >= low { limit } else { (low * high).sqrt() })
}

/// Where the line of logarithms through rates near `centre` has headroom 1.
fn local(near: &[&&Rate], centre: f64) -> Option<f64> {
    let most = near.iter().map(|rate| rate.requests()).max().unwrap_or(1) as f64;
    let point = |rate: &&&Rate| {
        let x = libm::log(rate.rate_rps / centre);
        let distance = x / REACH;
        let weight = rate.requests() as f64 / most * libm::exp(-distance * distance / 2.0);
        Point { x, y: libm::log(rate.headroom()), weight }
    };
    let points: Vec<Point> = near.iter().map(point).collect();
    let sum =
        |of: &dyn Fn(&Point) -> f64| points.iter().map(|one| one.weight * of(one)).sum::<f64>();
    let total = sum(&|_| 1.0);
    if points.len() < 2 || total < 1e-3 {
        return None;
    }
    let (x, y) = (sum(&|one| one.x) / total, sum(&|one| one.y) / total);
    let spread = sum(&|one| (one.x - x).powi(2));
    let slope = sum(&|one| (one.x - x) * (one.y - y)) / spread;
    let limit = centre * libm::exp(x - y / slope);
    (slope.is_finite() && slope < FLATTEST && limit.is_finite()).then_some(limit)
}
