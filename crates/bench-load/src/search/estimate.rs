//! Where the limit most likely is: the headroom of the rates that were probed in, the rate of headroom 1
//! out.
//!
//! Near the limit, a straight line of logarithms through all rates there. Farther away, a
//! straight line between the ends: a wait grows about as 1 / (capacity − rate), so headroom, which is a
//! limit by a wait, falls about straight to 0 at the capacity. The capacity is what a server that had too
//! much to do answered.

use super::{tested::Rate, walk::Bracket};

/// Rates of headroom between this and its inverse are near the limit.
const NEAR: f64 = 0.4;
/// Logarithms of rate by which a point loses weight.
const REACH: f64 = 0.06;
/// A flatter line than this says nothing: twice the rate would take a tenth of the headroom.
const FLATTEST: f64 = -0.15;

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
    let limit = local(&near, rough).and_then(|better| local(&near, better)).unwrap_or(rough);
    Some(limit.clamp(low, high))
}

/// The straight line of headroom between the ends.
fn between(rates: &[&Rate], bracket: &Bracket) -> Option<f64> {
    let (passing, upper) = (bracket.passing?, bracket.upper()?);
    let (low, high) = (passing.rate_rps, upper.rate_rps);
    let saturated = rates.iter().filter_map(|rate| rate.saturated_rps()).fold(high, f64::min);
    // what cannot be answered has no headroom
    let (end, at_end) = match saturated {
        end if end > low && end < high => (end, 0.0),
        _ => (high, upper.headroom()),
    };
    let at_low = passing.headroom();
    let share = (at_low - 1.0) / (at_low - at_end);
    let is_between = share.is_finite() && (0.0..=1.0).contains(&share);
    Some(if is_between { low + (end - low) * share } else { (low * high).sqrt() })
}

/// Where the line of logarithms through rates near `centre` has headroom 1.
fn local(near: &[&&Rate], centre: f64) -> Option<f64> {
    let point = |rate: &&&Rate| {
        let x = libm::log(rate.rate_rps / centre);
        let distance = x / REACH;
        let weight = rate.probes.len() as f64 * libm::exp(-distance * distance / 2.0);
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
