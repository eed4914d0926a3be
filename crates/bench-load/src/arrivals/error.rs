//! Numbers that no arrivals can have, with what to write instead.

use thiserror::Error;

use super::Length;

/// Seconds that a plan may last: a year, far beyond any test and far below what nanoseconds can count.
const MOST_S: f64 = 366.0 * 86_400.0;

/// Requests that a plan may hold.
const MOST_REQUESTS: f64 = 1e8;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ArrivalError {
    /// A number that has to be positive and finite.
    #[error("{field} {value} is not a positive number; write {instead}")]
    NotPositive {
        /// The field.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What could be there.
        instead: &'static str,
    },
    /// A number of seconds that is negative or not finite.
    #[error("{field} {value} is not a number of seconds; write 0 for none")]
    NotSeconds {
        /// The field.
        field: &'static str,
        /// Its value.
        value: f64,
    },
    /// All requests at once, and no number of them.
    #[error(
        "an infinite request rate needs a number of requests, not only a duration; set num_prompts"
    )]
    NoRequests,
    /// A ramp that should last as long as its requests, and no number of them.
    #[error("a ramp needs either its own duration or a number of requests; set one of them")]
    NoRampTime,
    /// No user.
    #[error("0 users send nothing; write at least 1")]
    NoUsers,
    /// A plan of no requests.
    #[error("num_prompts 0 sends nothing; write at least 1")]
    Nothing,
    /// Longer than a year.
    #[error(
        "a plan of {seconds:.0} s lasts longer than a year; raise the rate, or ask for fewer requests"
    )]
    TooLong {
        /// How long it would last.
        seconds: f64,
    },
    /// More requests than fit into memory.
    #[error("a plan of {requests:.0} requests is too large; lower the rate, or the duration")]
    TooMany {
        /// How many it would have.
        requests: f64,
    },
}

/// `value`, where it is positive and finite.
pub(super) fn positive(
    field: &'static str,
    value: f64,
    instead: &'static str,
) -> Result<f64, ArrivalError> {
    let is_positive = value.is_finite() && value > 0.0;
    is_positive.then_some(value).ok_or(ArrivalError::NotPositive { field, value, instead })
}

/// `value`, where it is a duration; 0 is one.
pub(super) fn seconds(field: &'static str, value: f64) -> Result<f64, ArrivalError> {
    let is_duration = value.is_finite() && value >= 0.0;
    is_duration.then_some(value).ok_or(ArrivalError::NotSeconds { field, value })
}

/// Holds that a plan is of some length, and of no more than can be kept.
pub(super) fn check_length(length: Length) -> Result<(), ArrivalError> {
    if let Some(seconds) = length.seconds() {
        not_too_long(positive("duration_s", seconds, "such as 60")?)?;
    }
    match length.requests() {
        Some(0) => Err(ArrivalError::Nothing),
        Some(requests) => not_too_many(requests as f64),
        None => Ok(()),
    }
}

/// Holds that a plan ends within a year.
pub(super) fn not_too_long(seconds: f64) -> Result<(), ArrivalError> {
    if seconds <= MOST_S { Ok(()) } else { Err(ArrivalError::TooLong { seconds }) }
}

/// Holds that a plan fits into memory.
pub(super) fn not_too_many(requests: f64) -> Result<(), ArrivalError> {
    if requests <= MOST_REQUESTS { Ok(()) } else { Err(ArrivalError::TooMany { requests }) }
}
