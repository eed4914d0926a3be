//! Simulated servers against what queueing theory says of them.

use std::time::Instant;

use super::*;
use crate::{
    arrivals::{Arrivals, Length, Rate, Spacing, Think, plan},
    overlap::most_at_once,
};

fn poisson(rate_rps: f64, length: Length, seed: u64) -> Plan {
    let arrivals = Arrivals::Open { rate: Rate::Steady { rate_rps }, spacing: Spacing::Poisson };
    plan(&arrivals, length, seed).expect("a plan")
}

fn workers(count: usize, service_s: Duration) -> Server {
    Server::new(Discipline::Workers(Workers { count, service: Service::Whole { service_s } }))
}

fn language_model() -> Server {
    Server::new(Discipline::Batching(Batching {
        most_members: 32,
        step_s: 0.010,
        member_s: 0.000_3,
        prompt_s: Duration::Fixed { mean: 0.008 },
        tokens: Duration::LogNormal { mean: 120.0, sigma: 0.7 },
    }))
}

fn mean_ms(observations: &[Observation]) -> f64 {
    let all = observations.iter().filter_map(|one| one.answer.as_ref()).map(|a| a.e2el_ms);
    all.clone().sum::<f64>() / all.count() as f64
}

/// Erlang C: the mean time in a system of c workers with exponential service.
fn erlang_ms(c: usize, rate: f64, service_s: f64) -> f64 {
    let load = rate * service_s;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..c {
        term *= load / k as f64;
        sum += term;
    }
    let last = term * load / c as f64 / (1.0 - load / c as f64);
    let wait_s = last / (sum + last) * service_s / (c as f64 - load);
    (wait_s + service_s) * 1e3
}

#[test]
fn mean_times_are_those_of_queueing_theory() {
    for (c, rate) in [(1, 7.0), (4, 30.0), (16, 140.0)] {
        let server = workers(c, Duration::Exponential { mean: 0.1 });
        let seen = mean_ms(&simulate(
            &server,
            &poisson(rate, Length::Requests(400_000), 1),
            2,
            Detail::Totals,
        ));
        let expected = erlang_ms(c, rate, 0.1);
        assert!((seen / expected - 1.0).abs() < 0.03, "{c} workers: {seen} and {expected}");
    }
    // Pollaczek and Khinchine: with fixed service, half the wait of an exponential one
    let fixed = workers(1, Duration::Fixed { mean: 0.1 });
    let seen =
        mean_ms(&simulate(&fixed, &poisson(7.0, Length::Requests(400_000), 1), 2, Detail::Totals));
    let expected = 100.0 * (1.0 + 0.7 / 0.3 / 2.0);
    assert!((seen / expected - 1.0).abs() < 0.02, "{seen} and {expected}");
}

#[test]
fn a_server_answers_at_its_capacity_when_more_is_asked() {
    let answered_per_s = |server: &Server| {
        let asked = poisson(server.capacity_rps() * 1.5, Length::Seconds(2000.0), 3);
        let all = simulate(server, &asked, 4, Detail::Totals);
        all.iter().filter(|one| one.ended_s < 2000.0).count() as f64 / 2000.0
    };
    let tokens = Service::Tokens {
        first_s: Duration::Gamma { mean: 0.2, shape: 4.0 },
        each_s: 0.01,
        tokens: Duration::Fixed { mean: 81.0 },
    };
    for server in [
        workers(3, Duration::Gamma { mean: 0.3, shape: 2.0 }),
        Server::new(Discipline::Workers(Workers { count: 8, service: tokens })),
        language_model(),
        language_model().slower_by(2.0),
    ] {
        let (seen, capacity) = (answered_per_s(&server), server.capacity_rps());
        assert!((seen / capacity - 1.0).abs() < 0.03, "{seen} and {capacity}: {server:?}");
    }
}

#[test]
fn tokens_come_one_after_the_other_and_add_up() {
    for discipline in [
        language_model().discipline,
        Discipline::Workers(Workers {
            count: 4,
            service: Service::Tokens {
                first_s: Duration::Fixed { mean: 0.1 },
                each_s: 0.02,
                tokens: Duration::Exponential { mean: 20.0 },
            },
        }),
    ] {
        let server = Server::new(discipline);
        let asked = poisson(server.capacity_rps() * 0.8, Length::Requests(2000), 1);
        let every = simulate(&server, &asked, 2, Detail::EveryToken);
        let totals = simulate(&server, &asked, 2, Detail::Totals);
        for (one, total) in every.iter().zip(&totals) {
            let (answer, total) = one.answer.as_ref().zip(total.answer.as_ref()).expect("answered");
            assert_eq!(answer.itl_ms.len() as u32, answer.output_tokens - 1);
            assert!(answer.itl_ms.iter().all(|gap| *gap > 0.0));
            let sum = answer.ttft_ms.expect("tokens") + answer.itl_ms.iter().sum::<f64>();
            assert!((sum - answer.e2el_ms).abs() < 1e-6);
            assert_eq!((answer.ttft_ms, answer.e2el_ms), (total.ttft_ms, total.e2el_ms));
        }
    }
}

#[test]
fn a_closed_test_keeps_its_users_busy_and_no_more() {
    let arrivals = Arrivals::Closed { users: 8, think: Think::None };
    let users = plan(&arrivals, Length::Requests(1000), 1).expect("a plan");
    let server = workers(4, Duration::Fixed { mean: 0.1 });
    let all = simulate(&server, &users, 2, Detail::Totals);
    assert_eq!(all.len(), 1000);
    let spans = all.iter().map(|one| (one.scheduled_s, one.ended_s));
    assert_eq!(most_at_once(spans), 8);
    // 8 users on 4 workers: each answer takes two services
    assert!((mean_ms(&all[8..]) - 200.0).abs() < 1.0);
}

#[test]
fn a_full_queue_refuses_and_a_disturbance_slows() {
    let limited = Server { most_waiting: Some(2), ..workers(1, Duration::Fixed { mean: 1.0 }) };
    let all_at_once = plan(&Arrivals::AllAtOnce, Length::Requests(10), 1).expect("a plan");
    let all = simulate(&limited, &all_at_once, 1, Detail::Totals);
    assert_eq!(all.iter().filter(|one| one.answer.is_some()).count(), 3);
    let slow = Disturbance { from_s: 0.0, until_s: 1.5, factor: 2.0 };
    let disturbed =
        Server { disturbances: vec![slow], ..workers(1, Duration::Fixed { mean: 1.0 }) };
    let ends: Vec<f64> = simulate(&disturbed, &all_at_once, 1, Detail::Totals)
        .iter()
        .map(|one| one.ended_s)
        .collect();
    assert_eq!(ends[..3], [2.0, 3.0, 4.0]);
}

#[test]
fn an_hour_of_load_takes_seconds_and_has_the_same_bytes_twice() {
    for server in [workers(16, Duration::Exponential { mean: 0.1 }), language_model()] {
        let hour = poisson(server.capacity_rps() * 0.9, Length::Seconds(3600.0), 7);
        let bytes = || {
            let begin = Instant::now();
            let all = simulate(&server, &hour, 8, Detail::Totals);
            assert!(begin.elapsed().as_secs_f64() < 5.0, "{:?}", begin.elapsed());
            serde_json::to_vec(&all).expect("plain data")
        };
        assert!(bytes() == bytes());
    }
}
