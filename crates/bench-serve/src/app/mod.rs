//! What handlers share.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::sync::MutexGuard;

use crate::{
    batching::Cap,
    ending::Ending,
    jobs::Book,
    ledger::{Keeping, Ledger},
    metrics::Metrics,
    model::Model,
    order::Order,
    queue::{Failure, New, Queue, Refusal, Ticket},
    replies::{ApiError, Replays, Result, words},
    settings::Settings,
};

/// What handlers share.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    queue: Queue,
    metrics: Arc<Metrics>,
    ledger: Arc<Ledger>,
    book: Arc<Book>,
    replays: Replays,
    ready: OnceLock<Ready>,
    aborts: Arc<AtomicBool>,
    /// Seconds until the end, and one more; 0 where it is not wanted.
    ends_in_s: AtomicU64,
    accepting: tokio::sync::Mutex<()>,
}

/// Models that were loaded.
#[derive(Debug)]
pub struct Ready {
    /// All of them, in the order of the queue's numbers.
    pub models: Vec<Model>,
    /// Unix seconds.
    pub since: i64,
}

impl App {
    /// With models that are still to be loaded.
    pub(crate) fn new(
        settings: Settings,
        queue: Queue,
        metrics: Arc<Metrics>,
        book: Arc<Book>,
        aborts: Arc<AtomicBool>,
    ) -> Self {
        let ledger = Arc::new(Ledger::new(match settings.record_every {
            Some(_) => Keeping::On,
            None => Keeping::Off,
        }));
        Self(Arc::new(Inner {
            settings,
            queue,
            metrics,
            ledger,
            book,
            replays: Replays::default(),
            ready: OnceLock::new(),
            aborts,
            ends_in_s: AtomicU64::new(0),
            accepting: tokio::sync::Mutex::default(),
        }))
    }

    /// The models are loaded.
    pub(crate) fn set_ready(&self, ready: Ready) {
        // they are loaded once
        let _ = self.0.ready.set(ready);
    }

    fn request(&self, model: usize, order: &Order) -> New {
        let signature = order.signature(model);
        let place = self.0.ready.get().map(|ready| &ready.models[model].surroundings);
        let batching = &self.0.settings.batching;
        let cap = place.map_or(Cap::ONE, |place| batching.cap(&signature, place));
        New { signature, cap, request: order.request() }
    }

    /// Orders of a model begin to wait, all or none.
    pub(crate) async fn submit(
        &self,
        model: usize,
        orders: &[Order],
    ) -> std::result::Result<Vec<Ticket>, Refusal> {
        self.0.queue.submit(orders.iter().map(|order| self.request(model, order)).collect()).await
    }

    /// An order that was taken before waits again, room or not.
    pub(crate) async fn submit_again(&self, model: usize, order: &Order) -> Option<Ticket> {
        let tickets = self.0.queue.submit_again(vec![self.request(model, order)]).await;
        tickets.ok()?.pop()
    }

    /// A request that the queue has taken, `arrived` being when it came.
    pub(crate) fn accepted(&self, order: &Order, outputs: u64, arrived: Instant) -> Ending {
        let (metrics, ledger) = (Arc::clone(&self.0.metrics), Arc::clone(&self.0.ledger));
        Ending::of((metrics, ledger), order.clone(), outputs, arrived)
    }

    /// What was served and nobody has taken yet.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The models, where they are loaded.
    pub(crate) fn ready(&self) -> Result<&Ready> {
        self.0.ready.get().ok_or_else(ApiError::loading)
    }

    /// Models that were loaded; none before that.
    #[must_use]
    pub fn models(&self) -> &[Model] {
        self.0.ready.get().map_or(&[], |ready| &ready.models)
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn book(&self) -> Arc<Book> {
        Arc::clone(&self.0.book)
    }

    pub(crate) fn replays(&self) -> &Replays {
        &self.0.replays
    }

    pub(crate) async fn accepting(&self) -> MutexGuard<'_, ()> {
        self.0.accepting.lock().await
    }

    /// Nothing more is taken, what waits fails, what runs may end.
    pub fn drain(&self) {
        self.0.ends_in_s.store(self.0.settings.drain.as_secs() + 1, Ordering::Relaxed);
        self.0.queue.drain();
    }

    /// What runs fails at its next step.
    pub fn abort(&self) {
        self.0.aborts.store(true, Ordering::Relaxed);
    }

    /// Seconds until a server that is ending has ended.
    pub(crate) fn draining(&self) -> Option<u64> {
        Some(self.0.ends_in_s.load(Ordering::Relaxed)).filter(|seconds| *seconds > 0)
    }

    /// Jobs that have not ended.
    #[must_use]
    pub fn unfinished(&self) -> usize {
        self.0.book.count_unfinished()
    }

    /// Jobs that have not ended fail; says how many.
    pub fn fail_unfinished(&self) -> usize {
        let (code, message) = words(Failure::CutShort);
        let unfinished = self.0.book.unfinished();
        for job in &unfinished {
            if let Err(error) = self.0.book.fail(&job.id, code, message.clone()) {
                log::error!("{error}");
            }
        }
        unfinished.len()
    }
}
