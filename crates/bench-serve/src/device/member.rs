//! A request on the device, and where its time goes.

use std::time::{Duration, Instant};

use bench_engine::State;

use super::timed::Timed;
use crate::{
    metrics::Metrics,
    queue::{Failure, Made, Timing, Work},
    signature::Signature,
};

/// A request on the device.
pub struct Member {
    pub work: Work,
    state: Option<State>,
    began: Instant,
    prepared: Duration,
    denoised: Duration,
    /// Its part of the device's time: a step of four is a quarter each.
    share: Duration,
    steps: u64,
    largest_batch: usize,
}

impl Member {
    /// A request that was prepared since `began`.
    pub fn of(work: Work, state: State, began: Instant) -> Self {
        let prepared = began.elapsed();
        Self {
            work,
            state: Some(state),
            began,
            prepared,
            denoised: Duration::ZERO,
            share: prepared,
            steps: 0,
            largest_batch: 1,
        }
    }

    pub fn signature(&self) -> Signature {
        self.work.signature
    }

    pub fn state(&mut self) -> &mut State {
        self.state.as_mut().expect("a member has a state until it is run again")
    }

    pub fn is_done(&self) -> bool {
        self.state.as_ref().is_some_and(State::is_done)
    }

    /// A step of `size` requests took so long. Says whether this is its first with others.
    pub fn stepped(&mut self, took: Duration, size: usize) -> bool {
        self.steps += 1;
        self.work.progress.reach(self.steps);
        self.denoised += took;
        self.share += took / u32::try_from(size).unwrap_or(u32::MAX);
        let is_first = self.largest_batch == 1 && size > 1;
        self.largest_batch = self.largest_batch.max(size);
        is_first
    }

    /// Why it is to leave now.
    pub fn why_go(&self, aborts: bool) -> Option<Failure> {
        match self.work.progress.is_cancelled() {
            true => Some(Failure::Cancelled),
            false => aborts.then_some(Failure::CutShort),
        }
    }

    /// The same without its state, whose memory is free.
    pub fn without_state(self) -> Self {
        Self { state: None, ..self }
    }

    /// Begins again; what was done so far was in vain, and is time in which it waited.
    pub fn begin_again(&mut self, state: State) {
        self.state = Some(state);
        (self.denoised, self.steps) = (Duration::ZERO, 0);
    }

    pub fn fail(self, failure: Failure) {
        // its memory is free before anybody hears
        drop(self.state);
        self.work.end(Err(failure));
    }

    /// Makes its output, tells whoever waits, and says what it took of the device's time.
    pub fn end(self, pipeline: &mut Timed, metrics: &Metrics) -> Duration {
        let finishing = Instant::now();
        let state = self.state.expect("a member that is done has a state");
        let made = pipeline.finish(state);
        let decoded = finishing.elapsed();
        let on_device = self.began.elapsed();
        let own = self.prepared + self.denoised + decoded;
        let timing = Timing {
            queue: self.began.saturating_duration_since(self.work.since),
            batch: on_device.saturating_sub(own),
            text_encoder: self.prepared,
            denoise: self.denoised,
            vae_decode: decoded,
            largest_batch: self.largest_batch,
        };
        if let Err(error) = &made {
            log::warn!("request {} failed at its end: {error:#}", self.work.id);
        }
        let outcome = made.map(|output| Made { output, timing });
        // whoever waits may look at counts at once
        metrics.left();
        self.work.end(outcome.map_err(|error| Failure::Failed(format!("{error:#}"))));
        self.share + decoded
    }
}
