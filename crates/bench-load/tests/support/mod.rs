//! Load tests of a double.
#![allow(dead_code, reason = "each test program uses a part")]

use std::{num::NonZero, time::Duration};

use bench_load::{
    arrivals::{Arrivals, Length, Plan, Schedule, Think, plan},
    client::{Connections, LoadPlan, Run, Target, Tls, run, stop},
    protocol::{Ask, Endpoint},
    request::Request,
};
use load_double::{Double, Step};

/// The time of a request.
pub const TIMEOUT: Duration = Duration::from_millis(700);

/// A plan of so many requests by one user.
pub fn plan_of(target: Target, endpoint: Endpoint, count: usize) -> LoadPlan {
    let ask =
        Ask { endpoint, model: "m".to_owned(), ignore_eos: false, extra: serde_json::Map::new() };
    let users = Arrivals::Closed { users: 1, think: Think::None };
    LoadPlan {
        target,
        endpoint,
        bodies: (0..count).map(|index| ask.body(&format!("prompt {index}"), Some(8))).collect(),
        arrivals: plan(&users, Length::Requests(count), 0).expect("users"),
        max_concurrency: None,
        timeout: TIMEOUT,
        connections: Connections::Reused,
        poll_interval: Duration::from_millis(20),
    }
}

/// The same at these seconds.
pub fn open(target: Target, endpoint: Endpoint, times_s: &[f64]) -> LoadPlan {
    let arrivals = Plan::Open(Schedule::at(times_s));
    LoadPlan { arrivals, ..plan_of(target, endpoint, times_s.len()) }
}

pub fn target(double: &Double) -> Target {
    Target::new(&double.url(), &Tls::public()).expect("a URL")
}

pub fn places(count: usize) -> Option<NonZero<usize>> {
    NonZero::new(count)
}

/// Runs a plan to its end.
pub fn go(plan: LoadPlan) -> Run {
    run(plan, &stop(), &mut |_| ()).expect("threads")
}

/// So many requests of one user.
pub fn send(target: Target, endpoint: Endpoint, count: usize, connections: Connections) -> Run {
    go(LoadPlan { connections, ..plan_of(target, endpoint, count) })
}

/// One request that is answered so.
pub fn once(endpoint: Endpoint, steps: Vec<Step>) -> Request {
    let double = Double::start(move |_| steps.clone());
    go(plan_of(target(&double), endpoint, 1)).requests.remove(0)
}
