//! The kinds of servers: those that the search was made with, and those that it was not.

use super::Case;
use crate::{
    arrivals::Spacing,
    sim::{Batching, Discipline, Duration, Server, Service, Workers},
};

/// All kinds.
pub(crate) fn cases() -> Vec<Case> {
    let slots = Service::Tokens {
        first_s: Duration::Gamma { mean: 0.15, shape: 3.0 },
        each_s: 0.012,
        tokens: Duration::LogNormal { mean: 80.0, sigma: 0.6 },
    };
    let poisson = Spacing::Poisson;
    vec![
        case(
            "one worker, exponential",
            whole(1, Duration::Exponential { mean: 0.1 }),
            poisson,
            "e2el_p99_ms<=2000",
            10.0 - 100_f64.ln() / 2.0,
        ),
        case(
            "eight workers, pictures",
            whole(8, Duration::Gamma { mean: 2.0, shape: 16.0 }),
            poisson,
            "e2el_p95_ms<=5000",
            3.5246,
        ),
        case(
            "four workers, fixed, mean",
            whole(4, Duration::Fixed { mean: 0.5 }),
            poisson,
            "e2el_mean_ms<=800",
            6.8168,
        ),
        case(
            "sixteen slots, tokens",
            Server::new(Discipline::Workers(Workers { count: 16, service: slots })),
            poisson,
            "ttft_p99_ms<=1000,tpot_p50_ms<=50,success>=0.99",
            11.746,
        ),
        case("batch, first token", language_model(), poisson, "ttft_p99_ms<=200", 13.479),
        case(
            "batch, per token",
            language_model(),
            poisson,
            "tpot_p90_ms<=14,success>=0.99",
            11.056,
        ),
        case(
            "short queue, refusals",
            Server { most_waiting: Some(10), ..whole(8, Duration::Exponential { mean: 0.4 }) },
            poisson,
            "success>=0.99,e2el_p50_ms<=2000",
            15.932,
        ),
        case(
            "bursts on eight workers",
            whole(8, Duration::Exponential { mean: 0.2 }),
            Spacing::Gamma { burstiness: 0.5 },
            "e2el_p90_ms<=900",
            35.142,
        ),
    ]
}

/// Kinds that no constant of the search was chosen with: they were added afterwards.
pub(crate) fn unseen() -> Vec<Case> {
    let poisson = Spacing::Poisson;
    let large = Server::new(Discipline::Batching(Batching {
        most_members: 96,
        step_s: 0.011,
        member_s: 0.000_1,
        prompt_s: Duration::LogNormal { mean: 0.006, sigma: 1.0 },
        tokens: Duration::Exponential { mean: 220.0 },
    }));
    let streams = Service::Tokens {
        first_s: Duration::LogNormal { mean: 0.3, sigma: 0.5 },
        each_s: 0.02,
        tokens: Duration::Gamma { mean: 120.0, shape: 2.0 },
    };
    vec![
        // M/M/2: the mean time in the system is 1 / μ / (1 − ρ²)
        case(
            "two workers, exponential, mean",
            whole(2, Duration::Exponential { mean: 0.2 }),
            poisson,
            "e2el_mean_ms<=500",
            10.0 * 0.6_f64.sqrt(),
        ),
        case(
            "three workers, long tail",
            whole(3, Duration::LogNormal { mean: 0.6, sigma: 1.0 }),
            poisson,
            "e2el_p90_ms<=2500",
            3.625,
        ),
        case(
            "large batch, long answers",
            large,
            poisson,
            "ttft_p95_ms<=400,tpot_mean_ms<=25",
            16.861,
        ),
        case(
            "forty slots, bursts",
            Server::new(Discipline::Workers(Workers { count: 40, service: streams })),
            Spacing::Gamma { burstiness: 0.4 },
            "ttft_p95_ms<=1500,success>=0.99",
            12.483,
        ),
        case(
            "one worker, refusals of bursts",
            Server {
                most_waiting: Some(6),
                ..whole(1, Duration::Gamma { mean: 0.05, shape: 2.0 })
            },
            Spacing::Gamma { burstiness: 0.6 },
            "success>=0.98",
            12.137,
        ),
    ]
}

fn case(
    name: &'static str,
    server: Server,
    spacing: Spacing,
    slo: &'static str,
    limit_rps: f64,
) -> Case {
    Case { name, server, spacing, slo, limit_rps }
}

/// Workers whose answers come as a whole.
fn whole(count: usize, service_s: Duration) -> Server {
    Server::new(Discipline::Workers(Workers { count, service: Service::Whole { service_s } }))
}

fn language_model() -> Server {
    Server::new(Discipline::Batching(Batching {
        most_members: 32,
        step_s: 0.008,
        member_s: 0.000_2,
        prompt_s: Duration::Gamma { mean: 0.010, shape: 4.0 },
        tokens: Duration::LogNormal { mean: 100.0, sigma: 0.6 },
    }))
}
