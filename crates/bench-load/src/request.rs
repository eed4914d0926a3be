//! One request of a load test, as it went.

use crate::{
    outcome::{Outcome, Problem},
    protocol::Reply,
};

/// One request. Times are seconds since the load test began.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Which one, in the order of the schedule.
    pub index: usize,
    /// When it should have been sent.
    pub intended_s: f64,
    /// How long it waited because as many as may were running.
    pub slot_wait_s: f64,
    /// When the client began to send it: before it had a connection.
    pub sent_s: f64,
    /// When its answer ended.
    pub end_s: f64,
    /// The status of the reply, where there was one.
    pub status: Option<u16>,
    /// Why it failed; `None` where it is ok.
    pub problem: Option<Problem>,
    /// What was answered.
    pub answer: Answer,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Nothing, or nothing that could be read.
    Nothing,
    /// Text, whole or in part.
    Text(Reply),
    /// So many pictures.
    Images(u64),
    /// A video.
    Video(Video),
}

/// A video that is completed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Video {
    /// Who says when it was completed.
    pub end: EndedBy,
    /// Seconds of inference by the server's account.
    pub inference_s: Option<f64>,
    /// Peak of the device's memory by the server's account, in MB as it counts them.
    pub peak_memory_mb: Option<f64>,
}

/// Who says when a video was completed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EndedBy {
    /// The server, by its durations.
    Server,
    /// The first look that found it completed: it was so for at most this many seconds.
    Look {
        /// Seconds since the look before.
        within_s: f64,
    },
}

impl Request {
    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.problem.as_ref().map_or(Outcome::Ok, |problem| problem.outcome)
    }

    /// Whether it was answered in full.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.problem.is_none()
    }

    /// How much later than intended the client sent it, waits for a free place apart.
    #[must_use]
    pub fn send_lag_s(&self) -> f64 {
        (self.sent_s - self.intended_s - self.slot_wait_s).max(0.0)
    }

    /// Its text.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        match &self.answer {
            Answer::Text(reply) => Some(reply),
            _ => None,
        }
    }

    /// When its first token came, be it reasoning, a tool call or an answer.
    #[must_use]
    pub fn first_token_s(&self) -> Option<f64> {
        Some(self.reply()?.arrivals.first()?.at_s)
    }

    /// When the first token of its answer came, after any reasoning.
    #[must_use]
    pub fn first_answer_s(&self) -> Option<f64> {
        let arrivals = &self.reply()?.arrivals;
        Some(arrivals.iter().find(|arrival| arrival.written.answer > 0)?.at_s)
    }
}
