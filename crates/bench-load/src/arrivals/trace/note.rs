//! What a user should know of a trace that could be read.

use std::{collections::BTreeMap, fmt};

use bench_records::words::counted;

use super::Line;

/// Something that the trace has and the load test does not do as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Times that are before those of the line above; requests are sent in order of time.
    Backwards {
        /// How many lines.
        lines: usize,
        /// The first of them.
        first_line: usize,
        /// How far it goes back.
        by_ns: i128,
    },
    /// The earliest request is not at 0; it is sent at 0, and all others so much earlier too.
    StartsLater {
        /// The time of the earliest request.
        at_ns: i128,
    },
    /// Requests of no prompt or no answer, which were failures of the recorded service; each is sent
    /// with 1 token.
    NoTokens {
        /// `input` or `output`.
        side: &'static str,
        /// How many lines.
        lines: usize,
        /// The first of them.
        first_line: usize,
    },
    /// Lines whose number of blocks is not the one that their length needs.
    BlocksDiffer {
        /// How many lines.
        lines: usize,
        /// The first of them.
        first_line: usize,
    },
    /// A field that is not used.
    Unused {
        /// Its name.
        field: String,
        /// How many lines have it.
        lines: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let seconds = |ns: &i128| *ns as f64 / 1e9;
        match self {
            Self::Backwards { lines, first_line, by_ns } => write!(
                f,
                "times go backwards in {}, first in line {first_line} by {} s; requests are sent in the \
                 order of their times",
                counted(*lines, "line"),
                seconds(by_ns)
            ),
            Self::StartsLater { at_ns } => write!(
                f,
                "the first request is at {} s; all are sent that much earlier",
                seconds(at_ns)
            ),
            Self::NoTokens { side, lines, first_line } => write!(
                f,
                "0 {side} tokens in {}, first in line {first_line}, as the recorded service failed; each is \
                 sent with 1",
                counted(*lines, "request")
            ),
            Self::BlocksDiffer { lines, first_line } => write!(
                f,
                "hash_ids of {}, first of line {first_line}, are not one per 512 tokens of \
                 input_length; the length is kept",
                counted(*lines, "line")
            ),
            Self::Unused { field, lines } => {
                write!(f, "field {field} of {} is not used", counted(*lines, "line"))
            }
        }
    }
}

/// Notes on the times of lines in the order of the file.
pub(super) fn of_order(lines: &[Line]) -> impl Iterator<Item = Note> + use<> {
    let back: Vec<&[Line]> =
        lines.windows(2).filter(|pair| pair[1].at_ns < pair[0].at_ns).collect();
    let backwards = back.first().map(|pair| Note::Backwards {
        lines: back.len(),
        first_line: pair[1].line,
        by_ns: pair[0].at_ns - pair[1].at_ns,
    });
    backwards.into_iter()
}

/// A day: a first time beyond it is a date, which nobody takes for the start of a test.
const DAY_NS: i128 = 86_400_000_000_000;

/// A note on the time of the earliest request.
pub(super) fn of_start(at_ns: i128) -> Option<Note> {
    (at_ns != 0 && at_ns.abs() < DAY_NS).then_some(Note::StartsLater { at_ns })
}

/// Notes on the lengths of prompts and answers.
pub(super) fn of_lengths(lines: &[Line]) -> Vec<Note> {
    let none = |side: &'static str, tokens: fn(&Line) -> u32| {
        let empty = || lines.iter().filter(|line| tokens(line) == 0);
        let first_line = empty().map(|line| line.line).min()?;
        Some(Note::NoTokens { side, lines: empty().count(), first_line })
    };
    let sides =
        [none("input", |line| line.input_tokens), none("output", |line| line.output_tokens)];
    sides.into_iter().flatten().collect()
}

/// Counts of fields that no request uses.
#[derive(Default)]
pub(super) struct UnusedFields(BTreeMap<String, usize>);

impl UnusedFields {
    pub(super) fn count(&mut self, field: &str) {
        *self.0.entry(field.to_owned()).or_default() += 1;
    }

    pub(super) fn notes(self) -> impl Iterator<Item = Note> {
        self.0.into_iter().map(|(field, lines)| Note::Unused { field, lines })
    }
}
