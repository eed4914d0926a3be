//! Pieces of answers.

use serde_json::json;

use crate::Step;

/// A whole reply with a length.
#[must_use]
pub fn reply(status: &str, content_type: &str, body: &str) -> Step {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    Step::Send(head.into_bytes())
}

/// A reply of JSON.
#[must_use]
pub fn json(status: &str, body: &serde_json::Value) -> Step {
    reply(status, "application/json", &body.to_string())
}

/// The head of a reply that comes in chunks.
#[must_use]
pub fn stream_head(content_type: &str) -> Step {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    Step::Send(head.into_bytes())
}

/// A chunk of such a reply; an empty one is its end.
#[must_use]
pub fn chunked(bytes: &[u8]) -> Step {
    let size = format!("{:x}\r\n", bytes.len());
    Step::Send([size.as_bytes(), bytes, b"\r\n"].concat())
}

/// An event in a chunk.
#[must_use]
pub fn sse(data: &str) -> Step {
    chunked(format!("data: {data}\n\n").as_bytes())
}

/// The data of an event that adds text to a chat.
#[must_use]
pub fn content(text: &str) -> String {
    let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": null});
    json!({"object": "chat.completion.chunk", "choices": [choice]}).to_string()
}
