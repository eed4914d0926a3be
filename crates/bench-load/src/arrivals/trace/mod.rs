//! Recorded traces of real services: the text of a file in; its requests, and what is to be known of
//! them, out.
//!
//! A line that cannot be read refuses the file, and the error names every such line: a trace that lost
//! lines is another load. Whatever is changed to make a trace usable (order, its first time, answers of
//! no tokens) is a [`Note`] for the user.

mod azure;
mod burstgpt;
mod fault;
mod mooncake;
mod note;
mod table;
#[cfg(test)]
mod tests;

use super::{
    Length,
    error::{ArrivalError, not_too_long, positive},
    schedule::{PlannedRequest, Schedule},
};

pub use fault::{LineFault, TraceError};
pub use note::Note;

/// A file format of traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceFormat {
    /// JSON lines of Mooncake (Qin et al., 2024), which AIPerf and Dynamo write too: `timestamp` in
    /// milliseconds, `input_length`, `output_length`, and `hash_ids` of blocks of 512 tokens.
    Mooncake,
    /// CSV of Azure's inference traces (Patel et al., 2024): `TIMESTAMP` as a date and time,
    /// `ContextTokens`, `GeneratedTokens`.
    Azure,
    /// CSV of BurstGPT (Wang et al., 2024): `Timestamp` in seconds, `Request tokens`,
    /// `Response tokens`.
    BurstGpt,
}

impl TraceFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Mooncake, Self::Azure, Self::BurstGpt];

    /// The name that `--dataset-name` takes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mooncake => "mooncake",
            Self::Azure => "azure",
            Self::BurstGpt => "burstgpt",
        }
    }

    /// The format of a file, by its first line; `None` where it is none of them.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let first = without_mark(text).lines().find(|line| !line.trim().is_empty())?.trim();
        if first.starts_with('{') {
            return Some(Self::Mooncake);
        }
        let has = |name: &str| first.split(',').any(|cell| cell.trim().trim_matches('"') == name);
        match () {
            () if has("ContextTokens") => Some(Self::Azure),
            () if has("Request tokens") => Some(Self::BurstGpt),
            () => None,
        }
    }
}

/// The requests of a trace, the first at 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    requests: Vec<PlannedRequest>,
    notes: Vec<Note>,
}

/// A request as its line has it.
struct Line {
    /// Line of the file, from 1.
    line: usize,
    /// Nanoseconds on the file's own clock.
    at_ns: i128,
    input_tokens: u32,
    output_tokens: u32,
    hash_ids: Vec<u64>,
}

impl Trace {
    /// Reads the text of a file that errors call `file`.
    ///
    /// # Errors
    /// Names every line that cannot be read, with its field, its value and what belongs there.
    pub fn read(file: &str, text: &str, format: TraceFormat) -> Result<Self, TraceError> {
        let text = without_mark(text);
        if text.trim().is_empty() {
            return Err(TraceError::Empty { file: file.to_owned() });
        }
        let mut notes = Vec::new();
        let read = match format {
            TraceFormat::Mooncake => mooncake::read(text, &mut notes),
            TraceFormat::Azure => azure::read(text),
            TraceFormat::BurstGpt => burstgpt::read(text),
        };
        let lines = read.map_err(|faults| TraceError::Lines { file: file.to_owned(), faults })?;
        if lines.is_empty() {
            return Err(TraceError::Empty { file: file.to_owned() });
        }
        Ok(Self::of(lines, notes))
    }

    fn of(mut lines: Vec<Line>, mut notes: Vec<Note>) -> Self {
        notes.extend(note::of_order(&lines));
        lines.sort_by_key(|line| line.at_ns);
        let first_ns = lines.first().map_or(0, |line| line.at_ns);
        notes.extend(note::of_start(first_ns));
        notes.extend(note::of_lengths(&lines));
        let request = |line: Line| PlannedRequest {
            at_ns: u64::try_from(line.at_ns - first_ns).unwrap_or(u64::MAX),
            input_tokens: Some(line.input_tokens.max(1)),
            output_tokens: Some(line.output_tokens.max(1)),
            hash_ids: line.hash_ids,
        };
        Self { requests: lines.into_iter().map(request).collect(), notes }
    }

    /// The requests, the earliest first.
    #[must_use]
    pub fn requests(&self) -> &[PlannedRequest] {
        &self.requests
    }

    /// What was changed, and what the trace has that a load test does not use.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Its requests at its times, `speed` times as fast.
    pub(super) fn schedule(&self, length: Length, speed: f64) -> Result<Schedule, ArrivalError> {
        positive("trace_speed", speed, "1 for the times of the trace, 2 for half of all gaps")?;
        let at_s = |request: &PlannedRequest| request.at_ns as f64 / 1e9 / speed;
        let until_s = length.seconds().unwrap_or(f64::INFINITY);
        let most = length.requests().unwrap_or(usize::MAX);
        let taken = self.requests.iter().take(most).take_while(|request| at_s(request) < until_s);
        not_too_long(taken.clone().last().map_or(0.0, at_s))?;
        let moved = |request: &PlannedRequest| {
            let at_ns = match speed {
                1.0 => request.at_ns,
                _ => super::schedule::nanoseconds(at_s(request)),
            };
            PlannedRequest { at_ns, ..request.clone() }
        };
        Ok(Schedule::new(taken.map(moved).collect()))
    }
}

/// The text without the byte order mark that spreadsheets begin files with.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
