//! The highest rate at which a server keeps an objective: an objective and a way to probe a rate in; a
//! bracket out.
//!
//! **The answer is a bracket**, never one bare number: the highest rate that was confirmed to keep the
//! objective, and the lowest that was confirmed to break it. Where a test cannot say so much, the answer
//! says that instead: unresolved, or limited by the client, with the reason.
//!
//! **The method.** Rates double until one fails; then the search closes in, and ends with one rate on
//! each side of where it takes the limit to be. A probe passes or fails only if its interval says so,
//! its backlog included; between the two it is *unclear*, and says where the limit is, but bounds nothing.
//! Both ends are probed again with fresh seeds, and count by all their probes together, because a rate
//! that was chosen for having passed passed partly by luck.
//!
//! Peers take independent requests for granted. A queue makes neighbours alike: one long wait
//! is followed by others, so a thousand requests say as little as a few dozen independent ones. Hence
//! intervals from blocks of requests, and probes that are longer than theirs.
//!
//! The search does not know what it probes. [`search`] drives a function; [`Search`] hands out one probe
//! at a time, for callers that wait.

mod estimate;
mod evidence;
mod interval;
mod percentile;
#[cfg(test)]
pub(crate) mod servers;
pub mod slo;
mod tested;
#[cfg(test)]
mod tests;
mod walk;
mod words;

use serde::{Deserialize, Serialize};

use crate::{arrivals::Length, observed::Observation, random::derived_seed};

use evidence::Evidence;
pub use slo::{Slo, SloError};
pub use tested::Verdict;
use tested::{Rate, all_rates};

/// The part of a probe that rates far from the limit get.
const COARSE: f64 = 0.25;

/// How much to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchPlan {
    /// The first rate, in requests per second: better too low than too high.
    pub start_rps: f64,
    /// The highest rate to try.
    pub most_rps: f64,
    /// Requests of a probe near the limit; a quarter of them far from it. Too few leave the search
    /// unresolved, not wrong.
    pub probe_requests: usize,
    /// A probe lasts as many seconds at least, however high its rate.
    pub least_probe_s: f64,
    /// Probes at most, confirmations included.
    pub most_probes: usize,
    /// How far apart the ends of the bracket may be, as a fraction of the lower one.
    pub width: f64,
    /// The seed that all probes derive theirs from.
    pub seed: u64,
}

impl Default for SearchPlan {
    fn default() -> Self {
        Self {
            start_rps: 1.0,
            most_rps: 1e5,
            probe_requests: 2000,
            least_probe_s: 60.0,
            most_probes: 12,
            width: 0.05,
            seed: 0,
        }
    }
}

/// A rate to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probe {
    /// Requests per second.
    pub rate_rps: f64,
    /// How long.
    pub length: Length,
    /// Its own seed, for arrivals and for prompts.
    pub seed: u64,
}

/// What a probe saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Probed {
    /// What became of each request, its warm-up included.
    pub observations: Vec<Observation>,
    /// Whether the client kept up.
    pub client: Client,
}

/// Whether the client sent requests when it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Client {
    /// It did.
    InTime,
    /// It did not, so the numbers are its own, not the server's.
    Late {
        /// By how much.
        reason: String,
    },
}

/// What the search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The objective.
    pub slo: String,
    /// The highest rate that keeps it, confirmed or not.
    pub highest_passing: Option<Bound>,
    /// The lowest rate that breaks it, confirmed or not.
    pub lowest_failing: Option<Bound>,
    /// Where between them the limit most likely is: for the record of a history, never instead of them.
    pub estimate_rps: Option<f64>,
    /// What that amounts to.
    pub conclusion: Conclusion,
    /// All probes, in their order.
    pub probes: Vec<ProbeLine>,
}

/// An end of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// Requests per second.
    pub rate_rps: f64,
    /// Probes of it.
    pub probes: usize,
    /// Whether at least two probes with different seeds agree.
    pub is_confirmed: bool,
}

/// What a search amounts to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Conclusion {
    /// Both ends are confirmed and as near as was asked.
    Resolved,
    /// They are not.
    Unresolved {
        /// Why, and what to do.
        reason: String,
    },
    /// The client could not send any faster.
    ClientLimited {
        /// The rate that it failed at.
        rate_rps: f64,
        /// What it did.
        reason: String,
    },
}

