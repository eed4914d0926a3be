//! A tokenizer of this side: exact lengths of prompts, and tokens that a server does not count.
//!
//! In: a `tokenizer.json`. Out: tokens of texts, and texts of tokens. Without the feature `tokenizer` no
//! file can be read, and everything else works.

#[cfg(not(feature = "tokenizer"))]
mod missing;
#[cfg(feature = "tokenizer")]
mod real;

#[cfg(not(feature = "tokenizer"))]
pub use missing::Tokenizer;
#[cfg(feature = "tokenizer")]
pub use real::Tokenizer;

use thiserror::Error;

/// A tokenizer that cannot be used.
#[derive(Debug, Error)]
pub enum TokenizerError {
    /// Its file cannot be read.
    #[error("cannot read the tokenizer {file}: {reason}; name a tokenizer.json")]
    File {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// This build has none.
    #[error(
        "this build reads no tokenizers; leave out --tokenizer, or build with the feature `candle`"
    )]
    Missing,
}
