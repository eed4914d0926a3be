//! Prompts to the ids that CLIP reads: begin, words, end, padding.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokenizers::tokenizer::Tokenizer;

use super::clip_config::ClipConfig;
use crate::checkpoint::config_file::ConfigFile;
use crate::error::{PipelineError, Result};

const BEGIN: &str = "<|startoftext|>";
const END: &str = "<|endoftext|>";
/// Words of CLIP's tokenizer, from OpenAI's `simple_tokenizer.py`.
const WORDS: &str =
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
const REMEDY: &str = "fetch the tokenizer's files: tokenizer.json, or vocab.json and merges.txt";

/// A prompt as CLIP reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// As many as the encoder has positions.
    pub ids: Vec<u32>,
    /// Index of the token that ends the text.
    pub end: usize,
}

/// Turns a prompt into ids.
#[derive(Debug, Clone)]
pub enum ClipTokenizer {
    /// As the checkpoint's files say.
    Files {
        /// The tokenizer.
        inner: Box<Tokenizer>,
        /// Where it came from.
        origin: String,
        /// Begin, end and padding.
        special: Special,
    },
    /// One made-up id a word, for dummy weights.
    Words {
        /// Ids are below this.
        vocab_size: usize,
    },
}

/// Ids that are no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Special {
    begin: u32,
    end: u32,
    pad: u32,
}

impl ClipTokenizer {
    /// Reads the files of a tokenizer folder.
    ///
    /// # Errors
    /// When a file is missing or malformed, or lacks a special token.
    pub fn read(folder: &Path) -> Result<Self> {
        let padding = padding(folder)?;
        let (inner, path) = open(folder, &padding)?;
        let special = Special {
            begin: id_of(&inner, BEGIN, &path)?,
            end: id_of(&inner, END, &path)?,
            pad: id_of(&inner, &padding, &path)?,
        };
        Ok(Self::Files { inner: Box::new(inner), origin: path.display().to_string(), special })
    }

    /// A tokenizer for dummy weights.
    #[must_use]
    pub fn words(config: &ClipConfig) -> Self {
        Self::Words { vocab_size: config.vocab_size }
    }

    /// Ids of a prompt: cut or padded to `len`.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode(&self, prompt: &str, len: usize) -> Result<Tokens> {
        match self {
            Self::Files { inner, origin, special } => {
                let words = inner.encode(prompt, false).map_err(|error| {
                    PipelineError::Tokenizer { file: origin.clone(), reason: error.to_string() }
                })?;
                Ok(special.frame(words.get_ids(), len))
            }
            Self::Words { vocab_size } => {
                let last = *vocab_size as u32 - 1;
                let special = Special { begin: last - 1, end: last, pad: last };
                let ids = prompt.split_whitespace().map(|word| word_id(word, last - 1));
                Ok(special.frame(&ids.collect::<Vec<_>>(), len))
            }
        }
    }
}

impl Special {
    fn frame(self, words: &[u32], len: usize) -> Tokens {
        let kept = words.len().min(len.saturating_sub(2));
        let mut ids = Vec::with_capacity(len);
        ids.push(self.begin);
        ids.extend_from_slice(&words[..kept]);
        ids.push(self.end);
        ids.resize(len, self.pad);
        let end = ids.iter().position(|&id| id == self.end).unwrap_or(kept + 1);
        Tokens { ids, end }
    }
}

/// `tokenizer.json`, or what transformers makes of `vocab.json` and `merges.txt`.
fn open(folder: &Path, padding: &str) -> Result<(Tokenizer, PathBuf)> {
    let path = folder.join("tokenizer.json");
    let malformed =
        |path: &Path, reason: String| PipelineError::Malformed { path: path.to_owned(), reason };
    if path.is_file() {
        let inner = Tokenizer::from_file(&path).map_err(|e| malformed(&path, e.to_string()))?;
        return Ok((inner, path));
    }
    let path = folder.join("vocab.json");
    let text = read(&path)?;
    let vocabulary: Value =
        serde_json::from_str(&text).map_err(|error| malformed(&path, error.to_string()))?;
    let merges = read(&folder.join("merges.txt"))?;
    let merges: Vec<&str> =
        merges.lines().filter(|line| !line.is_empty() && !line.starts_with("#version")).collect();
    let description = byte_pairs(&vocabulary, &merges, padding).to_string();
    let inner = description.parse().map_err(|error| malformed(&path, format!("{error}")))?;
    Ok((inner, path))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|cause| PipelineError::Read {
        path: path.to_owned(),
        cause,
        remedy: REMEDY,
    })
}

