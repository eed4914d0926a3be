//! What `tokenizer_config.json` says of a tokenizer beside `tokenizer.json`: a folder comes in, tokens to add as
//! transformers adds them, and notes on what is not followed, go out.

use std::path::Path;

use serde_json::{Map, Value};
use tokenizers::AddedToken;

use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::error::Result;

/// Fields that name one special token, and those that list some.
const SINGLE: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
const LISTS: [&str; 2] = ["additional_special_tokens", "extra_special_tokens"];
/// Tokens by their ids.
const BY_ID: &str = "added_tokens_decoder";
/// Classes that transformers 5 puts together itself.
const REBUILT: [&str; 2] = ["LlamaTokenizer", "LlamaTokenizerFast"];

/// Tokens that a folder's configuration adds: those by id in their order, then special ones. Those that the
/// tokenizer has already are among them.
///
/// # Errors
/// A file that is malformed.
pub(super) fn read(folder: &Path, corrections: &mut Corrections) -> Result<Vec<AddedToken>> {
    let path = folder.join("tokenizer_config.json");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let file = ConfigFile::read(&path, "fetch it again")?;
    if file.value("split_special_tokens") == Some(&Value::Bool(true)) {
        corrections.note(
            "tokenizer_config.json has split_special_tokens true, which is not followed: special \
             tokens in a prompt are kept whole"
                .to_owned(),
        );
    }
    let empty = Map::new();
    let by_id = file.value(BY_ID).and_then(Value::as_object).unwrap_or(&empty);
    let mut by_id: Vec<(u32, &Value)> =
        by_id.iter().filter_map(|(id, token)| Some((id.parse().ok()?, token))).collect();
    by_id.sort_by_key(|(id, _)| *id);
    let single = SINGLE.iter().filter_map(|field| file.value(field));
    let listed = LISTS.iter().filter_map(|field| file.value(field)?.as_array()).flatten();
    let by_id = by_id.into_iter().filter_map(|(_, found)| token(found, false));
    Ok(by_id.chain(single.chain(listed).filter_map(|found| token(found, true))).collect())
}

/// Notes a tokenizer that transformers 5 would put together in another way than `tokenizer.json` says.
///
/// # Errors
/// A file that is malformed.
pub(super) fn note_rebuilt(folder: &Path, corrections: &mut Corrections) -> Result<()> {
    let path = folder.join("tokenizer_config.json");
    if !path.is_file() {
        return Ok(());
    }
    let class: Option<String> =
        ConfigFile::read(&path, "fetch it again")?.optional("tokenizer_class", "a text")?;
    let tokenizer = ConfigFile::read(&folder.join("tokenizer.json"), "fetch it again")?;
    let is_sentence_piece = tokenizer.value("model").is_some_and(|m| m["byte_fallback"] == true);
    let is_as_rebuilt = tokenizer.value("normalizer").is_none()
        && tokenizer.value("pre_tokenizer").is_some_and(|splitter| {
            splitter["type"] == "Metaspace" && splitter["prepend_scheme"] == "first"
        });
    if let Some(class) = class.filter(|class| REBUILT.contains(&class.as_str()))
        && is_sentence_piece
        && !is_as_rebuilt
    {
        corrections.note(format!(
            "tokenizer.json is used as it is; transformers 5 rebuilds a {class}, which can split spaces at \
             the beginning and after special tokens otherwise"
        ));
    }
    Ok(())
}

/// A token as a text, or as an object with its flags.
fn token(found: &Value, is_special: bool) -> Option<AddedToken> {
    let content = found.as_str().or_else(|| found.get("content")?.as_str())?;
    let flag = |name: &str| found.get(name).and_then(Value::as_bool);
    let special = flag("special").unwrap_or(is_special) || is_special;
    let token = AddedToken::from(content, special)
        .lstrip(flag("lstrip").unwrap_or(false))
        .rstrip(flag("rstrip").unwrap_or(false))
        .single_word(flag("single_word").unwrap_or(false))
        .normalized(flag("normalized").unwrap_or(!special));
    Some(token)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::tokenizer;
    use super::*;

    fn folder(config: &Value, tokenizer: &Value) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in [("tokenizer_config.json", config), ("tokenizer.json", tokenizer)] {
            std::fs::write(folder.path().join(name), content.to_string()).expect("a file");
        }
        folder
    }

    #[test]
    fn tokens_of_the_configuration_are_added_as_transformers_adds_them() {
        let config = json!({
            "added_tokens_decoder": {"447": {"content": "zzz", "lstrip": true, "rstrip": true, "special": true}},
            "eos_token": "</s>", "additional_special_tokens": ["<|x|>"]
        });
        let mut said = Corrections::default();
        let added = read(folder(&config, &json!({})).path(), &mut said).expect("sound");
        let tokenizer = tokenizer().with_added(added, &mut said).expect("added");
        // transformers 5.23: ids follow the vocabulary of 412, and a token takes the spaces that its flags say
        let ids = tokenizer.encode("a zzz b<|x|></s>").expect("tokens");
        let plain = |text: &str| tokenizer.encode(text).expect("tokens");
        let expected = [&plain("a")[..], &[412], &plain("b"), &[413, 1]].concat();
        assert_eq!(ids, expected);
        assert_eq!(
            said.lines(),
            ["tokenizer_config.json adds tokens to tokenizer.json: zzz, <|x|>"]
        );
    }

    #[test]
    fn what_transformers_reads_otherwise_is_said() {
        let lines = |config: Value, tokenizer: Value| {
            let folder = folder(&config, &tokenizer);
            let mut said = Corrections::default();
            read(folder.path(), &mut said).expect("sound");
            note_rebuilt(folder.path(), &mut said).expect("sound");
            said.lines().join("\n")
        };
        let legacy = json!({"model": {"byte_fallback": true}, "normalizer": {"type": "Sequence"}});
        let llama = json!({"tokenizer_class": "LlamaTokenizerFast"});
        assert!(
            lines(llama.clone(), legacy.clone()).starts_with("tokenizer.json is used as it is")
        );
        assert_eq!(lines(json!({"tokenizer_class": "PreTrainedTokenizerFast"}), legacy), "");
        let present = json!({"model": {"byte_fallback": true},
                             "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "first"}});
        assert_eq!(lines(llama, present), "");
        let split = json!({"split_special_tokens": true});
        assert!(lines(split, json!({})).contains("split_special_tokens true"));
    }
}
