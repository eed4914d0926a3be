//! The task that owns the line: it hears commands, and answers the device.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    Entry, Failure, Line, Pick, Refusal, Rules, Work,
    ends::{self, Answer, Ask, Command, Desk, Queue, Room},
};
use crate::{
    batching::{BatchLog, Batching, Cap, Mode, Profiling},
    metrics::Metrics,
    profile::Profile,
    signature::Signature,
};

/// Longest wait that a refused client is sent away for, in seconds; beyond, clients give up.
const MOST_RETRY_S: u64 = 120;

/// After how many measured steps metrics are told of them.
const TELL_EVERY: u64 = 8;

/// How the line is kept.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Requests that may wait.
    pub max_queue: usize,
    /// Which of them share batches.
    pub batching: Batching,
    /// Longest time between the wish to end and the end.
    pub drain: Duration,
    /// Sequences of a language model that are under way at once, at most.
    pub max_num_seqs: usize,
    /// Names of the models, in the order of their numbers.
    pub models: Vec<String>,
}

/// Opens a queue; its task ends when the device has been told to end.
pub fn open(policy: Policy, metrics: Arc<Metrics>) -> (Queue, Desk, impl Future<Output = ()>) {
    let (queue, desk, received) = ends::ends();
    let line = Line::new(policy.max_queue);
    let keeper = Keeper {
        line,
        policy,
        metrics,
        asked: None,
        share_s: None,
        drains_at: None,
        profile: Profile::default(),
        steps: 0,
        told: Vec::new(),
    };
    (queue, desk, keeper.run(received))
}

struct Keeper {
    line: Line<Work>,
    policy: Policy,
    metrics: Arc<Metrics>,
    asked: Option<Ask>,
    /// What a request takes of the device's time, in the mean of the last ones.
    share_s: Option<f64>,
    /// When the server will have ended.
    drains_at: Option<Instant>,
    profile: Profile,
    /// Steps that were measured.
    steps: u64,
    /// The largest batch of each shape, as it was logged.
    told: Vec<(Signature, usize)>,
}

impl Keeper {
    async fn run(mut self, mut received: mpsc::UnboundedReceiver<Command>) {
        let mut until = None;
        loop {
            let command = match until {
                None => received.recv().await,
                Some(at) => {
                    let at = tokio::time::Instant::from_std(at);
                    tokio::select! {
                        command = received.recv() => command,
                        () = tokio::time::sleep_until(at) => Some(Command::Look),
                    }
                }
            };
            let Some(command) = command else { return };
            self.hear(command);
            until = self.answer();
            self.metrics.set_waiting(self.line.waiting());
        }
    }

    fn hear(&mut self, command: Command) {
        match command {
            Command::Submit { works, limits, room, reply } => {
                let outcome = self.admit(works, limits, room);
                // a handler that has left drops its tickets, which cancels
                let _ = reply.send(outcome);
            }
            Command::Cancel(id) => {
                if let Some(entry) = self.line.remove(id) {
                    entry.work.end(Err(Failure::Cancelled));
                }
            }
            Command::Ask(ask) => self.asked = Some(ask),
            Command::Served(share) => {
                let share_s = share.as_secs_f64();
                let known = self.share_s.unwrap_or(share_s);
                self.share_s = Some(known + (share_s - known) / 8.0);
            }
            Command::Stepped(signature, size, took) => {
                if self.profiling(&signature) == Profiling::On {
                    self.profile.stepped(signature, size, took, Instant::now());
                    self.steps += 1;
                    if self.steps.is_multiple_of(TELL_EVERY) {
                        self.tell();
                    }
                }
            }
            Command::Memory(memory) => self.profile.limit(memory),
            Command::Used(signature, size, peak_mb) => {
                if self.profile.used(signature, size, peak_mb, Instant::now()) {
                    self.tell();
                }
            }
            Command::BatchFailed(signature, size) => {
                self.profile.failed(signature, size, Instant::now());
                self.tell();
            }
            Command::Look => {}
            Command::Drain => {
                self.drains_at.get_or_insert_with(|| Instant::now() + self.policy.drain);
                for entry in self.line.take_all() {
                    entry.work.end(Err(Failure::Stopped));
                }
            }
        }
    }

