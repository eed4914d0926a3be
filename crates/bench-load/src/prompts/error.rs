//! Files without usable prompts.

use thiserror::Error;

/// What is wrong with a line or entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// From 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// A file whose prompts cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PromptError {
    /// Lines that cannot be read.
    #[error("{file} line {}: {}{}", first.line, first.reason, and_more(*others))]
    Line {
        /// The file.
        file: String,
        /// The first of them.
        first: LineError,
        /// How many more there are.
        others: usize,
    },
    /// No list of conversations.
    #[error(
        "{file} is no ShareGPT file: {reason}; it is a JSON list of {{\"conversations\": [{{\"from\", \"value\"}}, …]}}"
    )]
    Conversations {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// Nothing to ask.
    #[error("{file} has no prompt that can be used{reason}; name a file with at least one")]
    Empty {
        /// The file.
        file: String,
        /// Why, where something was left out.
        reason: String,
    },
    /// Lengths that no prompt can have.
    #[error("{0}")]
    Length(String),
}

fn and_more(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" (and {others} more lines)") }
}
