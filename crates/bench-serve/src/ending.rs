//! A request that the queue has taken, until it ends. However that is, it is counted once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    ledger::{Delivery, Ledger, Receipt},
    metrics::{Ended, Metrics},
    order::Order,
    queue::Failure,
};

/// A request that has not ended. Dropped without a word, its client has hung up.
#[derive(Debug)]
pub struct Ending(Option<Open>);

#[derive(Debug)]
struct Open {
    metrics: Arc<Metrics>,
    ledger: Arc<Ledger>,
    order: Order,
    outputs: u64,
    arrived: Instant,
}

impl Ending {
    /// Of a request that came at `arrived`.
    pub fn of(
        (metrics, ledger): (Arc<Metrics>, Arc<Ledger>),
        order: Order,
        outputs: u64,
        arrived: Instant,
    ) -> Self {
        metrics.accepted(&order.model);
        Self(Some(Open { metrics, ledger, order, outputs, arrived }))
    }

    /// Its files were there after `latency`.
    pub fn complete(mut self, latency: Duration, made: Delivery) {
        if let Some(open) = self.0.take() {
            open.end(Ended::Completed, latency, None, Some(made));
        }
    }

    /// It made nothing.
    pub fn fail(mut self, failure: &Failure) {
        if let Some(open) = self.0.take() {
            let (ended, problem) = match failure {
                Failure::Cancelled => (Ended::Cancelled, None),
                Failure::Stopped | Failure::CutShort => (Ended::Stopped, None),
                Failure::Failed(problem) => (Ended::Failed, Some(problem.clone())),
            };
            let latency = open.arrived.elapsed();
            open.end(ended, latency, problem, None);
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            let latency = open.arrived.elapsed();
            open.end(Ended::HungUp, latency, None, None);
        }
    }
}

impl Open {
    fn end(self, ended: Ended, latency: Duration, problem: Option<String>, made: Option<Delivery>) {
        let Self { metrics, ledger, order, outputs, arrived } = self;
        metrics.ended(&order.model, ended, latency);
        ledger.add(Receipt { order, outputs, arrived, latency, ended, problem, made });
    }
}
