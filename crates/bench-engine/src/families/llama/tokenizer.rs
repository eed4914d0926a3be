//! Texts to token ids and back.

use std::path::Path;

use tokenizers::AddedToken;
use tokenizers::tokenizer::Tokenizer;

use crate::checkpoint::corrections::Corrections;
use crate::error::{PipelineError, Result};

/// A tokenizer, or made-up words for made-up weights.
#[derive(Debug, Clone)]
pub enum TextTokenizer {
    /// As `tokenizer.json` or a GGUF file says.
    File {
        /// The tokenizer, without padding or truncation.
        inner: Box<Tokenizer>,
        /// Where it came from.
        file: String,
    },
    /// One made-up id a word.
    Words {
        /// Ids are below this.
        vocab_size: usize,
    },
}

impl TextTokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// When the file is missing or malformed.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(PipelineError::absent(
                path.to_owned(),
                "fetch tokenizer.json of the checkpoint (tokenizer.model alone is not read)",
            ));
        }
        let inner = Tokenizer::from_file(path).map_err(|error| PipelineError::Malformed {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Self::of(inner, path.display().to_string())
    }

    /// A tokenizer that was put together.
    ///
    /// # Errors
    /// When it cannot do without truncation.
    pub fn of(mut inner: Tokenizer, file: String) -> Result<Self> {
        inner.with_padding(None);
        match inner.with_truncation(None) {
            Ok(_) => Ok(Self::File { inner: Box::new(inner), file }),
            Err(error) => Err(PipelineError::Tokenizer { file, reason: error.to_string() }),
        }
    }

    /// The tokenizer with further tokens, of which those are noted that it lacked altogether.
    ///
    /// # Errors
    /// When the tokenizer refuses one.
    pub fn with_added(
        mut self,
        tokens: Vec<AddedToken>,
        corrections: &mut Corrections,
    ) -> Result<Self> {
        let Self::File { inner, file } = &mut self else { return Ok(self) };
        let mut lacked = Vec::new();
        for token in tokens {
            if inner.get_added_vocabulary().get_vocab().contains_key(&token.content) {
                continue;
            }
            if inner.token_to_id(&token.content).is_none() {
                lacked.push(token.content.clone());
            }
            inner.add_tokens([token]).map_err(|error| PipelineError::Tokenizer {
                file: file.clone(),
                reason: error.to_string(),
            })?;
        }
        if !lacked.is_empty() {
            corrections.note(format!(
                "tokenizer_config.json adds tokens to tokenizer.json: {}",
                lacked.join(", ")
            ));
        }
        Ok(self)
    }

    /// Ids of a text, with the tokens that the tokenizer puts around texts.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        self.encode_with(text, true)
    }

    /// Ids of a text that has such tokens already, as chat templates write them.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode_as_is(&self, text: &str) -> Result<Vec<u32>> {
        self.encode_with(text, false)
    }

    /// The text of tokens, without special ones.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        match self {
            Self::File { inner, file } => {
                inner.decode(ids, true).map_err(|error| self.failed(file, &error))
            }
            Self::Words { .. } => Ok(ids.iter().map(|id| format!(" w{id}")).collect()),
        }
    }

    /// Whether a token has no text of its own: a special one, or one that the tokenizer lacks.
    pub fn is_silent(&self, id: u32) -> bool {
        match self {
            Self::File { inner, .. } => {
                let special = |token: String| inner.get_added_vocabulary().is_special_token(&token);
                inner.id_to_token(id).is_none_or(special)
            }
            Self::Words { .. } => false,
        }
    }

    /// Ids below `vocab_size` that are no special tokens: of these prompts are made up.
    pub fn ordinary(&self, vocab_size: usize) -> Vec<u32> {
        let ids = 0..vocab_size as u32;
        match self {
            Self::File { inner, .. } => {
                // a copy of all of them
                let added = inner.get_added_tokens_decoder();
                let is_special = |id: u32| added.get(&id).is_some_and(|token| token.special);
                ids.filter(|&id| inner.id_to_token(id).is_some() && !is_special(id)).collect()
            }
            Self::Words { vocab_size } => ids.filter(|&id| (id as usize) < *vocab_size).collect(),
        }
    }

    fn encode_with(&self, text: &str, adds_special: bool) -> Result<Vec<u32>> {
        match self {
            Self::File { inner, file } => match inner.encode_fast(text, adds_special) {
                Ok(encoding) => Ok(encoding.get_ids().to_vec()),
                Err(error) => Err(self.failed(file, &error)),
            },
            Self::Words { vocab_size } => {
                Ok(text.split_whitespace().map(|word| word_id(word, *vocab_size)).collect())
            }
        }
    }

    fn failed(&self, file: &str, error: &impl ToString) -> PipelineError {
        PipelineError::Tokenizer { file: file.to_owned(), reason: error.to_string() }
    }
}

fn word_id(word: &str, vocab_size: usize) -> u32 {
    let hash = word.bytes().fold(5381u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    (hash % vocab_size as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_words_have_ids_in_range_and_are_spelled_by_them() {
        let tokenizer = TextTokenizer::Words { vocab_size: 10 };
        let ids = tokenizer.encode("one two  three").expect("words");
        assert_eq!(ids.len(), 3);
        let ordinary = tokenizer.ordinary(100);
        assert!(ids.iter().all(|id| ordinary.contains(id)));
        assert_eq!(tokenizer.decode(&[3, 4]).expect("ids"), " w3 w4");
    }
}
