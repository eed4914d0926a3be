//! The tokenizer in a GGUF file's metadata, put together as `tokenizer.json` would say it.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value as Metadata;
use serde_json::{Map, Value, json};

use super::super::tokenizer::TextTokenizer;
use super::{count, flag, list, text, unsupported};
use crate::checkpoint::weights::GgufFile;
use crate::error::{PipelineError, Result};

/// What may stand between words, as Llama 3 and Qwen 2 split them; runs of digits differ.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN_2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const SPLITTERS: &str =
    "default, gpt-2, smollm, llama-bpe, llama-v3, llama3, qwen2, deepseek-r1-qwen";
/// Kinds of tokens.
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;
/// SentencePiece's sign for a space.
const SPACE: &str = "▁";

/// Reads it.
pub(super) fn read(file: &GgufFile) -> Result<TextTokenizer> {
    let key = "tokenizer.ggml.model";
    let kind = text(file, key).unwrap_or_default();
    let vocabulary = Vocabulary::read(file)?;
    let parts = match kind.as_str() {
        "gpt2" => byte_level(file, &vocabulary)?,
        "llama" => sentence_piece(file, &vocabulary)?,
        _ => return Err(unsupported(file, key, &format!("{kind:?}"), "gpt2, llama")),
    };
    let tokenizer = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": vocabulary.added(),
        "normalizer": parts.normalizer,
        "pre_tokenizer": parts.pre_tokenizer,
        "post_processor": around(file, &vocabulary, parts.begins)?,
        "decoder": parts.decoder,
        "model": parts.model,
    });
    let tokenizer = tokenizer.to_string();
    let inner = tokenizers::Tokenizer::from_bytes(tokenizer.as_bytes())
        .map_err(|error| malformed(file, error.to_string()))?;
    TextTokenizer::of(inner, file.path().display().to_string())
}

struct Parts {
    normalizer: Value,
    pre_tokenizer: Value,
    decoder: Value,
    model: Value,
    /// Whether texts begin with the token for that, unless the file says otherwise.
    begins: bool,
}

struct Vocabulary {
    tokens: Vec<String>,
    kinds: Vec<i64>,
}

impl Vocabulary {
    fn read(file: &GgufFile) -> Result<Self> {
        let tokens = strings(file, "tokenizer.ggml.tokens")?;
        let kinds = list(file, "tokenizer.ggml.token_type").unwrap_or_default();
        let kinds = kinds.iter().map(|kind| kind.to_i32().map_or(0, i64::from)).collect();
        Ok(Self { tokens, kinds })
    }

    fn kind(&self, id: usize) -> i64 {
        self.kinds.get(id).copied().unwrap_or_default()
    }

    fn ids(&self) -> Map<String, Value> {
        let ids = self.tokens.iter().enumerate();
        ids.map(|(id, token)| (token.clone(), id.into())).collect()
    }

    fn added(&self) -> Vec<Value> {
        let added =
            (0..self.tokens.len()).filter(|&id| matches!(self.kind(id), CONTROL | USER_DEFINED));
        let token = |id: usize| {
            json!({
                "id": id, "content": self.tokens[id], "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": self.kind(id) == CONTROL,
            })
        };
        added.map(token).collect()
    }
}

fn byte_level(file: &GgufFile, vocabulary: &Vocabulary) -> Result<Parts> {
    let key = "tokenizer.ggml.pre";
    let splitter = text(file, key).unwrap_or_else(|| "default".to_owned());
    let bytes = |splits: bool| {
        json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
               "use_regex": splits})
    };
    let in_turn = |first: Value, splits: bool| json!({"type": "Sequence", "pretokenizers": [first, bytes(splits)]});
    let by = |pattern: &str| {
        let split = json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated",
                           "invert": false});
        in_turn(split, false)
    };
    let (pre_tokenizer, is_llama_3) = match splitter.as_str() {
        "default" | "gpt-2" => (bytes(true), false),
        "smollm" => (in_turn(json!({"type": "Digits", "individual_digits": true}), true), false),
        "llama-bpe" | "llama-v3" | "llama3" => (by(LLAMA_3), true),
        "qwen2" | "deepseek-r1-qwen" => (by(QWEN_2), false),
        _ => return Err(unsupported(file, key, &format!("{splitter:?}"), SPLITTERS)),
    };
    let merges = strings(file, "tokenizer.ggml.merges")?;
    let is_qwen = matches!(splitter.as_str(), "qwen2" | "deepseek-r1-qwen");
    let normalizer = if is_qwen { json!({"type": "NFC"}) } else { Value::Null };
    Ok(Parts {
        normalizer,
        pre_tokenizer,
        decoder: bytes(true),
        model: json!({
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": is_llama_3, "vocab": vocabulary.ids(), "merges": merges,
        }),
        begins: is_llama_3,
    })
}

