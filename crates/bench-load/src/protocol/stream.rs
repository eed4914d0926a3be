//! A text reply, streamed or whole.

use super::{
    chunk::{Choice, Chunk},
    error,
    images::not_json,
    usage::Usage,
};
use crate::{
    outcome::{Outcome, Problem},
    sse::{Event, Reader},
};

/// Most bytes that are kept of a reply which has no events: a whole reply, or the page of a proxy.
const LARGEST_WHOLE: usize = 4 << 20;
const DONE: &str = "[DONE]";

/// Generated text by its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The answer.
    pub answer: String,
    /// Reasoning before it.
    pub reasoning: String,
    /// Names and arguments of tool calls.
    pub tools: String,
}

/// Bytes of each kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Of the answer.
    pub answer: usize,
    /// Of reasoning.
    pub reasoning: usize,
    /// Of tool calls.
    pub tools: usize,
}

impl Text {
    fn written(&self) -> Written {
        Written {
            answer: self.answer.len(),
            reasoning: self.reasoning.len(),
            tools: self.tools.len(),
        }
    }
}

/// A chunk with generated text. What is empty, such as the first chunk that only names a role, is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// When it came.
    pub at_s: f64,
    /// All that is written since the start, this chunk included.
    pub written: Written,
    /// All generated tokens so far, where the server counts as it goes.
    pub tokens_so_far: Option<u64>,
}

/// How the bytes of a reply ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// As HTTP says that it should.
    Whole,
    /// The connection broke.
    Cut(String),
    /// The time of the request was over.
    TimedOut,
}

/// What is odd about a reply, and no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notes {
    /// Events after `[DONE]`.
    pub events_after_done: u64,
    /// It came whole rather than as a stream, so that it has one arrival.
    pub is_not_streamed: bool,
    /// It ended without `[DONE]`.
    pub lacks_done: bool,
}

/// A text reply.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    /// What failed; `None` where it is ok.
    pub problem: Option<Problem>,
    /// Chunks with text, in order.
    pub arrivals: Vec<Arrival>,
    /// What was generated.
    pub text: Text,
    /// The last usage that the server stated.
    pub usage: Option<Usage>,
    /// Why generation ended.
    pub finish_reason: Option<String>,
    /// Oddities.
    pub notes: Notes,
}

/// Reads one reply.
#[derive(Debug, Default)]
pub struct StreamReader {
    events: Reader,
    /// The reply as long as it has no events.
    whole: Vec<u8>,
    has_events: bool,
    is_done: bool,
    reply: Reply,
}

impl StreamReader {
    /// Reads what came at `at_s`.
    pub fn read(&mut self, at_s: f64, bytes: &[u8]) {
        if !self.has_events {
            let room = LARGEST_WHOLE.saturating_sub(self.whole.len());
            self.whole.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        let mut events = std::mem::take(&mut self.events);
        events.read(bytes, &mut |event| self.hear(at_s, &event));
        self.events = events;
    }

    /// Whether nothing more can change how it ended.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.reply.problem.is_some()
    }

    fn hear(&mut self, at_s: f64, event: &Event) {
        self.has_events = true;
        if self.is_done {
            self.reply.notes.events_after_done += 1;
        } else if event.data.trim() == DONE {
            self.is_done = true;
        } else if event.name == "error" {
            self.fail(&error::words_of_body(event.data.as_bytes()));
        } else if !event.data.is_empty() {
            match serde_json::from_str(&event.data) {
                Ok(chunk) => self.take(at_s, &chunk),
                Err(_) => {
                    let shown: String = event.data.chars().take(100).collect();
                    self.fail(&format!("an event is no JSON of a chunk: {shown}"));
                }
            }
        }
    }

    fn fail(&mut self, reason: &str) {
        let problem = || Problem::new(Outcome::InBandError, reason);
        self.reply.problem.get_or_insert_with(problem);
    }

    fn take(&mut self, at_s: f64, chunk: &Chunk) {
        if let Some(reason) = error::in_chunk(chunk) {
            self.fail(&reason);
            return;
        }
        let before = self.reply.text.written();
        for choice in chunk.choices.iter().flatten() {
            self.add(choice);
        }
        self.reply.usage = chunk.usage.or(self.reply.usage);
        let written = self.reply.text.written();
        if written != before {
            let tokens_so_far = chunk.usage.and_then(|usage| usage.completion_tokens);
            self.reply.arrivals.push(Arrival { at_s, written, tokens_so_far });
        }
    }

    fn add(&mut self, choice: &Choice) {
        let text = &mut self.reply.text;
        text.answer.push_str(choice.text.as_deref().unwrap_or_default());
        for delta in choice.delta.iter().chain(&choice.message) {
            delta.add_answer(&mut text.answer);
            delta.add_reasoning(&mut text.reasoning);
            delta.add_tools(&mut text.tools);
        }
        let reason = choice.finish_reason.as_ref().filter(|reason| !reason.is_null());
        if let Some(reason) = reason {
            let reason = reason.as_str().map_or_else(|| reason.to_string(), str::to_owned);
            if matches!(reason.as_str(), "error" | "abort" | "aborted" | "cancelled") {
                self.fail(&format!("generation ended with finish_reason {reason:?}"));
            }
            self.reply.finish_reason = Some(reason);
        }
    }

    /// Says how it ended, at `at_s`.
    #[must_use]
    pub fn end(mut self, at_s: f64, ending: &Ending) -> Reply {
        if !self.has_events && !self.has_failed() && *ending == Ending::Whole {
            self.read_whole(at_s);
        }
        self.reply.notes.lacks_done = !self.is_done && !self.reply.notes.is_not_streamed;
        if self.reply.problem.is_none() {
            self.reply.problem = self.missing_end(ending);
        }
        self.reply
    }

    fn read_whole(&mut self, at_s: f64) {
        let body = std::mem::take(&mut self.whole);
        if body.iter().all(u8::is_ascii_whitespace) || is_events(&body) {
            return;
        }
        match serde_json::from_slice::<Chunk>(&body) {
            Ok(chunk) => {
                self.take(at_s, &chunk);
                self.reply.notes.is_not_streamed = true;
                if chunk.choices.as_ref().is_none_or(Vec::is_empty) {
                    self.fail(&format!(
                        "the reply has no choices: {}",
                        error::words_of_body(&body)
                    ));
                }
            }
            Err(error) => self.reply.problem = Some(not_json(&error, &body)),
        }
    }

    fn missing_end(&self, ending: &Ending) -> Option<Problem> {
        let reason = match ending {
            Ending::TimedOut => {
                return Some(Problem::new(Outcome::Timeout, "the reply did not end in time"));
            }
            _ if self.is_done => return None,
            Ending::Cut(reason) => format!("the connection broke within the reply: {reason}"),
            Ending::Whole if self.reply.finish_reason.is_some() => return None,
            Ending::Whole if self.reply.notes.is_not_streamed => return None,
            Ending::Whole => {
                "the stream stopped without finish_reason and without [DONE]".to_owned()
            }
        };
        Some(Problem::new(Outcome::Truncated, &reason))
    }
}

/// Whether a reply without a complete event begins as a stream of events does.
fn is_events(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    ["data:", "event:", ":", "id:", "retry:"].iter().any(|start| body.starts_with(start.as_bytes()))
}
