//! The thread that owns the device: it loads the models, then steps what shares a batch.
//!
//! In: the queue's answers. Out: what each request made, and where its time went. Between two steps requests
//! join and leave. A request that fails, fails alone.

mod attempt;
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
use bench_engine::{Description, Pipeline, Terms};
use tokio::sync::oneshot;

use self::{attempt::attempt, member::Member, timed::Timed};
use crate::{
    metrics::Metrics,
    model::Source,
    queue::{Answer, Desk, Failure, Group, Work},
};

/// Encoded prompts that a model keeps; of the largest text encoders one is some 10 MB.
const KEPT_TEXTS: usize = 16;

/// What loading found out of each model.
pub type Loaded = Result<Vec<(Terms, Description)>>;

/// The device, with all that was loaded on it.
pub struct Device {
    pipelines: Vec<Timed>,
    desk: Desk,
    metrics: Arc<Metrics>,
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
) {
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
        let pipelines = pipelines.into_iter().map(Timed::of).collect();
        Device { pipelines, desk, metrics, aborts }.serve();
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
            self.metrics.set_running(members.len());
            let signature = members.first().map(Member::signature);
            let group = Group { signature, size: members.len() };
            match self.desk.ask(group) {
                Answer::End => return,
                Answer::Join(works) => {
                    for work in works {
                        members.extend(self.begin(work));
                    }
                }
            }
            self.metrics.set_running(members.len());
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
            Ok(state) => Some(Member::of(work, state, began)),
            Err(error) => {
                log::warn!("request {} failed as it began: {error:#}", work.id);
                work.end(Err(Failure::Failed(said(&error))));
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
                for member in &mut members {
                    if member.stepped(took, size) {
                        self.metrics.merged();
                    }
                }
                members
            }
            Err(error) if size == 1 => {
                log::warn!("a request failed: {error:#}");
                members.into_iter().for_each(|member| {
                    member.fail(Failure::Failed(said(&error)));
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

    /// From its beginning to its end, with nobody else: its state may have been damaged with others'.
    fn run_alone(&mut self, mut member: Member) -> Alone {
        if let Some(failure) = member.why_go(self.aborts.load(Ordering::Relaxed)) {
            member.fail(failure);
            return Alone::NotMade;
        }
        let pipeline = &mut self.pipelines[member.work.signature.model];
        match pipeline.prepare(&member.work.request) {
            Ok(state) => member.begin_again(state),
            Err(error) => {
                member.fail(Failure::Failed(said(&error)));
                return Alone::NotMade;
            }
        }
        while !member.is_done() {
            let pipeline = &mut self.pipelines[member.work.signature.model];
            let began = Instant::now();
            if let Err(error) = pipeline.step(&mut [member.state()]) {
                log::warn!("request {} failed alone: {error:#}", member.work.id);
                member.fail(Failure::Failed(said(&error)));
                return Alone::NotMade;
            }
            self.metrics.stepped(1);
            member.stepped(began.elapsed(), 1);
            if let Some(failure) = member.why_go(self.aborts.load(Ordering::Relaxed)) {
                member.fail(failure);
                return Alone::NotMade;
            }
        }
        self.end(member);
        Alone::Made
    }

    fn end_those_done(&mut self, members: Vec<Member>) -> Vec<Member> {
        let (done, others) = members.into_iter().partition(Member::is_done);
        let done: Vec<Member> = done;
        done.into_iter().for_each(|member| self.end(member));
        others
    }

    fn end(&mut self, member: Member) {
        let pipeline = &mut self.pipelines[member.work.signature.model];
        let share = member.end(pipeline, &self.metrics);
        self.desk.served(share);
    }
}

/// What became of a member of a batch that failed, once it ran alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alone {
    /// Its steps were done.
    Made,
    /// It failed, or nobody wanted it any more.
    NotMade,
}

/// What a client hears of a failure.
fn said(error: &anyhow::Error) -> String {
    format!("{error:#}")
}