fn sentence_piece(file: &GgufFile, vocabulary: &Vocabulary) -> Result<Parts> {
    let scores = list(file, "tokenizer.ggml.scores").unwrap_or_default();
    let scores: Vec<f32> = scores.iter().filter_map(|score| score.to_f32().ok()).collect();
    if scores.len() != vocabulary.tokens.len() {
        let (found, expected) = (scores.len(), vocabulary.tokens.len());
        return Err(malformed(file, format!("{found} scores of {expected} tokens")));
    }
    let unknown = count(file, "tokenizer.ggml.unknown_token_id").unwrap_or_default();
    let unknown = usize::try_from(unknown).ok().and_then(|id| vocabulary.tokens.get(id));
    let replace = |from: &str, to: &str| json!({"type": "Replace", "pattern": {"String": from}, "content": to});
    let is_prefixed = flag(file, "tokenizer.ggml.add_space_prefix").unwrap_or(true);
    let mut normalizers = vec![replace(" ", SPACE)];
    let mut decoders =
        vec![replace(SPACE, " "), json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
    if is_prefixed {
        normalizers.insert(0, json!({"type": "Prepend", "prepend": SPACE}));
        decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    Ok(Parts {
        normalizer: json!({"type": "Sequence", "normalizers": normalizers}),
        pre_tokenizer: Value::Null,
        decoder: json!({"type": "Sequence", "decoders": decoders}),
        model: json!({
            "type": "BPE", "dropout": null, "unk_token": unknown, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true,
            "ignore_merges": false, "vocab": vocabulary.ids(),
            "merges": merges(&vocabulary.tokens, &scores),
        }),
        begins: true,
    })
}

/// Pairs of pieces that make a piece, best score first: what SentencePiece merges in turn.
fn merges(tokens: &[String], scores: &[f32]) -> Vec<[String; 2]> {
    let ids: HashMap<&str, usize> =
        tokens.iter().enumerate().map(|(id, token)| (token.as_str(), id)).collect();
    let mut merges: Vec<(usize, [usize; 2])> = Vec::new();
    for (id, token) in tokens.iter().enumerate() {
        let cuts = token.char_indices().map(|(at, _)| at).skip(1);
        let pairs = cuts.filter_map(|at| {
            let (left, right) = token.split_at(at);
            Some((id, [*ids.get(left)?, *ids.get(right)?]))
        });
        let first = merges.len();
        merges.extend(pairs);
        merges[first..].sort_by_key(|(_, pair)| *pair);
    }
    merges.sort_by(|(one, _), (other, _)| scores[*other].total_cmp(&scores[*one]));
    merges.into_iter().map(|(_, pair)| pair.map(|id| tokens[id].clone())).collect()
}

/// What puts the first token before texts, and the last one after them, where that is so.
fn around(file: &GgufFile, vocabulary: &Vocabulary, begins: bool) -> Result<Value> {
    let token = |flag_key: &str, id_key: &str, otherwise: bool| {
        if !flag(file, flag_key).unwrap_or(otherwise) {
            return Ok(None);
        }
        let id = count(file, id_key).and_then(|id| usize::try_from(id).ok());
        let token = id.and_then(|id| Some((id, vocabulary.tokens.get(id)?)));
        let missing = || malformed(file, format!("{id_key} names no token, but texts have it"));
        token.map(Some).ok_or_else(missing)
    };
    let first = token("tokenizer.ggml.add_bos_token", "tokenizer.ggml.bos_token_id", begins)?;
    let last = token("tokenizer.ggml.add_eos_token", "tokenizer.ggml.eos_token_id", false)?;
    if first.is_none() && last.is_none() {
        return Ok(Value::Null);
    }
    let special = |token: Option<(usize, &String)>| {
        token.map(|(_, token)| json!({"SpecialToken": {"id": token, "type_id": 0}}))
    };
    let sequence = |name: &str| json!({"Sequence": {"id": name, "type_id": 0}});
    let template = |names: &[&str]| -> Vec<Value> {
        let texts = names.iter().map(|name| sequence(name));
        special(first).into_iter().chain(texts).chain(special(last)).collect()
    };
    let named = first
        .into_iter()
        .chain(last)
        .map(|(id, token)| (token.clone(), json!({"id": token, "ids": [id], "tokens": [token]})));
    Ok(json!({
        "type": "TemplateProcessing",
        "single": template(&["A"]),
        "pair": template(&["A", "B"]),
        "special_tokens": named.collect::<Map<_, _>>(),
    }))
}

fn strings(file: &GgufFile, key: &str) -> Result<Vec<String>> {
    let values = list(file, key).ok_or_else(|| malformed(file, format!("{key} is missing")))?;
    let text = |value: &Metadata| value.to_string().ok().cloned();
    let texts: Option<Vec<String>> = values.iter().map(text).collect();
    texts.ok_or_else(|| malformed(file, format!("{key} holds something else than texts")))
}

fn malformed(file: &GgufFile, reason: String) -> PipelineError {
    PipelineError::Malformed { path: file.path().to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::merges;

    #[test]
    fn pieces_are_merged_in_the_order_of_their_scores() {
        let tokens = ["a", "b", "ab", "abb", "bb"].map(str::to_owned);
        let found = merges(&tokens, &[0.0, 0.0, -1.0, -3.0, -2.0]);
        let expected = [["a", "b"], ["b", "b"], ["a", "bb"], ["ab", "b"]];
        assert_eq!(found, expected.map(|pair| pair.map(str::to_owned)));
    }
}
