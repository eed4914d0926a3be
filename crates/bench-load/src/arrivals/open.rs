//! The schedule of an open kind of arrivals.

use super::{
    Length, Rate, Schedule, Spacing,
    error::{ArrivalError, not_too_long, not_too_many},
    rate::Cumulative,
};
use crate::random::Random;

/// The stream of a seed that arrivals are drawn from.
const STREAM: u64 = 0x0061_7272_6976_616c;

/// Draws the times of requests until the plan ends.
pub(super) fn schedule(
    rate: &Rate,
    spacing: Spacing,
    length: Length,
    seed: u64,
) -> Result<Schedule, ArrivalError> {
    spacing.check()?;
    let requests = length.requests();
    let rate = Cumulative::new(rate, requests)?;
    let until_s = length.seconds().unwrap_or(f64::INFINITY);
    match requests {
        // what a ramp that ends at 0 never sends is not in the schedule, which its length shows
        Some(requests) => {
            let last_s = rate.time_of((requests - 1) as f64);
            not_too_long(if last_s.is_finite() { last_s.min(until_s) } else { 0.0 })?;
        }
        None => not_too_many(rate.expected(until_s))?,
    }
    let mut random = Random::new(seed, STREAM);
    let mut place = 0.0;
    let mut times_s = Vec::new();
    for index in 0..requests.unwrap_or(usize::MAX) {
        if index > 0 {
            place = spacing.place(index, place, &mut random);
        }
        let at_s = rate.time_of(place);
        if at_s >= until_s || !at_s.is_finite() {
            break;
        }
        times_s.push(at_s);
    }
    Ok(Schedule::at(&times_s))
}
