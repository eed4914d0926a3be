//! The thread that owns the device: it loads the models, then steps what shares a batch.
//!
//! In: the queue's answers. Out: what each request made, and where its time went. Between two steps requests
//! join and leave. A request that fails, fails alone.

mod alone;
mod attempt;
mod gauge;
mod member;
mod timed;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use anyhow::{Context, Result};
use bench_engine::{Description, Pipeline, Request, Terms, TextPrompt};
use tokio::sync::oneshot;

use self::{alone::Alone, attempt::attempt, gauge::Gauge, member::Member, timed::Timed};
use crate::{
    batching::MemoryLimit,
    metrics::Metrics,
    model::Source,
    queue::{Answer, Desk, Failure, Group, Work},
    signature::Signature,
};

/// Encoded prompts that a model keeps; of the largest text encoders one is some 10 MB.
const KEPT_TEXTS: usize = 16;

/// What loading found out of each model.
pub type Loaded = Result<Vec<(Terms, Description)>>;

/// The device, with all that was loaded on it.
pub struct Device {
    pipelines: Vec<Timed>,
    /// Their names.
    names: Vec<String>,
    desk: Desk,
    metrics: Arc<Metrics>,
    gauge: Gauge,
    /// Set when what is being computed is to end too.
    aborts: Arc<AtomicBool>,
}

/// Loads the models, tells, then serves until the queue ends.
pub fn run(
    sources: Vec<Source>,
    tell: oneshot::Sender<Loaded>,
    desk: Desk,
    metrics: Arc<Metrics>,
    aborts: Arc<AtomicBool>,
    memory: MemoryLimit,
) {
    let gpu_memory_gb = sources.first().and_then(|source| source.gpu_memory_gb);
    let names = sources.iter().map(|source| source.id.clone()).collect();
    let pipelines = match load(sources) {
        Ok(pipelines) => pipelines,
        Err(error) => {
            // who does not listen has ended
            let _ = tell.send(Err(error));
            return;
        }
    };
    let known = pipelines.iter().map(|p| (p.terms(), p.description().clone())).collect();
    if tell.send(Ok(known)).is_ok() {
        let pipelines: Vec<Timed> = pipelines.into_iter().map(Timed::of).collect();
        let (gauge, memory) = Gauge::of(&pipelines, memory, gpu_memory_gb);
        if let Some(memory) = memory {
            desk.limit_memory(memory);
        }
        Device { pipelines, names, desk, metrics, gauge, aborts }.serve();
    }
}

fn load(sources: Vec<Source>) -> Result<Vec<Box<dyn Pipeline>>> {
    let load = |source: Source| {
        let Source { id, load, .. } = source;
        let loaded = attempt(load).with_context(|| format!("loading {id} failed"));
        loaded.map(|mut pipeline| {
            pipeline.keep_texts(KEPT_TEXTS);
            pipeline
        })
    };
    sources.into_iter().map(load).collect()
}

impl Device {
    fn serve(mut self) {
        let mut members: Vec<Member> = Vec::new();
        loop {
            self.let_go(&mut members);
            let group = group(&members);
            self.metrics.set_running(members.len());
            self.metrics.set_cache_tokens(group.tokens);
            match self.desk.ask(group) {
                Answer::End => return,
                Answer::Join(works) => {
                    self.gauge.begin();
                    for work in works {
                        members.extend(self.begin(work));
                    }
                }
            }
            self.metrics.set_running(members.len());
            self.metrics.set_cache_tokens(group_tokens(&members));
            members = self.end_those_done(members);
            members = self.step(members);
            members = self.end_those_done(members);
            self.metrics.set_running(members.len());
        }
    }

    /// Lets those go that nobody wants, and all where the server ends.
    fn let_go(&self, members: &mut Vec<Member>) {
        let aborts = self.aborts.load(Ordering::Relaxed);
        for index in (0..members.len()).rev() {
            if let Some(failure) = members[index].why_go(aborts) {
                members.remove(index).fail(failure);
            }
        }
    }

