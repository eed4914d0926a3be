//! Requests that are fast enough.

use std::str::FromStr;

use thiserror::Error;

use super::{
    metric::{Metric, Origin, time_s},
    tokens::Tokens,
};
use crate::request::Request;

/// The largest latency of a good request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// Of what.
    pub metric: Metric,
    /// In milliseconds.
    pub at_most_ms: f64,
}

/// What no goal can be.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{text:?} is no goal; write ttft:MS, tpot:MS or e2el:MS, such as ttft:500")]
pub struct GoalError {
    text: String,
}

impl FromStr for Goal {
    type Err = GoalError;

    fn from_str(text: &str) -> Result<Self, GoalError> {
        let read = || {
            let (name, limit) = text.split_once(':')?;
            let known = [Metric::Ttft, Metric::Tpot, Metric::E2el];
            let metric = known.into_iter().find(|metric| metric.name() == name.trim())?;
            let at_most_ms: f64 = limit.trim().parse().ok()?;
            (at_most_ms > 0.0).then_some(Goal { metric, at_most_ms })
        };
        read().ok_or_else(|| GoalError { text: text.to_owned() })
    }
}

/// Goals of one load test.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Goals(pub Vec<Goal>);

impl Goals {
    /// Whether a request is ok and within all goals, counted from when it should have been sent. A
    /// request of one token has no time per token to be too long.
    pub(super) fn are_met(&self, request: &Request, tokens: &Tokens) -> bool {
        let meets = |goal: &Goal| {
            let time_s = time_s(request, tokens, goal.metric, Origin::Intended);
            match (goal.metric, time_s) {
                (_, Some(time_s)) => time_s * 1000.0 <= goal.at_most_ms,
                (Metric::Tpot, None) => tokens.output.is_some_and(|count| count <= 1),
                (_, None) => false,
            }
        };
        request.is_ok() && self.0.iter().all(meets)
    }
}
