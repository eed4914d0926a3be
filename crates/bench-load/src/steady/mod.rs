//! Where a load test was steady: what became of its requests in; the part that tells how the server
//! works under this load, or why there is none, out.
//!
//! A test begins with an empty server, cold caches and graphs that are still compiled, and ends with a
//! server that empties. Peers look for a time of high concurrency, which finds the plateau of a closed
//! test, but not the transient of an open one, where a slow start *raises* concurrency. Here both ends are
//! cut by what was measured:
//!
//! - the beginning where the mean of the rest is known best (MSER; White, "An effective truncation
//!   heuristic for bias reduction in simulation output", 1997; Franklin and White, 2008), for the time
//!   to the first token and for the whole latency, whichever cuts later;
//! - the end from the first request that was still under way when the last one was sent, because from
//!   then on the load falls.
//!
//! Requests are cut by when they should have been sent, never by how long they took. What is left must
//! be steady: its backlog does not grow and its halves agree. "No steady state" is an answer.

mod backlog;
mod blocks;
mod mser;
#[cfg(test)]
mod tests;
mod words;

use serde::{Deserialize, Serialize};

use crate::observed::Observation;

pub use backlog::Backlog;

/// Requests that a steady state has at least.
const LEAST_REQUESTS: usize = 50;
/// The part of a test that may be cut at its end.
const MOST_OF_END: f64 = 0.25;

/// Who decides when a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// A schedule.
    Open,
    /// Users who wait for answers.
    Closed,
}

/// Whether a test was steady, and where.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SteadyState {
    /// It was.
    Steady(Window),
    /// It was not.
    None(Unsteady),
}

/// The steady part of a test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Requests that should have been sent from this second on …
    pub from_s: f64,
    /// … and before this one.
    pub until_s: f64,
    /// Requests in it.
    pub kept: usize,
    /// Requests before it, while the test settled.
    pub dropped_start: usize,
    /// Requests after it, while the load fell.
    pub dropped_end: usize,
}

/// Why a test has no steady state.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Unsteady {
    /// Too few requests were answered.
    TooFew {
        /// How many were, in the part that is left.
        answered: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Half of the test was not enough to settle.
    StillSettling {
        /// Where the best cut was, in seconds.
        from_s: f64,
    },
    /// More requests came than were answered.
    BacklogGrows {
        /// Requests by which it grew each second.
        per_s: f64,
    },
    /// Latency went on changing.
    Drifts {
        /// Change from the first half to the second, as a fraction.
        by: f64,
    },
}

impl Window {
    /// Whether a request belongs to it.
    #[must_use]
    pub fn has(&self, one: &Observation) -> bool {
        (self.from_s..self.until_s).contains(&one.scheduled_s)
    }
}

/// Finds the steady part of a test, whose requests may come in any order.
#[must_use]
pub fn steady_state(observations: &[Observation], load: Load) -> SteadyState {
    let mut sorted: Vec<&Observation> = observations.iter().collect();
    sorted.sort_by(|a, b| a.scheduled_s.total_cmp(&b.scheduled_s));
    find(&sorted, load).map_or_else(SteadyState::None, SteadyState::Steady)
}

fn find(sorted: &[&Observation], load: Load) -> Result<Window, Unsteady> {
    let window = cut(sorted)?;
    let kept: Vec<&Observation> = sorted.iter().copied().filter(|one| window.has(one)).collect();
    if load == Load::Open {
        let backlog = Backlog::of(sorted, window.from_s, window.until_s);
        if backlog.grows() {
            return Err(Unsteady::BacklogGrows { per_s: backlog.per_s });
        }
    }
    match blocks::drift(&kept) {
        Some(by) => Err(Unsteady::Drifts { by }),
        None => Ok(window),
    }
}

/// Cuts both ends, whether or not the rest is steady: a warm-up is no part of an overloaded test either.
pub(crate) fn cut(sorted: &[&Observation]) -> Result<Window, Unsteady> {
    let end = end_of_load(sorted);
    let before = &sorted[..end];
    enough(before)?;
    let (start, is_settled) = mser::start(before);
    let from_s = before[start].scheduled_s;
    if !is_settled {
        return Err(Unsteady::StillSettling { from_s });
    }
    enough(&before[start..])?;
    let last_s = before[end - 1].scheduled_s;
    // the next request's time, or just beyond the last one
    let until_s = sorted.get(end).map_or(last_s.next_up(), |next| next.scheduled_s);
    // requests of one time belong together
    let dropped_start = sorted.partition_point(|one| one.scheduled_s < from_s);
    let until = sorted.partition_point(|one| one.scheduled_s < until_s);
    Ok(Window {
        from_s,
        until_s,
        kept: until - dropped_start,
        dropped_start,
        dropped_end: sorted.len() - until,
    })
}

fn enough(part: &[&Observation]) -> Result<(), Unsteady> {
    let answered = part.iter().filter(|one| one.answer.is_some()).count();
    let needed = LEAST_REQUESTS;
    if answered >= needed { Ok(()) } else { Err(Unsteady::TooFew { answered, needed }) }
}

/// Position of the first request that was still under way when the last one was sent, but not earlier
/// than the last quarter: one request that hangs does not end a test.
fn end_of_load(sorted: &[&Observation]) -> usize {
    let Some(last) = sorted.last() else { return 0 };
    let first_s = sorted[0].scheduled_s;
    let earliest_s = last.scheduled_s - (last.scheduled_s - first_s) * MOST_OF_END;
    let is_late =
        |one: &&Observation| one.scheduled_s >= earliest_s && one.ended_s > last.scheduled_s;
    sorted.iter().position(is_late).unwrap_or(sorted.len())
}
