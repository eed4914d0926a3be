//! Templates in the files of a checkpoint: a folder comes in, their texts and the tokens they name go out.

use std::path::Path;

use serde_json::{Map, Value};

use super::{DEFAULT, TOOL_USE};
use crate::checkpoint::config_file::ConfigFile;
use crate::error::{PipelineError, Result};

/// Tokens that templates may name.
const TOKENS: [&str; 7] =
    ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
const FIELD: &str = "chat_template";

/// Templates of a folder.
pub(super) struct Found {
    /// The one that conversations are written out by.
    pub default: Source,
    /// The one for conversations with tools, if they have their own.
    pub tool_use: Option<Source>,
    /// Texts of the tokens that templates may name.
    pub tokens: Map<String, Value>,
}

/// A template that was not parsed yet.
pub(super) struct Source {
    /// In Jinja.
    pub text: String,
    /// Names it in errors.
    pub file: String,
}

/// Templates of a folder: `chat_template.jinja` and `additional_chat_templates/tool_use.jinja`, else those of
/// `tokenizer_config.json`; `None` where there is none.
pub(super) fn read(folder: &Path) -> Result<Option<Found>> {
    let path = folder.join("tokenizer_config.json");
    let config = match path.is_file() {
        true => Some(ConfigFile::read(&path, "fetch it again")?),
        false => None,
    };
    let tokens = config.as_ref().map(tokens).unwrap_or_default();
    if let Some(default) = own(&folder.join("chat_template.jinja"))? {
        let tool_use = own(&folder.join(format!("additional_chat_templates/{TOOL_USE}.jinja")))?;
        return Ok(Some(Found { default, tool_use, tokens }));
    }
    let Some(config) = config else { return Ok(None) };
    let (default, tool_use) = of_config(&config)?;
    let source = |text| Source { text, file: path.display().to_string() };
    let tool_use = tool_use.map(source);
    Ok(default.map(|default| Found { default: source(default), tool_use, tokens }))
}

/// A template in a file of its own, if it is there.
fn own(path: &Path) -> Result<Option<Source>> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path).map_err(|cause| PipelineError::Read {
        path: path.to_owned(),
        cause,
        remedy: "fetch it again",
    })?;
    Ok(Some(Source { text, file: path.display().to_string() }))
}

/// The templates in `tokenizer_config.json`, default and for tools: a text, a list with names, or an object
/// by names.
fn of_config(config: &ConfigFile) -> Result<(Option<String>, Option<String>)> {
    let of_name = |name: &str| {
        let found = match config.value(FIELD)? {
            Value::Array(several) => {
                several.iter().rfind(|entry| entry["name"] == name)?.get("template")?
            }
            several => several.get(name)?,
        };
        let text = found.as_str().map(str::to_owned);
        Some(text.ok_or_else(|| config.bad(FIELD, "a text as each of its templates")))
    };
    match config.value(FIELD) {
        Some(Value::Array(_) | Value::Object(_)) => {
            let default = of_name(DEFAULT).transpose()?;
            config.check(default.is_some(), FIELD, "a template named \"default\"")?;
            Ok((default, of_name(TOOL_USE).transpose()?))
        }
        _ => Ok((config.optional(FIELD, "a template")?, None)),
    }
}

/// Texts of the tokens that templates may name.
fn tokens(config: &ConfigFile) -> Map<String, Value> {
    let text = |name: &str| match config.value(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Object(token) => token.get("content")?.as_str().map(str::to_owned),
        _ => None,
    };
    TOKENS.iter().filter_map(|&name| Some((name.to_owned(), text(name)?.into()))).collect()
}
