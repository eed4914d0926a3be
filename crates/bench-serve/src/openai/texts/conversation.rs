//! `messages`: a conversation as chat templates take it.

use bench_engine::Chat;
use serde_json::{Map, Value, json};

use crate::{
    openai::fields::{Fields, wrong},
    replies::{ApiError, Result},
};

/// Messages of a conversation, at most.
const MOST_MESSAGES: usize = 4096;
/// Texts of a message, at most.
const MOST_PARTS: usize = 4096;
/// What parts of text are put together with, as in vLLM.
const BETWEEN_PARTS: &str = "\n";

/// What a template is given by the request as a whole, so that no variable of it may say otherwise.
const SET_HERE: [&str; 7] = [
    "add_generation_prompt",
    "chat_template",
    "continue_final_message",
    "documents",
    "messages",
    "tokenize",
    "tools",
];

/// The conversation of a request.
pub fn take(fields: &mut Fields) -> Result<Chat> {
    let messages = match fields.take("messages") {
        None => {
            let message = "messages is missing; send [{\"role\": \"user\", \"content\": \"…\"}]";
            return Err(ApiError::param("messages", message));
        }
        Some(Value::Array(messages)) => messages,
        Some(other) => return Err(wrong("messages", &other, "a list of messages")),
    };
    if messages.is_empty() || messages.len() > MOST_MESSAGES {
        let count = messages.len();
        let message = format!("messages has {count} of them, but must have 1 to {MOST_MESSAGES}");
        return Err(ApiError::param("messages", message));
    }
    let messages = messages.into_iter().enumerate().map(|(index, said)| message(index, said));
    let messages = messages.collect::<Result<_>>()?;
    let variables = match fields.take("chat_template_kwargs") {
        None => Map::new(),
        Some(Value::Object(variables)) => variables,
        Some(other) => return Err(wrong("chat_template_kwargs", &other, "an object")),
    };
    if let Some(name) = SET_HERE.into_iter().find(|name| variables.contains_key(*name)) {
        let at = format!("chat_template_kwargs.{name}");
        return Err(ApiError::param(&at, format!("{at} is set by the server; remove it")));
    }
    Ok(Chat { messages, variables, ..Chat::default() })
}

fn message(index: usize, said: Value) -> Result<Value> {
    let at = |name: &str| format!("messages[{index}].{name}");
    let Value::Object(mut said) = said else {
        return Err(wrong(&format!("messages[{index}]"), &said, "an object"));
    };
    let mut text = |name: &str| match said.shift_remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(wrong(&at(name), &other, "a text")),
    };
    let (role, name) = (text("role")?, text("name")?);
    let Some(role) = role.filter(|role| !role.is_empty()) else {
        let message = format!("{} is missing; say whose message it is, such as user", at("role"));
        return Err(ApiError::param(&at("role"), message));
    };
    let content = content(&at("content"), said.shift_remove("content"))?;
    if let Some((unknown, _)) = said.iter().find(|(_, value)| !is_nothing(value)) {
        let unknown = at(unknown);
        let message = format!("{unknown} is not supported by this server; remove it");
        return Err(ApiError::param(&unknown, message));
    }
    Ok(match name {
        None => json!({"role": role, "content": content}),
        Some(name) => json!({"role": role, "name": name, "content": content}),
    })
}

/// Clients send back what they were answered, with fields that say nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A text, or parts of text.
fn content(at: &str, content: Option<Value>) -> Result<String> {
    let parts = match content {
        Some(Value::String(text)) => return Ok(text),
        Some(Value::Array(parts)) if parts.len() <= MOST_PARTS => parts,
        None | Some(Value::Null) => {
            return Err(ApiError::param(at, format!("{at} is missing; say what the message is")));
        }
        Some(other) => {
            return Err(wrong(at, &other, &format!("a text, or up to {MOST_PARTS} parts of text")));
        }
    };
    let parts = parts.into_iter().enumerate();
    let texts = parts.map(|(index, part)| text_of(&format!("{at}[{index}]"), &part));
    Ok(texts.collect::<Result<Vec<_>>>()?.join(BETWEEN_PARTS))
}

fn text_of(at: &str, part: &Value) -> Result<String> {
    let Some(fields) = part.as_object() else {
        return Err(wrong(at, part, "an object such as {\"type\": \"text\", \"text\": \"…\"}"));
    };
    let kind = fields.get("type").unwrap_or(&Value::Null);
    if kind != "text" {
        return Err(wrong(&format!("{at}.type"), kind, "text: models of this server read no more"));
    }
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "type" | "text")) {
        let unknown = format!("{at}.{name}");
        let message = format!("{unknown} is not supported by this server; remove it");
        return Err(ApiError::param(&unknown, message));
    }
    let text = fields.get("text").unwrap_or(&Value::Null);
    let text = text.as_str().map(str::to_owned);
    text.ok_or_else(|| ApiError::param(at, format!("{at}.text is missing, or no text")))
}