    /// Steps of sequences differ by what they have read, so that nothing is learnt from their times.
    fn profiling(&self, signature: &Signature) -> Profiling {
        let batching = &self.policy.batching;
        match batching.mode {
            Mode::Dynamic if !signature.is_of_text() => batching.profiling,
            _ => Profiling::Off,
        }
    }

    fn max_size(&self, signature: &Signature) -> usize {
        match signature.is_of_text() {
            true => self.policy.max_num_seqs,
            false => self.policy.batching.max_size,
        }
    }

    /// Hands what is known of shapes to metrics, and logs what has changed.
    fn tell(&mut self) {
        let limits = |signature: &Signature| (self.max_size(signature), self.profiling(signature));
        let known = self.profile.known(limits);
        for shape in &known {
            let told = self.told.iter_mut().find(|(signature, _)| *signature == shape.signature);
            match told {
                Some((_, most)) if *most == shape.most => continue,
                Some((_, most)) => *most = shape.most,
                None => self.told.push((shape.signature, shape.most)),
            }
            log::info!("{}", shape.in_words(&self.policy.models));
        }
        self.told.retain(|(signature, _)| known.iter().any(|shape| shape.signature == *signature));
        let known = known.into_iter();
        let named = known.map(|shape| (shape.labels(&self.policy.models), shape));
        self.metrics.set_shapes(named.collect());
    }

    fn admit(
        &mut self,
        works: Vec<Work>,
        limits: Vec<(Signature, Cap)>,
        room: Room,
    ) -> Result<(), Refusal> {
        if let Some(at) = self.drains_at {
            let left = at.saturating_duration_since(Instant::now());
            return Err(Refusal::Draining { retry_after_s: whole_seconds(left.as_secs_f64()) });
        }
        if room == Room::Needed && !self.line.has_room_for(works.len()) {
            // so long the device takes for as many as must begin before there is room
            let seconds = self.share_s.unwrap_or_default() * works.len() as f64;
            return Err(Refusal::Full { retry_after_s: whole_seconds(seconds) });
        }
        for (work, (signature, cap)) in works.into_iter().zip(limits) {
            let (id, since, tokens) = (work.id, work.since, work.tokens);
            let reasons = Vec::new();
            let overtaken = 0;
            self.line.push(Entry { id, signature, cap, tokens, since, overtaken, reasons, work });
        }
        Ok(())
    }

    /// Answers the device where that can be; else says until when it is to wait.
    fn answer(&mut self) -> Option<Instant> {
        let asked = self.asked.take()?;
        if self.drains_at.is_some() && asked.group.size == 0 {
            let _ = asked.answer.send(Answer::End);
            return None;
        }
        let now = Instant::now();
        let metrics = &self.metrics;
        let batching = &self.policy.batching;
        let next = self.line.next(&asked.group);
        let most = next
            .and_then(|next| self.profile.most(next, self.max_size(&next), self.profiling(&next)));
        let rules = Rules { batching, most };
        let pick = self.line.pick(asked.group, rules, now, |reason| {
            metrics.not_merged(reason);
        });
        match pick {
            Pick::Join(entries) => {
                let joined = entries.into_iter().map(|entry| self.begun(entry, now)).collect();
                if let Err(Answer::Join(works)) = asked.answer.send(Answer::Join(joined)) {
                    works.into_iter().for_each(|work| work.end(Err(Failure::CutShort)));
                }
                None
            }
            Pick::WaitUntil(at) => {
                self.asked = Some(asked);
                Some(at)
            }
            Pick::Nobody => {
                self.asked = Some(asked);
                None
            }
        }
    }

    fn begun(&self, entry: Entry<Work>, now: Instant) -> Work {
        let waited = now.saturating_duration_since(entry.since);
        self.metrics.begun(waited);
        if self.policy.batching.log == BatchLog::On {
            let reasons: Vec<&str> = entry.reasons.iter().map(|reason| reason.label()).collect();
            log::info!(
                "request {} begins: queue_wait_ms={} overtaken={} not_merged={}",
                entry.id,
                waited.as_millis(),
                entry.overtaken,
                if reasons.is_empty() { "-".to_owned() } else { reasons.join(",") }
            );
        }
        entry.work
    }
}

fn whole_seconds(seconds: f64) -> u64 {
    (seconds.ceil() as u64).clamp(1, MOST_RETRY_S)
}
