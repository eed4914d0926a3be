//! Tokenizers in the format of Hugging Face.

use std::{fmt, path::Path, sync::Arc};

use super::TokenizerError;

/// A tokenizer.
#[derive(Clone)]
pub struct Tokenizer(Arc<tokenizers::Tokenizer>);

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokenizer(…)")
    }
}

impl Tokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(file: &Path) -> Result<Self, TokenizerError> {
        let mut read = tokenizers::Tokenizer::from_file(file).map_err(|error| {
            TokenizerError::File { file: file.display().to_string(), reason: error.to_string() }
        })?;
        // some files cut and pad for the model they came with
        read.with_padding(None);
        read.with_truncation(None).map_err(|error| TokenizerError::File {
            file: file.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(Self(Arc::new(read)))
    }

    /// The byte at which each token of a text ends, without tokens that are added around it.
    #[must_use]
    pub fn ends(&self, text: &str) -> Option<Vec<usize>> {
        let encoding = self.0.encode(text, false).ok()?;
        Some(encoding.get_offsets().iter().map(|(_, end)| *end).collect())
    }

    /// The beginning of a text that has so many tokens; `None` where it has fewer.
    #[must_use]
    pub fn cut(&self, text: &str, tokens: usize) -> Option<String> {
        let ends = self.ends(text)?;
        let end = match tokens {
            0 => 0,
            count => *ends.get(count - 1)?,
        };
        text.get(..end).map(str::to_owned)
    }
}
