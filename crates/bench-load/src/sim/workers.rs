//! Workers that each serve one request at a time, and one queue before them, first in first out.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use super::{
    Detail, Duration, Server,
    machine::{Admission, Finished, Serve},
};
use crate::{arrivals::nanoseconds, random::Random};

/// The stream of a seed that service times are drawn from.
const STREAM: u64 = 0x776f_726b_6572;

/// Workers and what each request takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Workers {
    /// How many.
    pub count: usize,
    /// What a request takes.
    pub service: Service,
}

/// What a request takes of a worker.
#[derive(Debug, Clone, PartialEq)]
pub enum Service {
    /// An answer that comes as a whole: a picture, a video.
    Whole {
        /// Seconds.
        service_s: Duration,
    },
    /// An answer that comes token by token.
    Tokens {
        /// Seconds to the first token.
        first_s: Duration,
        /// Seconds to each further token.
        each_s: f64,
        /// Tokens of an answer.
        tokens: Duration,
    },
}

impl Workers {
    pub(super) fn capacity_rps(&self) -> f64 {
        let seconds = match &self.service {
            Service::Whole { service_s } => service_s.mean(),
            Service::Tokens { first_s, each_s, tokens } => {
                first_s.mean() + each_s * (tokens.mean() - 1.0)
            }
        };
        self.count as f64 / seconds
    }

    pub(super) fn slower_by(&self, factor: f64) -> Self {
        let service = match self.service {
            Service::Whole { service_s } => Service::Whole { service_s: service_s.times(factor) },
            Service::Tokens { first_s, each_s, tokens } => {
                Service::Tokens { first_s: first_s.times(factor), each_s: each_s * factor, tokens }
            }
        };
        Self { service, ..self.clone() }
    }
}

/// A request that a worker serves: its end, its number, and what it was given.
type Serving = Reverse<(u64, usize)>;

/// Workers in the middle of a simulation.
pub(super) struct Machine<'s> {
    server: &'s Server,
    workers: &'s Workers,
    random: Random,
    detail: Detail,
    /// Requests that wait, with what each needs: drawn on arrival, so that it depends on nothing else.
    waiting: VecDeque<(usize, Needs)>,
    serving: BinaryHeap<Serving>,
    /// Start, factor and needs of each request, by its number.
    begun: Vec<(u64, f64, Needs)>,
}

/// What a request needs at the usual speed.
#[derive(Debug, Clone, Copy, Default)]
struct Needs {
    /// `None` where the answer comes as a whole.
    first_s: Option<f64>,
    whole_s: f64,
    tokens: u32,
}

impl<'s> Machine<'s> {
    pub(super) fn new(server: &'s Server, workers: &'s Workers, seed: u64, detail: Detail) -> Self {
        Self {
            server,
            workers,
            random: Random::new(seed, STREAM),
            detail,
            waiting: VecDeque::new(),
            serving: BinaryHeap::new(),
            begun: Vec::new(),
        }
    }

    fn draw(&mut self) -> Needs {
        match self.workers.service {
            Service::Whole { service_s } => {
                Needs { first_s: None, whole_s: service_s.draw(&mut self.random), tokens: 1 }
            }
            Service::Tokens { first_s, each_s, tokens } => {
                let first_s = first_s.draw(&mut self.random);
                let tokens = tokens.draw_count(&mut self.random);
                let whole_s = first_s + each_s * f64::from(tokens - 1);
                Needs { first_s: Some(first_s), whole_s, tokens }
            }
        }
    }

    fn begin(&mut self, request: usize, needs: Needs, now_ns: u64) {
        let factor = self.server.factor_at(now_ns);
        self.begun[request] = (now_ns, factor, needs);
        self.serving.push(Reverse((now_ns + nanoseconds(needs.whole_s * factor), request)));
    }

    fn finish(&self, request: usize, end_ns: u64) -> Finished {
        let (start_ns, factor, needs) = self.begun[request];
        let first_ns = needs.first_s.map(|first_s| start_ns + nanoseconds(first_s * factor));
        let tokens_ns = match first_ns.filter(|_| self.detail == Detail::EveryToken) {
            None => Vec::new(),
            Some(first_ns) => {
                let gaps = u64::from(needs.tokens - 1);
                (1..=gaps).map(|gap| first_ns + (end_ns - first_ns) * gap / gaps).collect()
            }
        };
        Finished { request, first_ns, tokens_ns, end_ns, tokens: needs.tokens }
    }
}

impl Serve for Machine<'_> {
    fn arrive(&mut self, request: usize, now_ns: u64) -> Admission {
        let needs = self.draw();
        self.begun.push((0, 1.0, needs));
        if self.serving.len() < self.workers.count {
            self.begin(request, needs, now_ns);
        } else if self.server.most_waiting.is_some_and(|most| self.waiting.len() >= most) {
            return Admission::Refused;
        } else {
            self.waiting.push_back((request, needs));
        }
        Admission::Taken
    }

    fn next_event_ns(&self) -> Option<u64> {
        self.serving.peek().map(|Reverse((end_ns, _))| *end_ns)
    }

    fn advance(&mut self, now_ns: u64, finished: &mut Vec<Finished>) {
        if let Some(Reverse((end_ns, request))) = self.serving.pop() {
            finished.push(self.finish(request, end_ns));
        }
        if let Some((request, needs)) = self.waiting.pop_front() {
            self.begin(request, needs, now_ns);
        }
    }
}
