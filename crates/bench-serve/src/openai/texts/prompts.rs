//! `prompt` of a completion: a text, tokens, or a list of either.

use bench_engine::TextPrompt;
use serde_json::Value;

use crate::{
    openai::fields::{Fields, wrong},
    replies::{ApiError, Result},
};

const EXPECTED: &str = "a text, a list of texts, a list of token ids, or a list of such lists";

/// The prompts of a request, of which there may be `most`.
pub fn take(fields: &mut Fields, most: usize) -> Result<Vec<TextPrompt>> {
    let prompt = match fields.take("prompt") {
        None => {
            let message = "prompt is missing; say what is to be continued";
            return Err(ApiError::param("prompt", message));
        }
        Some(prompt) => prompt,
    };
    let items = match prompt {
        Value::String(text) => return Ok(vec![TextPrompt::Text(text)]),
        Value::Array(items) => items,
        other => return Err(wrong("prompt", &other, EXPECTED)),
    };
    if items.is_empty() {
        return Err(wrong("prompt", &Value::Array(items), "at least one text or token id"));
    }
    if items.iter().all(Value::is_number) {
        return Ok(vec![tokens("prompt", &items)?]);
    }
    if items.len() > most {
        let count = items.len();
        let message = format!("prompt has {count} prompts, but {most} are taken; send fewer");
        return Err(ApiError::param("prompt", message));
    }
    let prompts = items.into_iter().enumerate().map(|(index, item)| {
        let at = format!("prompt[{index}]");
        match item {
            Value::String(text) => Ok(TextPrompt::Text(text)),
            Value::Array(ids) => tokens(&at, &ids),
            other => Err(wrong(&at, &other, "a text, or a list of token ids")),
        }
    });
    prompts.collect()
}

fn tokens(at: &str, ids: &[Value]) -> Result<TextPrompt> {
    let id = |(index, id): (usize, &Value)| {
        let known = id.as_u64().and_then(|id| u32::try_from(id).ok());
        known.ok_or_else(|| wrong(&format!("{at}[{index}]"), id, "a token id"))
    };
    let ids: Vec<u32> = ids.iter().enumerate().map(id).collect::<Result<_>>()?;
    match ids.is_empty() {
        true => Err(ApiError::param(at, format!("{at} has no token; send one or more"))),
        false => Ok(TextPrompt::Tokens(ids)),
    }
}
