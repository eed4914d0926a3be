//! Errors that servers write into replies.

use serde_json::Value;

use super::chunk::Chunk;

/// What a chunk says is wrong; `None` where nothing is.
pub(super) fn in_chunk(chunk: &Chunk) -> Option<String> {
    let is = |field: &Option<Value>| field.as_ref().is_some_and(|value| value == "error");
    let error = chunk.error.as_ref().filter(|error| !error.is_null());
    if let Some(error) = error {
        return Some(words(error));
    }
    if is(&chunk.object) || is(&chunk.kind) {
        return Some(chunk.message.as_ref().map_or_else(|| "an error without words".into(), words));
    }
    let is_other = chunk.choices.is_none() && chunk.usage.is_none();
    chunk.detail.as_ref().filter(|detail| is_other && !detail.is_null()).map(words)
}

/// The words of an error, which servers write as text, or as an object with a message.
#[must_use]
pub fn words(error: &Value) -> String {
    let message = ["message", "msg", "detail", "error"].iter().find_map(|field| error.get(field));
    match (error, message) {
        (Value::String(text), _) => text.clone(),
        (_, Some(Value::String(text))) => match error.get("code").and_then(Value::as_str) {
            Some(code) if !text.contains(code) => format!("{text} ({code})"),
            _ => text.clone(),
        },
        (_, Some(inner)) if inner.is_object() => words(inner),
        _ => error.to_string(),
    }
}

/// The words of a reply whose status says that it failed: its JSON error, else its text.
#[must_use]
pub fn words_of_body(body: &[u8]) -> String {
    let read: Option<Value> = serde_json::from_slice(body).ok();
    let text = match &read {
        Some(value @ Value::Object(_)) => words(value.get("error").unwrap_or(value)),
        Some(value) => words(value),
        None => without_tags(&String::from_utf8_lossy(body)),
    };
    let text = text.trim().to_owned();
    if text.is_empty() { "without words".to_owned() } else { text }
}

/// The text of a page of a proxy.
fn without_tags(page: &str) -> String {
    if !page.trim_start().starts_with('<') {
        return page.to_owned();
    }
    let mut is_tag = false;
    let shown = page.chars().filter_map(|c| match c {
        '<' => {
            is_tag = true;
            Some(' ')
        }
        '>' => {
            is_tag = false;
            None
        }
        c => (!is_tag).then_some(c),
    });
    shown.collect()
}
