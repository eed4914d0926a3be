//! A simulated server on a virtual clock: a plan and a seed in; what became of each request out.
//!
//! The search for the highest rate is tried on servers whose capacity is known, for hours of load in a
//! second, and gives the same bytes each time. Nothing here waits or reads a clock: time is a number of
//! nanoseconds that jumps from event to event (discrete-event simulation; Law, "Simulation modeling and
//! analysis", 5th ed., chapter 1).

mod arriving;
mod batching;
mod duration;
mod machine;
#[cfg(test)]
mod tests;
mod workers;

use crate::{arrivals::Plan, observed::Observation};

pub use batching::Batching;
pub use duration::Duration;
pub use workers::{Service, Workers};

/// A server.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// How it works.
    pub discipline: Discipline,
    /// Requests that may wait; further ones are refused at once, as with status 429. `None`: any number.
    pub most_waiting: Option<usize>,
    /// Times in which it is slower.
    pub disturbances: Vec<Disturbance>,
}

/// How a server works.
#[derive(Debug, Clone, PartialEq)]
pub enum Discipline {
    /// Workers that each serve one request at a time.
    Workers(Workers),
    /// A batch that grows and shrinks between steps, as engines of language models have it.
    Batching(Batching),
}

/// A time in which what begins takes `factor` times as long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disturbance {
    /// From this second.
    pub from_s: f64,
    /// Until this second.
    pub until_s: f64,
    /// Times as long.
    pub factor: f64,
}

/// What is kept of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Its first token, its end, and the mean gap between its tokens.
    Totals,
    /// Each gap between its tokens too.
    EveryToken,
}

impl Server {
    /// A server without a limit on its queue and without disturbances.
    #[must_use]
    pub fn new(discipline: Discipline) -> Self {
        Self { discipline, most_waiting: None, disturbances: Vec::new() }
    }

    /// Requests per second beyond which its queue grows without end.
    #[must_use]
    pub fn capacity_rps(&self) -> f64 {
        match &self.discipline {
            Discipline::Workers(workers) => workers.capacity_rps(),
            Discipline::Batching(batching) => batching.capacity_rps(),
        }
    }

    /// The same server, which takes `factor` times as long for everything.
    #[must_use]
    pub fn slower_by(&self, factor: f64) -> Self {
        let discipline = match &self.discipline {
            Discipline::Workers(workers) => Discipline::Workers(workers.slower_by(factor)),
            Discipline::Batching(batching) => Discipline::Batching(batching.slower_by(factor)),
        };
        Self { discipline, ..self.clone() }
    }

    /// Times as long as usual that something takes which begins at this time.
    fn factor_at(&self, at_ns: u64) -> f64 {
        let at_s = at_ns as f64 / 1e9;
        let is_now = |one: &&Disturbance| (one.from_s..one.until_s).contains(&at_s);
        self.disturbances.iter().filter(is_now).map(|one| one.factor).product()
    }
}

/// Sends the requests of a plan to a server. They come in the order in which they were sent.
#[must_use]
pub fn simulate(server: &Server, plan: &Plan, seed: u64, detail: Detail) -> Vec<Observation> {
    match &server.discipline {
        Discipline::Workers(workers) => {
            arriving::drive(workers::Machine::new(server, workers, seed, detail), plan)
        }
        Discipline::Batching(batching) => {
            arriving::drive(batching::Machine::new(server, batching, seed, detail), plan)
        }
    }
}
