//! Requests in their order: each when it is due, or each user one after the other.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc::UnboundedSender},
};

use super::{exchange::Server, image, pace, stop::Stopped, text, video::Asking};
use crate::{
    arrivals::{Schedule, Users},
    outcome::Problem,
    protocol::Endpoint,
    request::{Answer, Request},
};

/// Seconds since the load test began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(pub Instant);

impl Clock {
    pub fn now_s(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// How one request was answered.
pub(super) struct Answered {
    pub end_s: f64,
    pub status: Option<u16>,
    pub problem: Option<Problem>,
    pub answer: Answer,
}

impl Answered {
    /// It failed now.
    pub fn failed(clock: Clock, status: Option<u16>, problem: Problem) -> Self {
        let end_s = clock.now_s();
        Self { end_s, status, problem: Some(problem), answer: Answer::Nothing }
    }
}

/// What all requests share.
pub(super) struct Shared {
    pub server: Server,
    pub endpoint: Endpoint,
    pub bodies: Vec<Bytes>,
    pub timeout: Duration,
    pub poll_interval: Duration,
    /// Places for requests that run at a time; `None` where there is no limit.
    pub places: Option<Semaphore>,
    pub clock: Clock,
    pub stopped: Stopped,
    pub done: UnboundedSender<Request>,
    pub sent: Arc<AtomicUsize>,
}

/// Sends each request at its time. Returns when all are sent, not when they
/// are answered.
pub(super) fn open(shared: &Arc<Shared>, handle: &Handle, schedule: &Schedule) {
    let requests = schedule.requests().iter().take(shared.bodies.len());
    for (index, request) in requests.enumerate() {
        let after = Duration::from_nanos(request.at_ns);
        let (due, time_s) = (shared.clock.0 + after, after.as_secs_f64());
        if !pace::wait_until(due, &shared.stopped) {
            return;
        }
        let shared = Arc::clone(shared);
        handle.spawn(async move {
            let sending = shared.clone();
            shared.unless_stopped(sending.send_in_place(index, time_s)).await;
        });
    }
}

/// Lets each user send one request after the other.
pub(super) fn closed(shared: &Arc<Shared>, handle: &Handle, users: &Users) {
    let next = Arc::new(AtomicUsize::new(0));
    for user in 0..users.count().min(shared.bodies.len()) {
        let (shared, next, users) = (Arc::clone(shared), Arc::clone(&next), users.clone());
        handle.spawn(async move {
            shared.unless_stopped(shared.be_user(user, &users, &next)).await;
        });
    }
}

impl Shared {
    async fn unless_stopped(&self, work: impl Future<Output = ()>) {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            biased;
            () = work => {}
            () = stopped.wait() => {}
        }
    }

    /// Sends requests until all are sent or the time for it is over.
    async fn be_user(&self, user: usize, users: &Users, next: &AtomicUsize) {
        let last_start_s = users.length().seconds().unwrap_or(f64::INFINITY);
        let mut from_s = 0.0;
        for turn in 0.. {
            let pause = Duration::from_nanos(users.pause_ns(user, turn));
            let intended_s = from_s + pause.as_secs_f64();
            if intended_s >= last_start_s {
                return;
            }
            tokio::time::sleep(pause).await;
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= self.bodies.len() {
                return;
            }
            self.send(index, intended_s, 0.0).await;
            from_s = self.clock.now_s();
        }
    }

    /// Sends a request as soon as there is a place for it.
    async fn send_in_place(&self, index: usize, intended_s: f64) {
        let Some(places) = &self.places else {
            return self.send(index, intended_s, 0.0).await;
        };
        let (_place, slot_wait_s) = match places.try_acquire() {
            Ok(place) => (Some(place), 0.0),
            Err(_) => {
                let waits_from_s = self.clock.now_s();
                // nobody closes it
                let place = places.acquire().await.ok();
                (place, self.clock.now_s() - waits_from_s)
            }
        };
        self.send(index, intended_s, slot_wait_s).await;
    }

    async fn send(&self, index: usize, intended_s: f64, slot_wait_s: f64) {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let sent_s = self.clock.now_s();
        let Answered { end_s, status, problem, answer } = self.ask(index).await;
        let request =
            Request { index, intended_s, slot_wait_s, sent_s, end_s, status, problem, answer };
        // nobody listens once the load test has ended
        let _ = self.done.send(request);
    }

    async fn ask(&self, index: usize) -> Answered {
        let (server, clock, path) = (&self.server, self.clock, self.endpoint.path());
        let body = self.bodies[index].clone();
        match self.endpoint {
            Endpoint::Chat | Endpoint::Completions => {
                text::ask(server, clock, path, body, self.timeout).await
            }
            Endpoint::Images => image::ask(server, clock, path, body, self.timeout).await,
            Endpoint::Videos => {
                let asking = Asking { server, clock, path, interval: self.poll_interval };
                asking.ask(body, self.timeout).await
            }
        }
    }
}
