//! How many requests ended, and how.

use std::collections::BTreeMap;

use crate::{client::Run, outcome::Outcome, request::Request};

/// How many requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Were planned.
    pub planned: usize,
    /// Ended by themselves, well or not.
    pub ended: usize,
    /// Were running when the test was ended.
    pub given_up: usize,
    /// Ended how.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// Are ok and have no token.
    pub without_token: usize,
    /// Are ok and came whole rather than as a stream.
    pub not_streamed: usize,
}

pub(super) fn count(run: &Run) -> Count {
    let mut outcomes = BTreeMap::new();
    for request in &run.requests {
        *outcomes.entry(request.outcome()).or_default() += 1;
    }
    let ok_replies = || run.requests.iter().filter(|r| r.is_ok()).filter_map(Request::reply);
    Count {
        planned: run.planned,
        ended: run.requests.len(),
        given_up: run.sent.saturating_sub(run.requests.len()),
        outcomes,
        without_token: ok_replies().filter(|reply| reply.arrivals.is_empty()).count(),
        not_streamed: ok_replies().filter(|reply| reply.notes.is_not_streamed).count(),
    }
}
