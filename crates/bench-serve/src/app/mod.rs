//! What handlers share.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use bench_engine::Request;
use tokio::sync::MutexGuard;

use crate::{
    batching::Cap,
    board::{Board, UnderWay},
    ending::{Ending, Listeners},
    jobs::Book,
    ledger::{Keeping, Ledger, Wanted},
    metrics::Metrics,
    model::Model,
    order::Order,
    queue::{Failure, New, Queue, Refusal, Ticket},
    replies::{ApiError, Replays, Result, words},
    settings::Settings,
    signature::Signature,
};

/// What handlers share.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    queue: Queue,
    listeners: Listeners,
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
            listeners: Listeners { metrics, ledger, board: Arc::default() },
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
        New { signature, cap, request: order.request(), tokens: 0 }
    }

    /// A request to a language model, whose sequence may grow to so many tokens.
    pub(crate) fn text_request(&self, model: usize, request: Request, tokens: u64) -> New {
        let signature = Signature::of_text(model);
        let settings = &self.0.settings;
        let cap = self.0.ready.get().map_or(Cap::ONE, |ready| {
            let model = &ready.models[model];
            // it was looked at when the model was loaded
            let room = model.cache_tokens(&settings.limits).unwrap_or_default();
            let limits = (settings.limits.max_num_seqs, room);
            settings.batching.cap_of_text(&signature, &model.surroundings, limits)
        });
        New { signature, cap, request, tokens }
    }

    /// Requests begin to wait, all or none.
    pub(crate) async fn submit_new(
        &self,
        new: Vec<New>,
    ) -> std::result::Result<Vec<Ticket>, Refusal> {
        self.0.queue.submit(new).await
    }

    /// Orders of a model begin to wait, all or none.
    pub(crate) async fn submit(
        &self,
        model: usize,
        orders: &[Order],
    ) -> std::result::Result<Vec<Ticket>, Refusal> {
        self.submit_new(orders.iter().map(|order| self.request(model, order)).collect()).await
    }

    /// An order that was taken before waits again, room or not.
    pub(crate) async fn submit_again(&self, model: usize, order: &Order) -> Option<Ticket> {
        let tickets = self.0.queue.submit_again(vec![self.request(model, order)]).await;
        tickets.ok()?.pop()
    }

    /// A request that the queue has taken, `arrived` being when it came.
    pub(crate) fn accepted(&self, order: &Order, tickets: &[Ticket], arrived: Instant) -> Ending {
        self.accepted_as(Wanted::Picture(order.clone()), tickets, arrived)
    }

    /// The same, whatever it asked for; with a ticket for each output.
    pub(crate) fn accepted_as(
        &self,
        wanted: Wanted,
        tickets: &[Ticket],
        arrived: Instant,
    ) -> Ending {
        let progress = tickets.iter().map(|ticket| Arc::clone(&ticket.progress)).collect();
        let outputs = tickets.len() as u64;
        let request = UnderWay { wanted, outputs, arrived, progress, video: None };
        Ending::of(self.0.listeners.clone(), request)
    }

    /// What was served and nobody has taken yet.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.0.listeners.ledger
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
        &self.0.listeners.metrics
    }

    /// Requests under way, and the last that ended.
    pub(crate) fn board(&self) -> &Board {
        &self.0.listeners.board
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
