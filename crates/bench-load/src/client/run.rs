//! A whole load test.

use std::{
    io,
    num::NonZero,
    sync::{Arc, atomic::Ordering},
    thread,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Semaphore, mpsc},
};

use super::{
    connection::{Connections, Idle},
    drive::{self, Clock, Shared},
    exchange::Server,
    files,
    stop::Stop,
    target::Target,
};
use crate::{arrivals::Plan, protocol::Endpoint, request::Request};

/// What a load test does.
#[derive(Debug)]
pub struct LoadPlan {
    /// The server.
    pub target: Target,
    /// What is asked for.
    pub endpoint: Endpoint,
    /// The body of each request.
    pub bodies: Vec<Vec<u8>>,
    /// When they are sent.
    pub arrivals: Plan,
    /// Most requests of an open schedule that run at a time; further ones wait.
    pub max_concurrency: Option<NonZero<usize>>,
    /// Longest time of a request from its sending to the end of its answer.
    pub timeout: Duration,
    /// Whether connections are used again.
    pub connections: Connections,
    /// Shortest time between two looks at a video.
    pub poll_interval: Duration,
}

/// A load test that has ended.
#[derive(Debug)]
pub struct Run {
    /// Requests that ended, in the order of the schedule.
    pub requests: Vec<Request>,
    /// Requests that were to be sent.
    pub planned: usize,
    /// Requests that were sent; those that were running when the test was ended are among them.
    pub sent: usize,
    /// When it began.
    pub began: SystemTime,
    /// Seconds from the start to the end of the last request.
    pub duration_s: f64,
}

impl Run {
    /// Whether it ended before all requests had.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.requests.len() < self.planned
    }
}

/// Sends all requests, and passes on each as it ends.
///
/// # Errors
/// Where the system gives no threads.
pub fn run(
    plan: LoadPlan,
    stop: &Stop,
    pass_on: &mut (dyn FnMut(&Request) + Send),
) -> io::Result<Run> {
    files::raise_limit();
    let runtime = runtime()?;
    let planned = match &plan.arrivals {
        Plan::Open(schedule) => schedule.requests().len().min(plan.bodies.len()),
        Plan::Closed(_) => plan.bodies.len(),
    };
    let (done, mut ended) = mpsc::unbounded_channel();
    let began = SystemTime::now();
    let (shared, arrivals) = shared(plan, stop, done);
    let mut requests = Vec::with_capacity(planned);
    let sent = thread::scope(|scope| {
        scope.spawn(|| {
            while let Some(request) = ended.blocking_recv() {
                pass_on(&request);
                requests.push(request);
            }
        });
        match &arrivals {
            Plan::Open(schedule) => drive::open(&shared, runtime.handle(), schedule),
            Plan::Closed(users) => drive::closed(&shared, runtime.handle(), users),
        }
        // the requests that run hold the rest; the listener ends with the last one of them
        let sent = Arc::clone(&shared.sent);
        drop(shared);
        sent
    });
    runtime.shutdown_background();
    requests.sort_by_key(|request| request.index);
    let duration_s = requests.iter().map(|request| request.end_s).fold(0.0, f64::max);
    let sent = sent.load(Ordering::Relaxed);
    Ok(Run { requests, planned, sent, began, duration_s })
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().thread_name("load").build()
}

fn shared(
    plan: LoadPlan,
    stop: &Stop,
    done: mpsc::UnboundedSender<Request>,
) -> (Arc<Shared>, Plan) {
    let LoadPlan { target, endpoint, bodies, arrivals, max_concurrency, .. } = plan;
    let shared = Shared {
        server: Server { target, connections: plan.connections, idle: Idle::default() },
        endpoint,
        bodies: bodies.into_iter().map(Bytes::from).collect(),
        timeout: plan.timeout,
        poll_interval: plan.poll_interval,
        places: max_concurrency.map(|most| Semaphore::new(most.get())),
        clock: Clock(Instant::now()),
        stopped: stop.listen(),
        done,
        sent: Arc::default(),
    };
    (Arc::new(shared), arrivals)
}
