//! What became of one request, as the search and the steady state look at it: the same for a real
//! server and for a simulated one.

use serde::{Deserialize, Serialize};

/// One request and its answer. Times are seconds after the start of the test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// When it should have been sent. Latency counts from here, so a client or a server that stalls is
    /// not excused from the requests that it kept waiting.
    pub scheduled_s: f64,
    /// When its answer ended, or it failed.
    pub ended_s: f64,
    /// Its answer; `None` where it failed, however.
    pub answer: Option<Answer>,
}

/// A full answer. Latencies are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// From the intended time to the first token; `None` where answers come as a whole.
    pub ttft_ms: Option<f64>,
    /// From the intended time to the end.
    pub e2el_ms: f64,
    /// Time per token after the first; `None` for fewer than two tokens.
    pub tpot_ms: Option<f64>,
    /// Gaps between tokens, where they are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub itl_ms: Vec<f64>,
    /// Tokens of the answer, or pictures, or frames.
    pub output_tokens: u32,
}

/// The largest number of requests that were under way at once.
#[must_use]
pub fn peak_concurrency(observations: &[Observation]) -> usize {
    let starts = observations.iter().map(|one| (one.scheduled_s, 1_i64));
    let ends = observations.iter().map(|one| (one.ended_s, -1));
    let mut changes: Vec<(f64, i64)> = starts.chain(ends).collect();
    // at one time, ends come first: a user who asks again at once is one user
    changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let under_way = changes.iter().scan(0, |sum, (_, change)| {
        *sum += change;
        Some(*sum)
    });
    usize::try_from(under_way.max().unwrap_or(0)).unwrap_or(0)
}
