//! Counts of the server, as Prometheus reads them.

mod answers;
mod histogram;
mod now;
mod text;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

pub use answers::Answered;
use answers::OfModel;
use histogram::Histogram;

use crate::{profile::Known, reason::Reason};

/// Counts since the server began.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    waiting: usize,
    running: usize,
    cache_tokens: u64,
    answers: BTreeMap<String, OfModel>,
    begun: u64,
    merged: u64,
    steps: u64,
    not_merged: BTreeMap<Reason, u64>,
    requests: BTreeMap<(String, &'static str), u64>,
    accepted: BTreeMap<String, u64>,
    replies: BTreeMap<(&'static str, u16), u64>,
    hung_up: BTreeMap<&'static str, u64>,
    shapes: Vec<((String, String), Known)>,
    batch_size: Histogram,
    queue_wait: Histogram,
    latency: Histogram,
}

/// How a request that the queue took has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// Its output was made.
    Completed,
    /// It was deleted.
    Cancelled,
    /// The model failed, or its file could not be kept.
    Failed,
    /// Its client left before the reply.
    HungUp,
    /// The server ended before it was done.
    Stopped,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            waiting: 0,
            running: 0,
            cache_tokens: 0,
            answers: BTreeMap::new(),
            begun: 0,
            merged: 0,
            steps: 0,
            not_merged: Reason::ALL.map(|reason| (reason, 0)).into(),
            requests: BTreeMap::new(),
            accepted: BTreeMap::new(),
            replies: BTreeMap::new(),
            hung_up: BTreeMap::new(),
            shapes: Vec::new(),
            batch_size: Histogram::new(&[1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0]),
            queue_wait: Histogram::new(&SECONDS),
            latency: Histogram::new(&SECONDS),
        }
    }
}

const SECONDS: [f64; 14] =
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0];

impl Counts {
    fn answers_of(&mut self, model: &str) -> &mut OfModel {
        self.answers.entry(model.to_owned()).or_default()
    }
}

impl Metrics {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many wait.
    pub fn set_waiting(&self, waiting: usize) {
        self.counts().waiting = waiting;
    }

    /// So many are on the device.
    pub fn set_running(&self, running: usize) {
        self.counts().running = running;
    }

    /// One of those on the device has ended.
    pub fn left(&self) {
        let mut counts = self.counts();
        counts.running = counts.running.saturating_sub(1);
    }

    /// So many tokens of the KV cache are taken, or kept for answers under way.
    pub fn set_cache_tokens(&self, tokens: u64) {
        self.counts().cache_tokens = tokens;
    }

    /// A language model has read a prompt of so many tokens; 0 are of another model.
    pub fn prompted(&self, model: &str, tokens: usize) {
        if tokens > 0 {
            self.counts().answers_of(model).prompt_tokens += tokens as u64;
        }
    }

    /// A language model has chosen so many tokens; 0 are of another model.
    pub fn generated(&self, model: &str, tokens: usize) {
        if tokens > 0 {
            self.counts().answers_of(model).generation_tokens += tokens as u64;
        }
    }

    /// A language model has answered a request as it should.
    pub fn answered(&self, model: &str, answers: &[Answered], latency: Duration) {
        let mut counts = self.counts();
        let of_model = counts.answers_of(model);
        answers.iter().for_each(|answer| of_model.hear(answer));
        of_model.e2e.observe(latency.as_secs_f64());
    }

    /// A request that had waited so long begins.
    pub fn begun(&self, waited: Duration) {
        let mut counts = self.counts();
        counts.begun += 1;
        counts.queue_wait.observe(waited.as_secs_f64());
    }

    /// A step of so many requests.
    pub fn stepped(&self, size: usize) {
        let mut counts = self.counts();
        counts.steps += 1;
        counts.batch_size.observe(size as f64);
    }

    /// A request shared a step for the first time.
    pub fn merged(&self) {
        self.counts().merged += 1;
    }

    /// A request that waited did not join, for a reason that is new to it.
    pub fn not_merged(&self, reason: Reason) {
        *self.counts().not_merged.entry(reason).or_default() += 1;
    }

    /// What is known of batches of each shape, by its model and size.
    pub fn set_shapes(&self, shapes: Vec<((String, String), Known)>) {
        self.counts().shapes = shapes;
    }

    /// The queue took a request of a model.
    pub fn accepted(&self, model: &str) {
        *self.counts().accepted.entry(model.to_owned()).or_default() += 1;
    }

    /// A request of a model ended.
    pub fn ended(&self, model: &str, ended: Ended) {
        *self.counts().requests.entry((model.to_owned(), ended.label())).or_default() += 1;
    }

    /// The files of a request were there so long after it came.
    pub fn delivered(&self, latency: Duration) {
        self.counts().latency.observe(latency.as_secs_f64());
    }

    /// A reply of a route went out.
    pub fn replied(&self, route: &'static str, status: u16) {
        *self.counts().replies.entry((route, status)).or_default() += 1;
    }

    /// A client left before the reply of a route.
    pub fn hung_up(&self, route: &'static str) {
        *self.counts().hung_up.entry(route).or_default() += 1;
    }

    /// All of them in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        text::text(&self.counts())
    }
}

impl Ended {
    /// As metrics label it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::HungUp => "hung_up",
            Self::Stopped => "stopped",
        }
    }
}
