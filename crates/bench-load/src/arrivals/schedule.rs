//! Requests with the times at which they should be sent.

use serde::{Deserialize, Serialize};

/// One request of a schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRequest {
    /// When it should be sent, after the start of the test.
    pub at_ns: u64,
    /// Tokens of its prompt, where a trace says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u32>,
    /// Tokens of its answer, where a trace says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u32>,
    /// The blocks of its prompt, where a trace names them: equal ids are equal text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hash_ids: Vec<u64>,
}

/// Requests in the order of their times, which never go backwards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    requests: Vec<PlannedRequest>,
}

impl Schedule {
    /// Requests at these seconds, put in order.
    #[must_use]
    pub fn at(times_s: &[f64]) -> Self {
        let request =
            |at_s: &f64| PlannedRequest { at_ns: nanoseconds(*at_s), ..Default::default() };
        Self::new(times_s.iter().map(request).collect())
    }

    /// Requests at 0.
    #[must_use]
    pub fn all_at_once(requests: usize) -> Self {
        Self { requests: vec![PlannedRequest::default(); requests] }
    }

    /// These requests, put in order; those of one time stay in the order that they have.
    #[must_use]
    pub fn new(mut requests: Vec<PlannedRequest>) -> Self {
        requests.sort_by_key(|request| request.at_ns);
        Self { requests }
    }

    /// The requests, the earliest first.
    #[must_use]
    pub fn requests(&self) -> &[PlannedRequest] {
        &self.requests
    }

    /// From the first request to the last.
    #[must_use]
    pub fn span_s(&self) -> f64 {
        let ends = self.requests.first().zip(self.requests.last());
        ends.map_or(0.0, |(first, last)| (last.at_ns - first.at_ns) as f64 / 1e9)
    }

    /// Requests per second that it offers: its gaps by the time that they take. `None` for fewer than
    /// two requests; infinite where all are at one time.
    #[must_use]
    pub fn offered_rps(&self) -> Option<f64> {
        let gaps = self.requests.len().checked_sub(1).filter(|gaps| *gaps > 0)?;
        Some(gaps as f64 / self.span_s())
    }
}

/// Seconds as whole nanoseconds. Negative ones are 0, as `as` rounds.
pub(crate) fn nanoseconds(seconds: f64) -> u64 {
    libm::rint(seconds * 1e9) as u64
}
