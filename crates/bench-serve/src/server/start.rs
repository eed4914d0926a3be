//! How a server starts: its queue, its device, and the jobs of the last server.

use std::{
    slice,
    sync::{Arc, Weak, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use tokio::sync::oneshot;

use crate::{
    app::{App, Ready},
    batching::{MemoryLimit, Mode},
    device,
    doubts::doubts,
    jobs::{self, Book},
    metrics::Metrics,
    model::{Modality, Model, Named, Source},
    openai::follow,
    queue::{self, Policy},
    settings::{Limits, Settings},
};

/// How often jobs are looked at whose time may be over.
const EXPIRY_TICK: Duration = Duration::from_secs(1);

/// A server that is starting.
#[derive(Debug)]
pub struct Served {
    named: Vec<Named>,
    limits: Limits,
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
        max_num_seqs: settings.limits.max_num_seqs,
        models: sources.iter().map(|source| source.id.clone()).collect(),
    };
    let (queue, desk, task) = queue::open(policy, Arc::clone(&metrics));
    tokio::spawn(task);
    tokio::spawn(expire(Arc::downgrade(&book)));
    let named = sources.iter().map(Named::of).collect();
    let (tell, loaded) = oneshot::channel();
    let device = {
        let (metrics, aborts) = (Arc::clone(&metrics), Arc::clone(&aborts));
        let memory = match settings.batching.mode {
            Mode::Dynamic => settings.batching.memory,
            Mode::Disabled => MemoryLimit::Off,
        };
        let run = move || device::run(sources, tell, desk, metrics, aborts, memory);
        thread::Builder::new().name("device".to_owned()).spawn(run)
    };
    let device = device.context("cannot start a thread for the device")?;
    let limits = settings.limits;
    let app = App::new(settings, queue, metrics, book, aborts);
    Ok((app, Served { named, limits, loaded, device }))
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

async fn expire(book: Weak<Book>) {
    loop {
        tokio::time::sleep(EXPIRY_TICK).await;
        let Some(book) = book.upgrade() else { return };
        // files are removed, which may take a while
        let _ = tokio::task::spawn_blocking(move || book.expire()).await;
    }
}

/// A server whose models are loaded.
#[derive(Debug)]
pub(super) struct Known {
    models: Vec<Model>,
    device: thread::JoinHandle<()>,
}

impl Served {
    /// Waits until the models are loaded.
    pub(super) async fn known(self) -> Result<Known> {
        let Self { named, limits, loaded, device } = self;
        let known = loaded.await.map_err(|_| anyhow!("the device's thread ended"))??;
        let models = named.into_iter().zip(known).map(|(named, (terms, found))| {
            let model = named.loaded(terms, found);
            model.cache_tokens(&limits)?;
            Ok(model)
        });
        Ok(Known { models: models.collect::<Result<_>>()?, device })
    }
}

impl App {
    /// Waits until the models are loaded; then jobs of the last server begin to wait again. What rules of
    /// batching can never match is returned in words.
    ///
    /// # Errors
    /// What kept a model from being loaded.
    pub async fn loaded(&self, served: Served) -> Result<(Vec<String>, thread::JoinHandle<()>)> {
        Ok(self.open(served.known().await?).await)
    }

    /// Requests are taken, and jobs of the last server begin to wait again.
    pub(super) async fn open(&self, known: Known) -> (Vec<String>, thread::JoinHandle<()>) {
        let Known { models, device } = known;
        let doubts = doubts(&self.settings().batching, &self.settings().limits, &models);
        self.set_ready(Ready { models, since: jobs::now() });
        self.resume().await;
        (doubts, device)
    }

    async fn resume(&self) {
        for job in self.book().unfinished() {
            let index = self.ready().ok().and_then(|ready| {
                ready.models.iter().position(|model| {
                    model.id == job.order.model
                        && model.modality == Modality::Videos
                        && model.terms.check(&job.order.request()).is_ok()
                })
            });
            let Some(index) = index else {
                let message =
                    format!("{} is not served any more, or takes no such request", job.order.model);
                if let Err(error) = self.book().fail(&job.id, "model_not_found", message) {
                    log::error!("{error}");
                }
                continue;
            };
            let Some(ticket) = self.submit_again(index, &job.order).await else { return };
            self.book().resume(&job.id, Arc::clone(&ticket.progress));
            let again = Instant::now();
            let ending = self.accepted(&job.order, slice::from_ref(&ticket), again);
            ending.name(&job.id);
            tokio::spawn(follow(self.clone(), job, ticket, ending, again));
        }
    }
}
