//! How a request ended.

use std::fmt;

use serde::Serialize;

/// How a request ended. Everything but [`Outcome::Ok`] is a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered in full.
    Ok,
    /// Refused by its status.
    HttpError,
    /// Accepted by its status, then answered with an error or with what is no answer.
    InBandError,
    /// The answer stopped before its end.
    Truncated,
    /// Not answered in full within the time that a request has.
    Timeout,
    /// No answer: no connection, or one that broke before a status came.
    Connection,
}

impl Outcome {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::HttpError,
        Self::InBandError,
        Self::Truncated,
        Self::Timeout,
        Self::Connection,
    ];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::HttpError => "http_error",
            Self::InBandError => "in_band_error",
            Self::Truncated => "truncated",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How it ended; never [`Outcome::Ok`].
    pub outcome: Outcome,
    /// The reason in one line, as the server or the system words it.
    pub reason: String,
}

/// Longest reason that is kept, in characters.
const LONGEST_REASON: usize = 300;

impl Problem {
    /// With its reason on one line, and not longer than a reader wants.
    #[must_use]
    pub fn new(outcome: Outcome, reason: &str) -> Self {
        let mut words = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = words.char_indices().nth(LONGEST_REASON) {
            words.truncate(end);
            words.push('…');
        }
        Self { outcome, reason: words }
    }
}