/// One probe, for a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeLine {
    /// Requests per second that were asked for.
    pub rate_rps: f64,
    /// Its seed.
    pub seed: u64,
    /// What it says alone.
    pub verdict: Verdict,
    /// Requests that counted, without warm-up and end.
    pub requests: usize,
    /// Requests before them.
    pub warm_up: usize,
    /// Requests that were answered each second.
    pub answered_rps: f64,
    /// Each clause with what was measured.
    pub clauses: Vec<ClauseLine>,
}

/// One clause of a probe, for a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClauseLine {
    /// Its metric.
    pub metric: String,
    /// What was measured; null where it is infinite, because too many failed.
    pub value: Option<f64>,
    /// What it says.
    pub verdict: Verdict,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Probe this, and [record](Search::record) what it saw.
    Probe(Probe),
    /// Nothing: this is the answer.
    Done(Found),
}

/// A search in progress.
#[derive(Debug, Clone)]
pub struct Search {
    plan: SearchPlan,
    slo: Slo,
    /// Every rate that was probed, ascending.
    rates: Vec<Rate>,
    probes: Vec<ProbeLine>,
    /// Why it ends early.
    end: Option<Conclusion>,
}

impl Search {
    /// A search that has not begun.
    #[must_use]
    pub fn new(plan: SearchPlan, slo: Slo) -> Self {
        Self { plan, slo, rates: Vec::new(), probes: Vec::new(), end: None }
    }

    /// The next probe, or the answer. Without a record in between it is the same again.
    #[must_use]
    pub fn next_step(&self) -> Step {
        if let Some(end) = &self.end {
            return Step::Done(self.found(end.clone()));
        }
        match walk::next(&self.plan, &self.rates, self.probes.len()) {
            walk::Next::Probe(rated) => Step::Probe(self.probe(&rated)),
            walk::Next::Done(conclusion) => Step::Done(self.found(conclusion)),
        }
    }

    /// Takes what a probe saw.
    pub fn record(&mut self, probe: &Probe, probed: Probed) {
        if let Client::Late { reason } = probed.client {
            self.end = Some(Conclusion::ClientLimited { rate_rps: probe.rate_rps, reason });
            return;
        }
        match Evidence::of(&self.slo, &probed.observations) {
            Ok(evidence) => {
                self.probes.push(evidence.line(probe));
                tested::add(&mut self.rates, probe.rate_rps, evidence);
            }
            Err(reason) => self.end = Some(Conclusion::Unresolved { reason }),
        }
    }

    fn probe(&self, rated: &walk::Rated) -> Probe {
        let rate_rps = rated.rate_rps;
        let requests = match rated.effort {
            walk::Effort::Coarse => self.plan.probe_requests as f64 * COARSE,
            walk::Effort::Full => self.plan.probe_requests as f64,
        };
        let seconds = (requests / rate_rps).max(self.plan.least_probe_s);
        let seed = derived_seed(self.plan.seed, self.probes.len() as u64 + 1);
        Probe { rate_rps, length: Length::Seconds(seconds), seed }
    }

    fn found(&self, conclusion: Conclusion) -> Found {
        let rates = all_rates(&self.rates);
        let bracket = walk::Bracket::of(&rates);
        Found {
            slo: self.slo.to_string(),
            highest_passing: bracket.passing.map(|rate| rate.bound()),
            lowest_failing: bracket.failing.map(|rate| rate.bound()),
            estimate_rps: bracket.failing.and(estimate::limit_rps(&rates, &bracket)),
            conclusion,
            probes: self.probes.clone(),
        }
    }
}

/// Searches with a function that probes a rate.
///
/// # Errors
/// The first one of the function.
pub fn search<E>(
    plan: SearchPlan,
    slo: Slo,
    mut probe: impl FnMut(&Probe) -> Result<Probed, E>,
) -> Result<Found, E> {
    let mut search = Search::new(plan, slo);
    loop {
        match search.next_step() {
            Step::Done(found) => return Ok(found),
            Step::Probe(next) => {
                let probed = probe(&next)?;
                search.record(&next, probed);
            }
        }
    }
}
