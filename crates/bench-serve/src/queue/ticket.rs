//! A request on its way: what a handler holds, and what the device gets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bench_engine::{Output, Request, TokenEvent};
use tokio::sync::{mpsc, oneshot};

use super::ends::Command;
use crate::{batching::Cap, signature::Signature};

/// A request that is to wait.
#[derive(Debug, Clone)]
pub struct New {
    /// What it may share a batch with.
    pub signature: Signature,
    /// How large its batch may get.
    pub cap: Cap,
    /// What is asked of the model.
    pub request: Request,
    /// Tokens that its sequence may grow to; 0 where the model makes pictures.
    pub tokens: u64,
}

/// What the device gets.
#[derive(Debug)]
pub struct Work {
    /// Its number.
    pub id: u64,
    /// What it has in common with its batch.
    pub signature: Signature,
    /// What is asked of the model.
    pub request: Request,
    /// Tokens that its sequence may grow to; 0 where the model makes pictures.
    pub tokens: u64,
    /// When it came.
    pub since: Instant,
    /// How far it is, and whether it is still wanted.
    pub progress: Arc<Progress>,
    /// Who waits for it.
    pub waiter: Waiter,
}

/// Who waits for a request; nobody may.
#[derive(Debug)]
pub struct Waiter {
    tokens: mpsc::UnboundedSender<TokenEvent>,
    outcome: oneshot::Sender<Outcome>,
}

impl Waiter {
    /// Tells a token.
    pub fn hear(&self, token: TokenEvent) {
        let _ = self.tokens.send(token);
    }
}

impl Work {
    /// Tells whoever waits; nobody may.
    pub fn end(self, outcome: Outcome) {
        let _ = self.waiter.outcome.send(outcome);
    }
}

/// How far a request is.
#[derive(Debug, Default)]
pub struct Progress {
    has_begun: AtomicBool,
    is_cancelled: AtomicBool,
    steps: AtomicU64,
    /// Its number, and the queue in which it may still wait.
    place: Option<(u64, mpsc::UnboundedSender<Command>)>,
}

impl Progress {
    /// The device has it.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
    }

    /// A number of steps are done.
    pub fn reach(&self, steps: u64) {
        self.steps.fetch_max(steps, Ordering::Relaxed);
    }

    /// Nobody wants it any more.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
        if let Some((id, queue)) = &self.place {
            // a queue that has ended has nothing to cancel
            let _ = queue.send(Command::Cancel(*id));
        }
    }

    /// Whether the device has it.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Whether nobody wants it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Steps that are done.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }
}

/// What became of a request.
pub type Outcome = Result<Made, Failure>;

/// What a request made.
#[derive(Debug)]
pub struct Made {
    /// Pictures or frames.
    pub output: Output,
    /// Where its time went.
    pub timing: Timing,
}

/// Where the time of a request went, from its arrival to its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    /// It waited for the device.
    pub queue: Duration,
    /// It waited while the device began or ended others of its batch.
    pub batch: Duration,
    /// Its words were encoded; of a language model, its prompt was read.
    pub text_encoder: Duration,
    /// It was denoised, or decoded token by token, be it with others.
    pub denoise: Duration,
    /// Its latents were decoded.
    pub vae_decode: Duration,
    /// The largest batch that it was in.
    pub largest_batch: usize,
}

/// Why a request made nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nobody wanted it any more.
    Cancelled,
    /// The server ended before it began.
    Stopped,
    /// The server ended before it was done.
    CutShort,
    /// The model failed, for this reason.
    Failed(String),
}

/// What a handler holds of a request. Without it, the request is cancelled.
#[derive(Debug)]
pub struct Ticket {
    /// How far it is.
    pub progress: Arc<Progress>,
    tokens: mpsc::UnboundedReceiver<TokenEvent>,
    outcome: oneshot::Receiver<Outcome>,
    _guard: CancelOnDrop,
}

impl Ticket {
    pub(super) fn of(
        id: u64,
        queue: mpsc::UnboundedSender<Command>,
    ) -> (Self, Arc<Progress>, Waiter) {
        let progress = Arc::new(Progress { place: Some((id, queue)), ..Progress::default() });
        let (sender, outcome) = oneshot::channel();
        // a context bounds how many there are
        let (told, tokens) = mpsc::unbounded_channel();
        let guard = CancelOnDrop(Arc::clone(&progress));
        let ticket = Self { progress: Arc::clone(&progress), tokens, outcome, _guard: guard };
        (ticket, progress, Waiter { tokens: told, outcome: sender })
    }

    /// Its next token; `None` when it has ended.
    pub fn poll_token(&mut self, context: &mut Context<'_>) -> Poll<Option<TokenEvent>> {
        self.tokens.poll_recv(context)
    }

    /// Waits for what becomes of it.
    pub async fn outcome(mut self) -> Outcome {
        // who drops the sender has ended without a word
        (&mut self.outcome).await.unwrap_or(Err(Failure::CutShort))
    }
}

#[derive(Debug)]
struct CancelOnDrop(Arc<Progress>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
