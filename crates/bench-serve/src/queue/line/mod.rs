//! The waiting line: who comes next.
//!
//! In: requests in the order of their arrival, and the group that the device is computing. Out: those that
//! join it. The whole line is looked through; a request is overtaken by a stated number of later ones at
//! most. Nothing here knows threads or sockets.

use std::{collections::VecDeque, time::Instant};

use crate::{
    batching::{Batching, Cap, Mode},
    profile::Most,
    reason::Reason,
    signature::Signature,
};

/// A request that waits.
#[derive(Debug)]
pub struct Entry<W> {
    /// Its number.
    pub id: u64,
    /// What it may share a batch with.
    pub signature: Signature,
    /// How large its batch may get.
    pub cap: Cap,
    /// When it came.
    pub since: Instant,
    /// Later requests that began before it.
    pub overtaken: u32,
    /// Why it did not join, each reason once.
    pub reasons: Vec<Reason>,
    /// What is to be done.
    pub work: W,
}

/// What the device is computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Group {
    /// What its members have in common; `None` where there are none.
    pub signature: Option<Signature>,
    /// Members.
    pub size: usize,
}

/// What decides who joins.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'b> {
    /// As it is set.
    pub batching: &'b Batching,
    /// As it was found out of the group that is next, beside that.
    pub most: Option<Most>,
}

/// Who comes next.
#[derive(Debug)]
pub enum Pick<W> {
    /// These, now. There may be none where the device is computing.
    Join(Vec<Entry<W>>),
    /// Nobody before then, unless more come.
    WaitUntil(Instant),
    /// Nobody waits, and the device is idle.
    Nobody,
}

/// Requests that wait, the oldest first.
#[derive(Debug)]
pub struct Line<W> {
    entries: VecDeque<Entry<W>>,
    limit: usize,
}

impl<W> Line<W> {
    /// An empty line in which `limit` requests may wait.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { entries: VecDeque::new(), limit }
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.entries.len()
    }

    /// Whether so many more may wait.
    #[must_use]
    pub fn has_room_for(&self, count: usize) -> bool {
        self.entries.len() + count <= self.limit
    }

    /// A request comes; whoever calls has looked for room.
    pub fn push(&mut self, entry: Entry<W>) {
        self.entries.push_back(entry);
    }

    /// A request leaves, where it still waits.
    pub fn remove(&mut self, id: u64) -> Option<Entry<W>> {
        let index = self.entries.iter().position(|entry| entry.id == id)?;
        self.entries.remove(index)
    }

    /// All leave.
    pub fn take_all(&mut self) -> Vec<Entry<W>> {
        self.entries.drain(..).collect()
    }

    /// What those who begin next have in common.
    #[must_use]
    pub fn next(&self, group: &Group) -> Option<Signature> {
        group.signature.or_else(|| self.entries.front().map(|head| head.signature))
    }

    /// Who joins the group; `hear` is told of each new reason why somebody does not.
    pub fn pick(
        &mut self,
        group: Group,
        rules: Rules<'_>,
        now: Instant,
        mut hear: impl FnMut(Reason),
    ) -> Pick<W> {
        let Some(head) = self.entries.front() else {
            return if group.size == 0 { Pick::Nobody } else { Pick::Join(Vec::new()) };
        };
        let since = head.since;
        let signature = group.signature.unwrap_or(head.signature);
        let batching = rules.batching;
        let Scan { joining, is_full } = self.scan(signature, group.size, rules, &mut hear);
        let waits = group.size == 0 && !is_full && batching.mode == Mode::Dynamic;
        match waits.then(|| since.checked_add(batching.delay)).flatten() {
            Some(until) if now < until => Pick::WaitUntil(until),
            _ => Pick::Join(self.take(&joining)),
        }
    }

    fn scan(
        &mut self,
        signature: Signature,
        size: usize,
        rules: Rules<'_>,
        hear: &mut impl FnMut(Reason),
    ) -> Scan {
        let batching = rules.batching;
        let (mut joining, mut is_full, mut is_fair) = (Vec::new(), false, true);
        for (index, entry) in self.entries.iter_mut().enumerate() {
            let reason = match entry.signature.differs(&signature) {
                Some(reason) => Some(reason),
                None => entry.why_not(size + joining.len(), rules),
            };
            let reason = reason.or((!is_fair).then_some(Reason::Fairness));
            let Some(reason) = reason else {
                joining.push(index);
                is_full |= entry.why_not(size + joining.len(), rules).is_some();
                continue;
            };
            is_full |= reason.is_of_size();
            is_fair &= entry.overtaken < batching.max_overtaken;
            if !entry.reasons.contains(&reason) {
                entry.reasons.push(reason);
                hear(reason);
            }
        }
        // who waits may be overtaken so many times, also within one look
        self.keep_fair(&mut joining, batching.max_overtaken);
        Scan { joining, is_full }
    }

    /// Takes away the last that join, as far as somebody before them would be overtaken too often.
    fn keep_fair(&self, joining: &mut Vec<usize>, most: u32) {
        let mut before = 0;
        for (index, entry) in self.entries.iter().enumerate() {
            if joining.get(before) == Some(&index) {
                before += 1;
                continue;
            }
            let left = most.saturating_sub(entry.overtaken) as usize;
            joining.truncate(before.saturating_add(left));
        }
    }

    fn take(&mut self, joining: &[usize]) -> Vec<Entry<W>> {
        let mut later = joining.len();
        for (index, entry) in self.entries.iter_mut().enumerate() {
            match joining.contains(&index) {
                true => later -= 1,
                false => entry.overtaken += u32::try_from(later).unwrap_or(u32::MAX),
            }
        }
        let taken = joining.iter().rev().filter_map(|index| self.entries.remove(*index));
        let mut taken: Vec<Entry<W>> = taken.collect();
        taken.reverse();
        taken
    }
}

/// Who would join, by their places in the line.
struct Scan {
    joining: Vec<usize>,
    is_full: bool,
}

impl<W> Entry<W> {
    /// Why it cannot be one more of `size` that are like it. Alone it always can.
    fn why_not(&self, size: usize, rules: Rules<'_>) -> Option<Reason> {
        if size == 0 {
            return None;
        }
        let cost = self.signature.cost().saturating_mul(size as u64 + 1);
        match self.cap {
            _ if rules.batching.mode == Mode::Disabled => Some(Reason::Disabled),
            cap if size >= cap.size && cap.is_of_rule => Some(Reason::ConfigCap),
            cap if size >= cap.size => Some(Reason::Full),
            cap if cap.cost.is_some_and(|most| cost > most) => Some(Reason::CostBudget),
            _ => rules.most.filter(|most| size >= most.size).map(|most| most.reason),
        }
    }
}

#[cfg(test)]
mod tests;
