//! What is asked: prompts with their lengths.
//!
//! In: lengths, the text of a file, or a recorded trace; and a seed. Out: [`Prompt`]s, the same for the
//! same arguments. A prompt that a server has seen before may come from its cache, so each begins with a
//! mark of its run and its number, unless that is not wanted.

mod conversations;
mod error;
mod filled;
mod lines;
mod mark;
mod random;
mod traced;
mod words;

#[cfg(test)]
mod tests;

pub use conversations::conversations;
pub use error::{LineError, PromptError};
pub use lines::lines;
pub use mark::{Mark, marked};
pub use random::{Lengths, random};
pub use traced::traced;

use crate::tokenizer::Tokenizer;

/// A prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its text.
    pub text: String,
    /// Its tokens, where a tokenizer has counted them.
    pub tokens: Option<u64>,
    /// The most tokens of its answer, where something says so.
    pub output_tokens: Option<u64>,
}

/// Prompts, and what a user should know of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prompts {
    /// In the order in which they are sent.
    pub prompts: Vec<Prompt>,
    /// Such as how many entries were left out, in whole sentences without a full stop.
    pub notes: Vec<String>,
}

/// In what lengths are counted.
#[derive(Debug, Clone, Copy)]
pub enum Unit<'a> {
    /// Words, each of which is about a token.
    Words,
    /// Tokens of this tokenizer.
    Tokens(&'a Tokenizer),
}

impl Unit<'_> {
    /// The length of a text.
    fn count(self, text: &str) -> usize {
        match self {
            Self::Words => text.split_whitespace().count(),
            Self::Tokens(tokenizer) => tokenizer.ends(text).map_or(0, |ends| ends.len()),
        }
    }

    /// The tokens of a prompt, where they are known.
    fn tokens(self, text: &str) -> Option<u64> {
        match self {
            Self::Words => None,
            Self::Tokens(_) => Some(self.count(text) as u64),
        }
    }

    /// `tokens` or `words`.
    fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Tokens(_) => "tokens",
        }
    }
}
