//! When requests are sent: a kind of arrivals, a length and a seed in; a [`Plan`] out.
//!
//! Open arrivals come at their times whether or not earlier requests have been answered; closed ones
//! come from users who wait for their answers.
//!
//! **What a rate means.** `rate_rps` is the rate of the process, and the gaps between requests are used
//! as they are drawn. A Poisson schedule of N requests therefore takes about N / rate seconds, not
//! exactly: its own rate scatters by 1/√N (3 % at 1,000 requests), as that of independent users does.
//! `vllm bench serve` stretches its gaps until the last request is at exactly N / rate, which makes
//! gaps depend on each other and hides how long the tail of a short schedule is. Nothing is stretched
//! here; [`Schedule::offered_rps`] says what a schedule offers, for the result to show beside the rate
//! that was asked for.
//!
//! The first request is sent at 0, and each one after it a gap later: a rate of one a minute does not
//! begin with a minute of silence.

mod error;
#[cfg(test)]
mod goodness;
mod open;
mod rate;
mod schedule;
mod spacing;
#[cfg(test)]
mod tests;
pub mod trace;
mod users;

pub use error::ArrivalError;
pub use rate::{RampShape, RampTime, Rate};
pub(crate) use schedule::nanoseconds;
pub use schedule::{PlannedRequest, Schedule};
pub use spacing::Spacing;
pub use trace::Trace;
pub use users::{Think, Users};

/// How requests arrive.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// At a rate, whatever the server does.
    Open {
        /// Requests per second, which may change over time.
        rate: Rate,
        /// How the gaps scatter around it.
        spacing: Spacing,
    },
    /// All requests at 0: `--request-rate inf`.
    AllAtOnce,
    /// From users who each wait for their answer, then think, then ask again.
    Closed {
        /// How many.
        users: usize,
        /// How long they think.
        think: Think,
    },
    /// At the times of a recorded trace.
    Trace {
        /// The trace.
        trace: Trace,
        /// How much faster than recorded: 2 halves every gap, 1 is as recorded.
        speed: f64,
    },
}

/// Where a plan ends: at whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    /// After this many requests.
    Requests(usize),
    /// Before this many seconds.
    Seconds(f64),
    /// After this many requests, or before this many seconds.
    Either {
        /// At most this many requests.
        requests: usize,
        /// No request at or after this time.
        seconds: f64,
    },
}

impl Length {
    /// Requests it allows.
    #[must_use]
    pub fn requests(self) -> Option<usize> {
        match self {
            Self::Requests(requests) | Self::Either { requests, .. } => Some(requests),
            Self::Seconds(_) => None,
        }
    }

    /// Seconds it allows.
    #[must_use]
    pub fn seconds(self) -> Option<f64> {
        match self {
            Self::Seconds(seconds) | Self::Either { seconds, .. } => Some(seconds),
            Self::Requests(_) => None,
        }
    }
}

/// What a load test sends, and when.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Requests with their times.
    Open(Schedule),
    /// Users with their pauses.
    Closed(Users),
}

/// The plan of a kind of arrivals. The same arguments give the same plan, bit for bit, on every platform.
///
/// # Errors
/// When a number cannot be one of its kind, names the field, the value and what would be allowed.
pub fn plan(arrivals: &Arrivals, length: Length, seed: u64) -> Result<Plan, ArrivalError> {
    error::check_length(length)?;
    match arrivals {
        Arrivals::Open { rate, spacing } => {
            open::schedule(rate, *spacing, length, seed).map(Plan::Open)
        }
        Arrivals::AllAtOnce => {
            let requests = length.requests().ok_or(ArrivalError::NoRequests)?;
            Ok(Plan::Open(Schedule::all_at_once(requests)))
        }
        Arrivals::Closed { users, think } => {
            Users::new(*users, *think, length, seed).map(Plan::Closed)
        }
        Arrivals::Trace { trace, speed } => trace.schedule(length, *speed).map(Plan::Open),
    }
}
