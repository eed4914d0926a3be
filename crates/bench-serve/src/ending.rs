//! A request that the queue has taken, until it ends. However that is, it is counted once.

use std::{sync::Arc, time::Duration};

use crate::{
    board::{Board, UnderWay},
    ledger::{Delivery, Ledger, Receipt, Wanted},
    metrics::{Ended, Metrics},
    queue::Failure,
};

/// Who hears of requests.
#[derive(Debug, Clone)]
pub struct Listeners {
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Receipts.
    pub ledger: Arc<Ledger>,
    /// What the page shows.
    pub board: Arc<Board>,
}

/// A request that has not ended. Dropped without a word, its client has hung up.
#[derive(Debug)]
pub struct Ending(Option<Open>);

#[derive(Debug)]
struct Open {
    listeners: Listeners,
    /// Its place on the board.
    place: u64,
}

impl Ending {
    /// Of a request that the queue has taken.
    pub fn of(listeners: Listeners, request: UnderWay) -> Self {
        listeners.metrics.accepted(request.wanted.model());
        let place = listeners.board.add(request);
        Self(Some(Open { listeners, place }))
    }

    /// It makes a video that has this name.
    pub fn name(&self, video: &str) {
        if let Some(open) = &self.0 {
            open.listeners.board.name(open.place, video);
        }
    }

    /// Its files were there after `latency`.
    pub fn complete(mut self, latency: Duration, made: Delivery) {
        if let Some(open) = self.0.take() {
            open.end(Ended::Completed, Some(latency), None, Some(made));
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
            open.end(ended, None, problem, None);
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            open.end(Ended::HungUp, None, None, None);
        }
    }
}

impl Open {
    /// Where no `latency` is given, it is until now.
    fn end(
        self,
        ended: Ended,
        latency: Option<Duration>,
        problem: Option<String>,
        made: Option<Delivery>,
    ) {
        let Self { listeners: Listeners { metrics, ledger, board }, place } = self;
        // what is counted as ended is not under way any more
        let receipt = board.end(place, |request| Receipt {
            wanted: request.wanted.clone(),
            outputs: request.outputs,
            arrived: request.arrived,
            latency: latency.unwrap_or_else(|| request.arrived.elapsed()),
            ended,
            problem,
            made,
        });
        let Some(receipt) = receipt else { return };
        let Receipt { wanted, made, latency, .. } = &receipt;
        metrics.ended(wanted.model(), ended);
        match (wanted, made) {
            (Wanted::Picture(_), Some(_)) => metrics.delivered(*latency),
            (Wanted::Text(text), Some(made)) => {
                metrics.answered(&text.model, &made.answers, *latency);
            }
            (_, None) => {}
        }
        ledger.add(receipt);
    }
}
