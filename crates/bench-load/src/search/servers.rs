//! Servers of several kinds whose limits are known, for tests.
//!
//! **How the truth is known.** For one worker with exponential service, theory has it: time in the system
//! is exponential with rate μ − λ, so its 99th percentile is at L where λ = μ − ln 100 / L. For the others,
//! [`limit_rps`] bisects with simulations of millions of requests, all with the same seed: one set of
//! gaps and service times, squeezed to each rate, so that what is kept at a rate is kept below it.

use super::{Client, Probe, Probed, Slo, evidence::ClauseEvidence};
use crate::{
    arrivals::{Arrivals, Length, Plan, Rate, Spacing, plan},
    observed::Observation,
    random::derived_seed,
    sim::{Batching, Detail, Duration, Kind, Server, Service, Workers, simulate},
};

/// A server, how requests come, and what is asked of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    pub(crate) spacing: Spacing,
    pub(crate) slo: &'static str,
    /// Requests of a probe.
    pub(crate) requests: usize,
    /// The highest rate that keeps the objective, as [`limit_rps`] finds it.
    pub(crate) limit_rps: f64,
}

/// All kinds.
pub(crate) fn cases() -> Vec<Case> {
    let whole = |count, service_s| {
        Server::new(Kind::Workers(Workers { count, service: Service::Whole { service_s } }))
    };
    let slots = Service::Tokens {
        first_s: Duration::Gamma { mean: 0.15, shape: 3.0 },
        each_s: 0.012,
        tokens: Duration::LogNormal { mean: 80.0, sigma: 0.6 },
    };
    let case = |name, server, spacing, slo, requests, limit_rps| Case {
        name,
        server,
        spacing,
        slo,
        requests,
        limit_rps,
    };
    let poisson = Spacing::Poisson;
    vec![
        case(
            "one worker, exponential",
            whole(1, Duration::Exponential { mean: 0.1 }),
            poisson,
            "e2el_p99_ms<=2000",
            400_000,
            10.0 - 100_f64.ln() / 2.0,
        ),
        case(
            "eight workers, pictures",
            whole(8, Duration::Gamma { mean: 2.0, shape: 16.0 }),
            poisson,
            "e2el_p95_ms<=5000",
            150_000,
            3.5246,
        ),
        case(
            "four workers, fixed, mean",
            whole(4, Duration::Fixed { mean: 0.5 }),
            poisson,
            "e2el_mean_ms<=800",
            150_000,
            6.8168,
        ),
        case(
            "sixteen slots, tokens",
            Server::new(Kind::Workers(Workers { count: 16, service: slots })),
            poisson,
            "ttft_p99_ms<=1000,tpot_p50_ms<=50,success>=0.99",
            150_000,
            11.746,
        ),
        case("batch, first token", language_model(), poisson, "ttft_p99_ms<=200", 150_000, 13.479),
        case(
            "batch, per token",
            language_model(),
            poisson,
            "tpot_p90_ms<=14,success>=0.99",
            150_000,
            11.056,
        ),
        case(
            "short queue, refusals",
            Server { most_waiting: Some(10), ..whole(8, Duration::Exponential { mean: 0.4 }) },
            poisson,
            "success>=0.99,e2el_p50_ms<=2000",
            150_000,
            15.932,
        ),
        case(
            "bursts on eight workers",
            whole(8, Duration::Exponential { mean: 0.2 }),
            Spacing::Gamma { burstiness: 0.5 },
            "e2el_p90_ms<=900",
            200_000,
            35.142,
        ),
    ]
}

fn language_model() -> Server {
    Server::new(Kind::Batching(Batching {
        most_members: 32,
        step_s: 0.008,
        member_s: 0.000_2,
        prompt_s: Duration::Gamma { mean: 0.010, shape: 4.0 },
        tokens: Duration::LogNormal { mean: 100.0, sigma: 0.6 },
    }))
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

/// Searches once, from a start that depends on the seed.
pub(crate) fn score(case: &Case, seed: u64) -> Score {
    let share = 0.05 + 0.25 * ((seed * 37 % 100) as f64 / 100.0);
    let search = super::SearchPlan {
        start_rps: case.server.capacity_rps() * share,
        probe_requests: case.requests,
        seed,
        ..Default::default()
    };
    let found = super::search(search, case.slo(), |probe| {
        Ok::<_, std::convert::Infallible>(case.probe(&case.server, probe))
    });
    let Ok(found) = found;
    let low = found.highest_passing.map_or(0.0, |bound| bound.rate_rps);
    let high = found.lowest_failing.map_or(f64::INFINITY, |bound| bound.rate_rps);
    Score {
        is_right: (low..=high).contains(&case.limit_rps),
        width: high / low - 1.0,
        probes: found.probes.len(),
        is_resolved: found.conclusion == super::Conclusion::Resolved,
    }
}
