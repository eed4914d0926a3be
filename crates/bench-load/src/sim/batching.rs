//! A batch that requests join and leave between steps: continuous batching, as engines of language
//! models have it (Yu et al., "Orca", OSDI 2022).
//!
//! Each step makes one token for every member. A step takes a base, a share for each member, and the
//! prompts of those that join with it. Steps between two events are alike, so they are one event: the
//! cost of a simulation is that of its requests, not of their tokens.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use super::{
    Detail, Duration, Server,
    machine::{Admission, Finished, Serve},
};
use crate::{arrivals::nanoseconds, random::Random};

/// The stream of a seed that lengths are drawn from.
const STREAM: u64 = 0x0062_6174_6368;

/// A batch and what its steps take.
#[derive(Debug, Clone, PartialEq)]
pub struct Batching {
    /// Members at most.
    pub most_members: usize,
    /// Seconds of a step, whoever is in it.
    pub step_s: f64,
    /// Seconds of a step more for each member.
    pub member_s: f64,
    /// Seconds that the prompt of a request adds to the step with which it joins.
    pub prompt_s: Duration,
    /// Tokens of an answer.
    pub tokens: Duration,
}

impl Batching {
    /// With a full batch, one request leaves and one joins every tokens / members steps.
    pub(super) fn capacity_rps(&self) -> f64 {
        let members = self.most_members as f64;
        let steps_s = self.tokens.mean() * (self.step_s + self.member_s * members);
        members / (steps_s + members * self.prompt_s.mean())
    }

    pub(super) fn slower_by(&self, factor: f64) -> Self {
        Self {
            step_s: self.step_s * factor,
            member_s: self.member_s * factor,
            prompt_s: self.prompt_s.times(factor),
            ..self.clone()
        }
    }
}

/// Steps that are alike.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Number of its first step.
    first: u64,
    steps: u64,
    start_ns: u64,
    step_ns: u64,
}

impl Stretch {
    fn end_ns(self) -> u64 {
        self.start_ns + self.steps * self.step_ns
    }

    /// When a step of it ends.
    fn end_of_ns(self, step: u64) -> u64 {
        self.start_ns + (step + 1 - self.first) * self.step_ns
    }
}

/// A member of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    /// The step that makes its last token.
    last_step: u64,
    request: usize,
    /// The step that made its first token.
    first_step: u64,
    first_ns: u64,
}

/// A batch in the middle of a simulation.
pub(super) struct Machine<'s> {
    server: &'s Server,
    batching: &'s Batching,
    random: Random,
    detail: Detail,
    /// Requests that wait, with the seconds of their prompts and their tokens.
    waiting: VecDeque<(usize, f64, u32)>,
    members: BinaryHeap<Reverse<Member>>,
    /// What is being computed; `None` while there is no member.
    current: Option<Stretch>,
    next_step: u64,
    /// What was computed, where tokens are kept.
    done: Vec<Stretch>,
}

impl<'s> Machine<'s> {
    pub(super) fn new(
        server: &'s Server,
        batching: &'s Batching,
        seed: u64,
        detail: Detail,
    ) -> Self {
        Self {
            server,
            batching,
            random: Random::new(seed, STREAM),
            detail,
            waiting: VecDeque::new(),
            members: BinaryHeap::new(),
            current: None,
            next_step: 0,
            done: Vec::new(),
        }
    }

    /// Lets requests join, and begins the steps up to the next event.
    fn begin(&mut self, now_ns: u64) {
        let mut prompts_s = 0.0;
        let before = self.members.len();
        let mut joined = Vec::new();
        while before + joined.len() < self.batching.most_members {
            let Some((request, prompt_s, tokens)) = self.waiting.pop_front() else { break };
            prompts_s += prompt_s;
            joined.push((request, tokens));
        }
        let members = before + joined.len();
        if members == 0 {
            self.current = None;
            return;
        }
        let batch_s = self.batching.step_s + self.batching.member_s * members as f64;
        let step_ns = nanoseconds((batch_s + prompts_s) * self.server.factor_at(now_ns)).max(1);
        let first = self.next_step;
        for (request, tokens) in &joined {
            let last_step = first + u64::from(*tokens) - 1;
            let first_ns = now_ns + step_ns;
            self.members.push(Reverse(Member {
                last_step,
                request: *request,
                first_step: first,
                first_ns,
            }));
        }
        let until_end = self.members.peek().map_or(1, |Reverse(next)| next.last_step + 1 - first);
        // the step with prompts in it is like no other, and a disturbance may end with any
        let is_alike = joined.is_empty() && self.server.disturbances.is_empty();
        let steps = if is_alike { until_end } else { 1 };
        self.current = Some(Stretch { first, steps, start_ns: now_ns, step_ns });
    }

    fn finish(&self, member: Member, end_ns: u64) -> Finished {
        let tokens_ns = match self.detail {
            Detail::Totals => Vec::new(),
            Detail::EveryToken => self.tokens_ns(member),
        };
        let tokens = (member.last_step - member.first_step + 1) as u32;
        Finished {
            request: member.request,
            first_ns: Some(member.first_ns),
            tokens_ns,
            end_ns,
            tokens,
        }
    }

    fn tokens_ns(&self, member: Member) -> Vec<u64> {
        let mut at =
            self.done.partition_point(|one| one.first + one.steps <= member.first_step + 1);
        let time = |step: u64| {
            while self.done[at].first + self.done[at].steps <= step {
                at += 1;
            }
            self.done[at].end_of_ns(step)
        };
        (member.first_step + 1..=member.last_step).map(time).collect()
    }
}

impl Serve for Machine<'_> {
    fn arrive(&mut self, request: usize, now_ns: u64) -> Admission {
        let prompt_s = self.batching.prompt_s.draw(&mut self.random);
        let tokens = self.batching.tokens.draw_count(&mut self.random);
        if self.server.most_waiting.is_some_and(|most| self.waiting.len() >= most) {
            return Admission::Refused;
        }
        self.waiting.push_back((request, prompt_s, tokens));
        match &mut self.current {
            None => self.begin(now_ns),
            Some(stretch) if self.members.len() < self.batching.most_members => {
                // it joins after the step that is being computed
                let begun = (now_ns - stretch.start_ns) / stretch.step_ns + 1;
                stretch.steps = stretch.steps.min(begun);
            }
            Some(_) => {}
        }
        Admission::Taken
    }

    fn next_event_ns(&self) -> Option<u64> {
        self.current.map(Stretch::end_ns)
    }

    fn advance(&mut self, now_ns: u64, finished: &mut Vec<Finished>) {
        let Some(stretch) = self.current else { return };
        self.next_step = stretch.first + stretch.steps;
        if self.detail == Detail::EveryToken {
            self.done.push(stretch);
        }
        while let Some(Reverse(next)) = self.members.peek() {
            if next.last_step >= self.next_step {
                break;
            }
            if let Some(Reverse(member)) = self.members.pop() {
                finished.push(self.finish(member, now_ns));
            }
        }
        self.begin(now_ns);
    }
}
