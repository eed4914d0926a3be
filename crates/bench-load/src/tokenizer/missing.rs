//! What a build without tokenizers has in their place.

use std::{convert::Infallible, path::Path};

use super::TokenizerError;

/// There is none.
#[derive(Debug, Clone)]
pub struct Tokenizer(Infallible);

impl Tokenizer {
    /// Says that there is none.
    ///
    /// # Errors
    /// Always.
    pub fn read(_file: &Path) -> Result<Self, TokenizerError> {
        Err(TokenizerError::Missing)
    }

    /// Never called.
    #[must_use]
    pub fn ends(&self, _text: &str) -> Option<Vec<usize>> {
        match self.0 {}
    }

    /// Never called.
    #[must_use]
    pub fn cut(&self, _text: &str, _tokens: usize) -> Option<String> {
        match self.0 {}
    }
}
