//! Servers of several kinds whose limits are known, for tests.
//!
//! **How the truth is known.** For one worker with exponential service, theory has it: time in the system
//! is exponential with rate μ − λ, so its 99th percentile is at L where λ = μ − ln 100 / L. For the others,
//! [`limit_rps`] bisects with simulations of millions of requests, all with the same seed: one set of
//! gaps and service times, squeezed to each rate, so that what is kept at a rate is kept below it.

mod kinds;

use super::{Client, Found, Probe, Probed, Slo, evidence::ClauseEvidence};
use crate::{
    arrivals::{Arrivals, Length, Plan, Rate, Spacing, plan},
    observed::Observation,
    random::derived_seed,
    sim::{Detail, Server, simulate},
};

pub(crate) use kinds::{cases, unseen};

/// Requests of a probe, the same for all.
const PROBE_REQUESTS: usize = 150_000;

/// A server, how requests come, and what is asked of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    pub(crate) spacing: Spacing,
    pub(crate) slo: &'static str,
    /// The highest rate that keeps the objective, as [`limit_rps`] finds it.
    pub(crate) limit_rps: f64,
}

impl Case {
    pub(crate) fn slo(&self) -> Slo {
        Slo::parse(self.slo).expect("an objective")
    }

    fn plan(&self, rate_rps: f64, length: Length, seed: u64) -> Plan {
        let arrivals = Arrivals::Open { rate: Rate::Steady { rate_rps }, spacing: self.spacing };
        plan(&arrivals, length, seed).expect("a plan")
    }

    /// What a probe of it sees; `server` may be another than its own.
    pub(crate) fn probe(&self, server: &Server, probe: &Probe) -> Probed {
        let plan = self.plan(probe.rate_rps, probe.length, probe.seed);
        let seed = derived_seed(probe.seed, 1);
        let observations = simulate(server, &plan, seed, Detail::Totals);
        Probed { observations, client: Client::InTime }
    }
}

/// The highest rate that keeps the objective over so many requests, within 0.05 %.
pub(crate) fn limit_rps(case: &Case, requests: usize, seed: u64) -> f64 {
    let keeps = |rate_rps: f64| {
        let plan = case.plan(rate_rps, Length::Requests(requests), seed);
        let all = simulate(&case.server, &plan, seed + 1, Detail::Totals);
        let kept: Vec<&Observation> = all.iter().skip(requests / 50).collect();
        case.slo().clauses().iter().all(|clause| {
            let clause = ClauseEvidence::of(clause, &kept).expect("answers");
            let sum = |at: usize| clause.blocks.iter().map(|block| block[at]).sum::<f64>();
            sum(0) <= clause.bound * sum(1)
        })
    };
    let (mut low, mut high) = (case.server.capacity_rps() * 0.4, case.server.capacity_rps() * 1.2);
    assert!(keeps(low) && !keeps(high), "{}", case.name);
    while high > low * 1.0005 {
        let middle = (low * high).sqrt();
        if keeps(middle) { low = middle } else { high = middle }
    }
    (low * high).sqrt()
}

/// How a search went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Score {
    pub(crate) is_right: bool,
    pub(crate) width: f64,
    pub(crate) probes: usize,
    pub(crate) is_resolved: bool,
}

/// Searches once, from a start that depends on the seed; `server` may be another than the case's own.
pub(crate) fn find(case: &Case, server: &Server, seed: u64) -> Found {
    let share = 0.05 + 0.25 * ((seed * 37 % 100) as f64 / 100.0);
    let search = super::SearchPlan {
        start_rps: server.capacity_rps() * share,
        probe_requests: PROBE_REQUESTS,
        seed,
        ..Default::default()
    };
    let found = super::search(search, case.slo(), |probe| {
        Ok::<_, std::convert::Infallible>(case.probe(server, probe))
    });
    let Ok(found) = found;
    found
}

/// Searches once, and compares with the truth.
pub(crate) fn score(case: &Case, seed: u64) -> Score {
    let found = find(case, &case.server, seed);
    let low = found.highest_passing.map_or(0.0, |bound| bound.rate_rps);
    let high = found.lowest_failing.map_or(f64::INFINITY, |bound| bound.rate_rps);
    Score {
        is_right: (low..=high).contains(&case.limit_rps),
        width: high / low - 1.0,
        probes: found.probes.len(),
        is_resolved: found.conclusion == super::Conclusion::Resolved,
    }
}
