//! What handlers share, and how it starts.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use axum::Router;
use tokio::sync::{MutexGuard, oneshot};

use crate::{
    batching::Batching,
    device,
    jobs::{self, Book},
    metrics::Metrics,
    model::{Kind, Model, Named, Source},
    openai::{self, Replays},
    order::Order,
    queue::{self, New, Policy, Queue, Refusal, Ticket},
    settings::Settings,
};

/// How often jobs are looked at whose time may be over.
const EXPIRY_TICK: Duration = Duration::from_secs(1);

/// What handlers share.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    queue: Queue,
    metrics: Arc<Metrics>,
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

/// A server that is starting.
#[derive(Debug)]
pub struct Served {
    named: Vec<Named>,
    loaded: oneshot::Receiver<device::Loaded>,
    device: thread::JoinHandle<()>,
}

/// Starts the queue and the device's thread, which begins to load. Tokio's runtime must be there.
///
/// # Errors
/// Where there is nothing to serve, two models have one name, or the folder of jobs cannot be used.
pub fn start(sources: Vec<Source>, settings: Settings) -> Result<(App, Served)> {
    check_names(&sources)?;
    let book = Arc::new(Book::open(&settings.jobs, settings.job_ttl)?);
    let (metrics, aborts) = (Arc::<Metrics>::default(), Arc::<AtomicBool>::default());
    let policy = Policy {
        max_queue: settings.limits.max_queue,
        batching: settings.batching.clone(),
        drain: settings.drain,
    };
    let (queue, desk, task) = queue::open(policy, Arc::clone(&metrics));
    tokio::spawn(task);
    tokio::spawn(expire(Arc::downgrade(&book)));
    let named = sources.iter().map(Named::of).collect();
    let (tell, loaded) = oneshot::channel();
    let device = {
        let (metrics, aborts) = (Arc::clone(&metrics), Arc::clone(&aborts));
        let run = move || device::run(sources, tell, desk, metrics, aborts);
        thread::Builder::new().name("device".to_owned()).spawn(run)
    };
    let device = device.context("cannot start a thread for the device")?;
    let app = App(Arc::new(Inner {
        settings,
        queue,
        metrics,
        book,
        replays: Replays::default(),
        ready: OnceLock::new(),
        aborts,
        ends_in_s: AtomicU64::new(0),
        accepting: tokio::sync::Mutex::default(),
    }));
    Ok((app, Served { named, loaded, device }))
}

fn check_names(sources: &[Source]) -> Result<()> {
    if sources.is_empty() {
        bail!("there is no model to serve; name a configuration");
    }
    for (index, source) in sources.iter().enumerate() {
        if sources[..index].iter().any(|other| other.id == source.id) {
            bail!("two models are called {}; requests could not name one of them", source.id);
        }
    }
    Ok(())
}

async fn expire(book: std::sync::Weak<Book>) {
    loop {
        tokio::time::sleep(EXPIRY_TICK).await;
        let Some(book) = book.upgrade() else { return };
        // files are removed, which may take a while
        let _ = tokio::task::spawn_blocking(move || book.expire()).await;
    }
}

impl App {
    /// All routes.
    #[must_use]
    pub fn router(&self) -> Router {
        openai::router(self.clone())
    }

    /// Waits until the models are loaded; then jobs of the last server begin to wait again. What rules of
    /// batching can never match is returned in words.
    ///
    /// # Errors
    /// What kept a model from being loaded.
    pub async fn loaded(&self, served: Served) -> Result<(Vec<String>, thread::JoinHandle<()>)> {
        let Served { named, loaded, device } = served;
        let known = loaded.await.map_err(|_| anyhow!("the device's thread ended"))??;
        let models = named.into_iter().zip(known);
        let models: Vec<Model> =
            models.map(|(named, (terms, found))| named.loaded(terms, found)).collect();
        let doubts = self.0.settings.batching.doubts(&models);
        let ready = Ready { models, since: jobs::now() };
        self.0.ready.set(ready).map_err(|_| anyhow!("the models were loaded twice"))?;
        self.resume().await;
        Ok((doubts, device))
    }

    async fn resume(&self) {
        for job in self.0.book.unfinished() {
            let index = self.ready().ok().and_then(|ready| {
                ready.models.iter().position(|model| {
                    model.id == job.order.model
                        && model.kind == Kind::Videos
                        && model.terms.check(&job.order.request()).is_ok()
                })
            });
            let Some(index) = index else {
                let message = format!("{} is not served any more, or takes no such request", job.order.model);
                if let Err(error) = self.0.book.fail(&job.id, "model_not_found", message) {
                    log::error!("{error}");
                }
                continue;
            };
            let tickets = self.0.queue.submit_again(vec![self.new(index, &job.order)]).await;
            let Ok(ticket) = tickets.map(|mut tickets| tickets.remove(0)) else { return };
            self.0.book.resume(&job.id, Arc::clone(&ticket.progress));
            tokio::spawn(openai::follow(self.clone(), job, ticket, Instant::now()));
        }
    }

    fn new(&self, model: usize, order: &Order) -> New {
        let signature = order.signature(model);
        let place = self.0.ready.get().map(|ready| &ready.models[model].surroundings);
        let batching: &Batching = &self.0.settings.batching;
        let cap = place.map_or(crate::batching::Cap::ONE, |place| batching.cap(&signature, place));
        New { signature, cap, request: order.request() }
    }

    /// Orders of a model begin to wait, all or none.
    pub(crate) async fn submit(
        &self,
        model: usize,
        orders: &[Order],
    ) -> std::result::Result<Vec<Ticket>, Refusal> {
        self.0.queue.submit(orders.iter().map(|order| self.new(model, order)).collect()).await
    }

    /// The models, where they are loaded.
    pub(crate) fn ready(&self) -> std::result::Result<&Ready, openai::ApiError> {
        self.0.ready.get().ok_or_else(openai::ApiError::loading)
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
        self.0.book.running()
    }

    /// Jobs that have not ended fail.
    pub fn fail_unfinished(&self) {
        let (code, message) = openai::words(queue::Failure::CutShort);
        for job in self.0.book.unfinished() {
            if let Err(error) = self.0.book.fail(&job.id, code, message.clone()) {
                log::error!("{error}");
            }
        }
    }
}