    /// A request that is ready for its first step; `None` where it failed.
    fn begin(&mut self, work: Work) -> Option<Member> {
        if work.progress.is_cancelled() {
            work.end(Err(Failure::Cancelled));
            return None;
        }
        work.progress.begin();
        let began = Instant::now();
        let pipeline = &mut self.pipelines[work.signature.model];
        match pipeline.prepare(&work.request) {
            Ok(state) => {
                let model = &self.names[work.signature.model];
                self.metrics.prompted(model, prompt_tokens(&work.request));
                self.tell(Member::of(work, state, began))
            }
            Err(error) => {
                log::warn!("request {} failed as it began: {error:#}", work.id);
                work.end(Err(Failure::Failed(for_client(&error))));
                None
            }
        }
    }

    /// Tells a member's new tokens; `None` where that made it fail.
    fn tell(&mut self, mut member: Member) -> Option<Member> {
        let model = member.work.signature.model;
        match member.tell(&mut self.pipelines[model]) {
            Ok(count) => {
                self.metrics.generated(&self.names[model], count);
                Some(member)
            }
            Err(error) => {
                log::warn!("request {} failed: {error:#}", member.work.id);
                member.fail(Failure::Failed(for_client(&error)));
                None
            }
        }
    }

    fn step(&mut self, mut members: Vec<Member>) -> Vec<Member> {
        let Some(first) = members.first() else { return members };
        let pipeline = &mut self.pipelines[first.signature().model];
        let began = Instant::now();
        let mut states: Vec<_> = members.iter_mut().map(Member::state).collect();
        let stepped = pipeline.step(&mut states);
        let (took, size) = (began.elapsed(), members.len());
        self.metrics.stepped(size);
        let signature = members[0].signature();
        match stepped {
            Ok(()) => {
                self.desk.stepped(signature, size, took);
                self.note_memory(signature, size);
                for member in &mut members {
                    if member.stepped(took, size) {
                        self.metrics.merged();
                    }
                }
                members.into_iter().filter_map(|member| self.tell(member)).collect()
            }
            Err(error) if size == 1 => {
                log::warn!("a request failed: {error:#}");
                members.into_iter().for_each(|member| {
                    member.fail(Failure::Failed(for_client(&error)));
                });
                Vec::new()
            }
            Err(error) => {
                log::warn!("a step of {size} requests failed, each runs alone: {error:#}");
                // all memory is free before the first begins again
                let members: Vec<Member> = members.into_iter().map(Member::without_state).collect();
                let alone: Vec<Alone> =
                    members.into_iter().map(|member| self.run_alone(member)).collect();
                if alone.iter().all(|alone| *alone == Alone::Made) {
                    // none of them is at fault: together they are too many, for memory at the most
                    self.desk.batch_failed(signature, size);
                }
                Vec::new()
            }
        }
    }

    fn end_those_done(&mut self, members: Vec<Member>) -> Vec<Member> {
        let size = members.len();
        let (done, others) = members.into_iter().partition(Member::is_done);
        let done: Vec<Member> = done;
        let Some(signature) = done.first().map(Member::signature) else { return others };
        self.gauge.begin();
        done.into_iter().for_each(|member| self.end(member));
        self.note_memory(signature, size);
        others
    }

    /// Tells the queue how much memory was in use while so many requests were under way. That of text has a cache
    /// of a stated size.
    fn note_memory(&self, signature: Signature, size: usize) {
        if let Some(peak_mb) = self.gauge.peak_mb().filter(|_| !signature.is_of_text()) {
            self.desk.used(signature, size, peak_mb);
        }
    }

    fn end(&mut self, member: Member) {
        let pipeline = &mut self.pipelines[member.work.signature.model];
        let share = member.end(pipeline, &self.metrics);
        self.desk.served(share);
    }
}

/// What its members have in common.
fn group(members: &[Member]) -> Group {
    let signature = members.first().map(Member::signature);
    Group { signature, size: members.len(), tokens: group_tokens(members) }
}

fn group_tokens(members: &[Member]) -> u64 {
    members.iter().map(|member| member.work.tokens).sum()
}

/// Tokens of a prompt; handlers have made them.
fn prompt_tokens(request: &Request) -> usize {
    match request.text.as_ref().map(|text| &text.prompt) {
        Some(TextPrompt::Tokens(tokens)) => tokens.len(),
        _ => 0,
    }
}

/// What a client hears of a failure.
fn for_client(error: &anyhow::Error) -> String {
    format!("{error:#}")
}
