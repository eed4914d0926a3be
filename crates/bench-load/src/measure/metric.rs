//! Latencies of one request.

use std::fmt;

use super::tokens::Tokens;
use crate::request::Request;

/// A latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Time to first token: reasoning, a tool call or an answer.
    Ttft,
    /// Time to the first token of the answer, after any reasoning.
    Ttfat,
    /// Time per output token after the first: (E2EL − TTFT) / (tokens − 1).
    Tpot,
    /// Between two chunks with text, as `vllm bench serve` has it.
    Itl,
    /// Between two tokens: the time between two chunks, shared among the tokens of the later one.
    ItlPerToken,
    /// To the end of the reply.
    E2el,
}

impl Metric {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] =
        [Self::Ttft, Self::Ttfat, Self::Tpot, Self::Itl, Self::ItlPerToken, Self::E2el];

    /// Its name in keys and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ttft => "ttft",
            Self::Ttfat => "ttfat",
            Self::Tpot => "tpot",
            Self::Itl => "itl",
            Self::ItlPerToken => "itl_per_token",
            Self::E2el => "e2el",
        }
    }

    /// Whether each request has one value, so that a failed one counts as infinite.
    #[must_use]
    pub const fn is_of_a_request(self) -> bool {
        !matches!(self, Self::Itl | Self::ItlPerToken)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// From when a latency counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// When the request should have been sent.
    Intended,
    /// When the client began to send it.
    Sent,
}

/// A latency of a request that is ok, in seconds; `None` where it has none, such as a TPOT of one token,
/// or where it is not known.
#[must_use]
pub fn time_s(request: &Request, tokens: &Tokens, metric: Metric, origin: Origin) -> Option<f64> {
    let from_s = match origin {
        Origin::Intended => request.intended_s,
        Origin::Sent => request.sent_s,
    };
    match metric {
        Metric::Ttft => Some(request.first_token_s()? - from_s),
        Metric::Ttfat => Some(request.first_answer_s()? - from_s),
        Metric::E2el => Some(request.end_s - from_s),
        // a reply that came whole shows no time between its tokens
        Metric::Tpot if request.reply()?.notes.is_not_streamed => None,
        Metric::Tpot => {
            let after_first = tokens.output?.checked_sub(1).filter(|count| *count > 0)?;
            Some((request.end_s - request.first_token_s()?) / after_first as f64)
        }
        Metric::Itl | Metric::ItlPerToken => None,
    }
}
