//! Transients that are known, and what is left without them.

use super::*;
use crate::{
    arrivals::{Arrivals, Length, Plan, Rate, Spacing, Think, plan},
    sim::{
        Batching, Detail, Discipline, Disturbance, Duration, Server, Service, Workers, simulate,
    },
};

fn poisson(rate_rps: f64, seconds: f64, seed: u64) -> Plan {
    let arrivals = Arrivals::Open { rate: Rate::Steady { rate_rps }, spacing: Spacing::Poisson };
    plan(&arrivals, Length::Seconds(seconds), seed).expect("a plan")
}

fn servers() -> [Server; 3] {
    let whole = Service::Whole { service_s: Duration::Gamma { mean: 0.4, shape: 4.0 } };
    let tokens = Service::Tokens {
        first_s: Duration::Fixed { mean: 0.1 },
        each_s: 0.01,
        tokens: Duration::LogNormal { mean: 60.0, sigma: 0.5 },
    };
    [
        Server::new(Discipline::Workers(Workers { count: 8, service: whole })),
        Server::new(Discipline::Workers(Workers { count: 16, service: tokens })),
        Server::new(Discipline::Batching(Batching {
            most_members: 32,
            step_s: 0.010,
            member_s: 0.000_3,
            prompt_s: Duration::Fixed { mean: 0.004 },
            tokens: Duration::LogNormal { mean: 60.0, sigma: 0.5 },
        })),
    ]
}

fn mean_ms<'o>(observations: impl Iterator<Item = &'o Observation>) -> f64 {
    let values: Vec<f64> =
        observations.filter_map(|one| Some(one.answer.as_ref()?.e2el_ms)).collect();
    bench_records::stats::mean(&values).expect("answers")
}

/// The server takes four times as long for the first 20 s, as one does that compiles. The truth is the
/// mean of the same requests without that.
fn seeds_with_the_right_mean(load: Load, seeds: std::ops::Range<u64>) -> usize {
    let is_right = |seed: &u64, server: &Server| {
        let plan = match load {
            Load::Open => poisson(server.capacity_rps() * 0.6, 300.0, *seed),
            Load::Closed => {
                let arrivals =
                    Arrivals::Closed { users: 12, think: Think::Exponential { mean_s: 0.2 } };
                plan(&arrivals, Length::Seconds(300.0), *seed).expect("a plan")
            }
        };
        let slow = Disturbance { from_s: 0.0, until_s: 20.0, factor: 4.0 };
        let disturbed = Server { disturbances: vec![slow], ..server.clone() };
        let seen = simulate(&disturbed, &plan, *seed + 1000, Detail::Totals);
        let truth = mean_ms(simulate(server, &plan, *seed + 1000, Detail::Totals).iter());
        let SteadyState::Steady(window) = steady_state(&seen, load) else { return false };
        assert_eq!(window.kept + window.dropped_start + window.dropped_end, seen.len());
        let mean = mean_ms(seen.iter().filter(|one| window.has(one)));
        (mean / truth - 1.0).abs() < 0.02
    };
    let right = |server: &Server| seeds.clone().filter(|seed| is_right(seed, server)).count();
    servers().iter().map(right).min().expect("servers")
}

#[test]
fn a_transient_of_20_s_leaves_the_mean_of_an_open_test_within_2_percent() {
    let right = seeds_with_the_right_mean(Load::Open, 0..20);
    assert!(right >= 19, "{right} of 20");
}

#[test]
fn a_transient_of_20_s_leaves_the_mean_of_a_closed_test_within_2_percent() {
    let right = seeds_with_the_right_mean(Load::Closed, 0..20);
    assert!(right >= 19, "{right} of 20");
}

#[test]
fn what_is_dropped_is_said_with_its_reason() {
    let server = &servers()[0];
    let slow = Disturbance { from_s: 0.0, until_s: 20.0, factor: 4.0 };
    let disturbed = Server { disturbances: vec![slow], ..server.clone() };
    let seen = simulate(&disturbed, &poisson(10.0, 200.0, 1), 2, Detail::Totals);
    let steady = steady_state(&seen, Load::Open);
    let SteadyState::Steady(window) = steady else { panic!("{steady}") };
    assert!((20.0..60.0).contains(&window.from_s), "{steady}");
    let words = steady.to_string();
    let start = format!("dropped the first {}, while latency settled", window.dropped_start);
    let end = format!("dropped the last {}, while the load fell", window.dropped_end);
    assert!(words.contains(&start) && words.contains(&end), "{words}");
}

#[test]
fn an_overloaded_server_has_no_steady_state_and_a_loaded_one_does() {
    for server in servers() {
        for seed in 0..10 {
            let at = |part: f64| {
                let plan = poisson(server.capacity_rps() * part, 600.0, seed);
                steady_state(&simulate(&server, &plan, seed + 50, Detail::Totals), Load::Open)
            };
            let over = at(1.2);
            assert!(matches!(over, SteadyState::None(_)), "seed {seed}: {over}");
            let under = at(0.7);
            assert!(matches!(under, SteadyState::Steady(_)), "seed {seed}: {under}");
        }
    }
}

#[test]
fn few_requests_none_and_failures_alone_have_no_steady_state() {
    let failed =
        |at: usize| Observation { scheduled_s: at as f64, ended_s: at as f64 + 0.1, answer: None };
    for count in [0, 1, 2, 1000] {
        let all: Vec<Observation> = (0..count).map(failed).collect();
        let state = steady_state(&all, Load::Open);
        let expected = Unsteady::TooFew { answered: 0, needed: LEAST_REQUESTS };
        assert_eq!(state, SteadyState::None(expected));
    }
}

#[test]
fn order_of_the_requests_does_not_matter() {
    let mut seen = simulate(&servers()[0], &poisson(8.0, 100.0, 1), 2, Detail::Totals);
    let first = steady_state(&seen, Load::Open);
    seen.reverse();
    assert_eq!(steady_state(&seen, Load::Open), first);
}
