//! Replies of requests that a client sends again: it has lost the reply, not the wish.
//!
//! In: a request with its `Idempotency-Key`, or with the count of its attempts that OpenAI's clients send. Out:
//! the reply of its first attempt, be it still in the making; else a new one. Where two requests in the same
//! words were sent, a further attempt may mean either, and runs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, StatusCode};
use tokio::{sync::watch, task::AbortHandle};

use super::{ApiError, Kept, Result, only};
use crate::jobs::Owner;

/// How long a reply may be asked for again.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Bytes of all replies that are kept, at most.
const MOST_BYTES: usize = 64 << 20;
/// Replies that are kept, at most.
const MOST_ENTRIES: usize = 1024;
/// Header with a request's key.
const KEY: &str = "Idempotency-Key";
/// Header in which OpenAI's clients count the attempts that came before.
const RETRIES: &str = "x-stainless-retry-count";
/// Characters of a key.
const LONGEST_KEY: usize = 256;

/// An attempt at a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whose it is.
    pub owner: Owner,
    /// The key that the client gave it.
    pub key: Option<String>,
    /// How many attempts came before, where the client counts.
    pub retries: Option<u64>,
    /// Hash of route and fields.
    pub fingerprint: String,
}

impl Attempt {
    /// What headers say of it.
    pub fn of(headers: &HeaderMap, owner: Owner, fingerprint: String) -> Result<Self> {
        let key = only(headers, KEY)?;
        match key.map(str::len) {
            Some(0) => {
                let message = format!("{KEY} is empty; give it a value, or leave it out");
                return Err(ApiError::param(KEY, message));
            }
            Some(length) if length > LONGEST_KEY => {
                let message = format!("{KEY} is longer than {LONGEST_KEY} characters");
                return Err(ApiError::param(KEY, message));
            }
            _ => {}
        }
        let retries = only(headers, RETRIES)?.map(|count| {
            count.parse().map_err(|_| {
                let message = format!("{RETRIES} is {count:?}, but must be a whole number");
                ApiError::param(RETRIES, message)
            })
        });
        let retries = retries.transpose()?;
        Ok(Self { owner, key: key.map(str::to_owned), retries, fingerprint })
    }
}

/// The key belongs to another request.
pub fn key_reused() -> ApiError {
    let message = "this Idempotency-Key was used for another request; choose another key";
    ApiError::with_code(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message)
        .about(KEY)
        .finally()
}

/// Replies that may be asked for again.
#[derive(Debug, Default)]
pub struct Replays {
    entries: Mutex<HashMap<Name, Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Key(Owner, String),
    Words(Owner, String),
}

#[derive(Debug)]
struct Entry {
    fingerprint: String,
    began: Instant,
    reply: watch::Receiver<Option<Result<Kept>>>,
    /// Gone when nobody waits for it any more, where that ends it.
    waiters: Weak<AbortOnDrop>,
    /// Whether it goes on without anybody.
    goes_on: bool,
    /// Whether another request was sent in the same words.
    is_ambiguous: bool,
}

/// How an attempt goes on.
enum Entered<W> {
    /// By itself, kept for nobody.
    Alone(W),
    /// With all attempts at the same request.
    With(watch::Receiver<Option<Result<Kept>>>, Option<Arc<AbortOnDrop>>),
}

#[derive(Debug)]
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Replays {
    /// The reply of an attempt, which `work` makes where there is none.
    pub async fn run(
        &self,
        attempt: Attempt,
        work: impl Future<Output = Result<Kept>> + Send + 'static,
    ) -> Result<Kept> {
        let Attempt { owner, key, retries, fingerprint } = attempt;
        let name = match (key, retries) {
            (Some(key), _) => Name::Key(owner, key),
            (None, Some(_)) => Name::Words(owner, fingerprint.clone()),
            (None, None) => return work.await,
        };
        let is_first = retries == Some(0) && matches!(name, Name::Words(..));
        let (mut reply, _waiter) = match self.enter(&name, fingerprint, is_first, work)? {
            Entered::Alone(work) => return work.await,
            Entered::With(reply, waiter) => (reply, waiter),
        };
        let outcome = reply.wait_for(Option::is_some).await.map(|reply| (*reply).clone());
        let outcome = outcome.ok().flatten().unwrap_or_else(|| {
            Err(ApiError::internal("the generation ended without a reply; try again"))
        });
        if outcome.is_err() {
            // what failed may be tried again
            self.entries().remove(&name);
        }
        outcome
    }

    /// Joins the generation of an earlier attempt, or begins one.
    fn enter<W>(
        &self,
        name: &Name,
        fingerprint: String,
        is_first: bool,
        work: W,
    ) -> Result<Entered<W>>
    where
        W: Future<Output = Result<Kept>> + Send + 'static,
    {
        let mut entries = self.entries();
        prune(&mut entries);
        let Some(known) = entries.get_mut(name) else {
            let (entry, waiter) = begin(fingerprint, name, work);
            let reply = entry.reply.clone();
            entries.insert(name.clone(), entry);
            return Ok(Entered::With(reply, Some(waiter)));
        };
        known.is_ambiguous |= is_first;
        if known.is_ambiguous {
            return Ok(Entered::Alone(work));
        }
        if known.fingerprint != fingerprint {
            return Err(key_reused());
        }
        Ok(Entered::With(known.reply.clone(), known.waiters.upgrade()))
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Name, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin(
    fingerprint: String,
    name: &Name,
    work: impl Future<Output = Result<Kept>> + Send + 'static,
) -> (Entry, Arc<AbortOnDrop>) {
    let (sender, reply) = watch::channel(None);
    let task = tokio::spawn(async move {
        let outcome = work.await;
        sender.send_replace(Some(outcome));
    });
    let goes_on = matches!(name, Name::Key(..));
    let waiter = Arc::new(AbortOnDrop(task.abort_handle()));
    if goes_on {
        // as long as it takes
        let waiter = Arc::clone(&waiter);
        tokio::spawn(async move {
            let _ = task.await;
            drop(waiter);
        });
    }
    let waiters = Arc::downgrade(&waiter);
    let began = Instant::now();
    (Entry { fingerprint, began, reply, waiters, goes_on, is_ambiguous: false }, waiter)
}

/// Forgets what is old, what failed or nobody waited for, and the oldest of too many.
fn prune(entries: &mut HashMap<Name, Entry>) {
    entries.retain(|_, entry| {
        let is_alive = match &*entry.reply.borrow() {
            Some(outcome) => outcome.is_ok(),
            None => entry.goes_on || entry.waiters.strong_count() > 0,
        };
        is_alive && entry.began.elapsed() < WINDOW
    });
    let bytes = |entry: &Entry| match &*entry.reply.borrow() {
        Some(Ok(kept)) => kept.bytes_of_body(),
        _ => 0,
    };
    let mut total: usize = entries.values().map(bytes).sum();
    while total > MOST_BYTES || entries.len() >= MOST_ENTRIES {
        let ended = entries.iter().filter(|(_, entry)| entry.reply.borrow().is_some());
        let oldest = ended.min_by_key(|(_, entry)| entry.began).map(|(name, _)| name.clone());
        let Some(oldest) = oldest else { return };
        total -= entries.remove(&oldest).map_or(0, |entry| bytes(&entry));
    }
}

#[cfg(test)]
mod tests;
