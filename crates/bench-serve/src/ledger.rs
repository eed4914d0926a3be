//! What was served: a receipt for each request that the queue took, kept until somebody takes them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::{metrics::Ended, order::Order};

/// Receipts that are kept at most; before there are more, they are to be taken.
const MOST_RECEIPTS: usize = 10_000;

/// What became of a request that the queue took.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// What was asked for; of several pictures, the first.
    pub order: Order,
    /// Pictures or videos that were asked for.
    pub outputs: u64,
    /// When it came.
    pub arrived: Instant,
    /// From then until its files were there, or until it ended without.
    pub latency: Duration,
    /// How it ended.
    pub ended: Ended,
    /// Why it failed.
    pub problem: Option<String>,
    /// What it made.
    pub made: Option<Delivery>,
}

/// What a request made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivery {
    /// Seconds by stage, which add up to the latency.
    pub stages: BTreeMap<String, f64>,
    /// Bytes of its files.
    pub bytes: u64,
    /// Requests of the largest batch that it was in.
    pub largest_batch: usize,
}

/// Receipts that nobody has taken yet.
#[derive(Debug)]
pub struct Ledger {
    receipts: Mutex<Vec<Receipt>>,
    keeping: Keeping,
    is_full: Notify,
}

/// Whether receipts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// Somebody takes them.
    On,
    /// Nobody does.
    Off,
}

impl Ledger {
    /// An empty one.
    #[must_use]
    pub fn new(keeping: Keeping) -> Self {
        Self { receipts: Mutex::default(), keeping, is_full: Notify::new() }
    }

    /// Keeps a receipt. Where nobody takes them in time, the oldest are lost, and that is said.
    pub fn add(&self, receipt: Receipt) {
        if self.keeping == Keeping::Off {
            return;
        }
        let mut receipts = self.receipts();
        receipts.push(receipt);
        if receipts.len() >= 2 * MOST_RECEIPTS {
            log::error!(
                "receipts of {MOST_RECEIPTS} requests are lost: they were not written in time"
            );
            receipts.drain(..MOST_RECEIPTS);
        }
        if receipts.len() >= MOST_RECEIPTS {
            self.is_full.notify_one();
        }
    }

    /// Takes all of them.
    #[must_use]
    pub fn take(&self) -> Vec<Receipt> {
        std::mem::take(&mut self.receipts())
    }

    /// Waits until there are many.
    pub async fn filled(&self) {
        self.is_full.notified().await;
    }

    fn receipts(&self) -> MutexGuard<'_, Vec<Receipt>> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
