//! Prompts to token ids.

use std::path::Path;

use tokenizers::{TruncationParams, tokenizer};

use super::config::TextEncoderConfig;
use crate::error::{PipelineError, Result};

/// Turns a prompt into ids that end with the end-of-sequence token.
#[derive(Debug, Clone)]
pub enum Tokenizer {
    /// As `tokenizer.json` says.
    File {
        /// The tokenizer, without padding or truncation.
        inner: Box<tokenizer::Tokenizer>,
        /// Where it came from.
        file: String,
    },
    /// One made-up id a word, for dummy weights.
    Words {
        /// Ids are below this.
        vocab_size: usize,
        /// Ends each prompt.
        eos: u32,
    },
}

impl Tokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// When the file is missing or malformed.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(PipelineError::absent(
                path.to_owned(),
                "fetch tokenizer.json of the checkpoint (spiece.model alone is not read)",
            ));
        }
        let inner = tokenizer::Tokenizer::from_file(path).map_err(|error| {
            PipelineError::Malformed { path: path.to_owned(), reason: error.to_string() }
        })?;
        Ok(Self::File { inner: Box::new(inner), file: path.display().to_string() })
    }

    /// A tokenizer for dummy weights.
    pub fn words(config: &TextEncoderConfig) -> Self {
        Self::Words { vocab_size: config.vocab_size, eos: config.eos_token_id }
    }

    /// Ids of a cleaned prompt, at most `max_len` with the end-of-sequence token.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode(&self, prompt: &str, max_len: usize) -> Result<Vec<u32>> {
        let prompt = clean(prompt);
        match self {
            Self::File { inner, file } => encode_with(inner, &prompt, max_len).map_err(|error| {
                PipelineError::Tokenizer { file: file.clone(), reason: error.to_string() }
            }),
            Self::Words { vocab_size, eos } => {
                let words = prompt.split(' ').filter(|word| !word.is_empty());
                let ids = words.map(|word| word_id(word, *vocab_size));
                Ok(ids.take(max_len.saturating_sub(1)).chain([*eos]).collect())
            }
        }
    }
}

fn encode_with(
    inner: &tokenizer::Tokenizer,
    prompt: &str,
    max_len: usize,
) -> tokenizers::Result<Vec<u32>> {
    let mut inner = inner.clone();
    inner
        .with_padding(None)
        .with_truncation(Some(TruncationParams { max_length: max_len, ..Default::default() }))?;
    Ok(inner.encode(prompt, true)?.get_ids().to_vec())
}

fn word_id(word: &str, vocab_size: usize) -> u32 {
    let hash = word.bytes().fold(5381u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    (hash % vocab_size as u64) as u32
}

/// Resolves HTML entities twice and collapses white space, as diffusers does before tokenizing.
/// Broken encodings are left as they are.
fn clean(prompt: &str) -> String {
    let text = unescape(&unescape(prompt));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Resolves numeric entities and the named ones of markup.
fn unescape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((character, end)) => {
                result.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                result.push('&');
                rest = &rest[1..];
            }
        }
    }
    result + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_resolved_twice_and_white_space_collapsed() {
        assert_eq!(clean("  a &amp;lt; b\n\tc &#39;d&#x27; & e;"), "a < b c 'd' & e;");
    }

    #[test]
    fn made_up_ids_are_in_range_truncated_and_ended() {
        let tokenizer = Tokenizer::Words { vocab_size: 10, eos: 1 };
        let ids = tokenizer.encode("one two three four", 4).expect("words");
        assert_eq!((ids.len(), ids[3]), (4, 1));
        assert!(ids.iter().all(|&id| id < 10));
    }
}