/// CLIP's byte-pair encoding, in the form of a `tokenizer.json`.
///
/// Special tokens, padding among them, are found in a prompt before its words are.
fn byte_pairs(vocabulary: &Value, merges: &[&str], padding: &str) -> Value {
    let mut special: Vec<(u64, &str)> = [BEGIN, END, padding]
        .into_iter()
        .filter_map(|token| Some((vocabulary.get(token)?.as_u64()?, token)))
        .collect();
    special.sort_unstable();
    special.dedup();
    let special: Vec<Value> = special
        .into_iter()
        .map(|(id, token)| {
            json!({"id": id, "content": token, "special": true, "normalized": false,
                   "single_word": false, "lstrip": false, "rstrip": false})
        })
        .collect();
    json!({
        "version": "1.0",
        "added_tokens": special,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"},
            {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
            {"type": "Lowercase"},
        ]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": WORDS}, "behavior": "Removed", "invert": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        ]},
        "model": {
            "type": "BPE", "unk_token": END, "continuing_subword_prefix": "",
            "end_of_word_suffix": "</w>", "fuse_unk": false, "vocab": vocabulary, "merges": merges,
        },
    })
}

/// The padding token that a tokenizer folder names; the end of the text where it names none.
fn padding(folder: &Path) -> Result<String> {
    for name in ["special_tokens_map.json", "tokenizer_config.json"] {
        let path = folder.join(name);
        if !path.is_file() {
            continue;
        }
        let expected = "a token, or an object with its content";
        let file = ConfigFile::read(&path, REMEDY)?;
        match file.optional::<Value>("pad_token", expected)? {
            Some(Value::String(token)) => return Ok(token),
            Some(Value::Object(_)) => {
                return file.section("pad_token")?.required("content", expected);
            }
            _ => {}
        }
    }
    Ok(END.to_owned())
}

fn id_of(inner: &Tokenizer, token: &str, path: &Path) -> Result<u32> {
    inner.token_to_id(token).ok_or_else(|| PipelineError::Malformed {
        path: path.to_owned(),
        reason: format!("it lacks the token {token:?}"),
    })
}

fn word_id(word: &str, below: u32) -> u32 {
    let hash = word.bytes().fold(5381u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    (hash % u64::from(below)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_framed_cut_and_padded() {
        let special = Special { begin: 90, end: 91, pad: 0 };
        let tokens = special.frame(&[5, 6], 6);
        assert_eq!((tokens.ids, tokens.end), (vec![90, 5, 6, 91, 0, 0], 3));
        let tokens = special.frame(&[1, 2, 3, 4, 5], 4);
        assert_eq!((tokens.ids, tokens.end), (vec![90, 1, 2, 91], 3));
    }

    #[test]
    fn vocabulary_and_merges_make_a_tokenizer() {
        let folder = tempfile::tempdir().expect("a writable temporary folder");
        let vocabulary = json!({
            "f": 0, "o": 1, "x</w>": 2, "fo": 3, "fox</w>": 4, "!</w>": 5, "x": 6, "!": 7,
            "<|startoftext|>": 8, "<|endoftext|>": 9
        });
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("writable");
        };
        write("vocab.json", &vocabulary.to_string());
        write("merges.txt", "#version: 0.2\nf o\nfo x</w>\n");
        write("special_tokens_map.json", &json!({"pad_token": {"content": "!"}}).to_string());
        let tokenizer = ClipTokenizer::read(folder.path()).expect("complete");
        let tokens = tokenizer.encode("FOX!", 6).expect("a short prompt");
        assert_eq!((tokens.ids, tokens.end), (vec![8, 4, 7, 9, 7, 7], 3));
        std::fs::remove_file(folder.path().join("merges.txt")).expect("writable");
        let error = ClipTokenizer::read(folder.path()).expect_err("incomplete").to_string();
        assert!(error.contains("merges.txt"), "{error}");
    }
}
