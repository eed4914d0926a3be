//! Reading answers of the Hub: their status, their body, and what they say of themselves.
//!
//! In: a response, and what was asked. Out: its whole body with the address of the next page, or what
//! is wrong in the Hub's words.

use std::io::Read;

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::{Body, http::Response};

use crate::{error::HubError, patience};

/// An answer with status 200 or 206.
#[derive(Debug)]
pub struct Answer {
    /// Address of the next page, where there is one.
    pub next: Option<String>,
    /// Its body, whole.
    pub body: Vec<u8>,
}

/// The answer with its body, where its status is a good one; `what` was asked is named in errors.
pub(crate) fn read_answer(
    response: Response<Body>,
    what: String,
    most_bytes: u64,
) -> Result<Answer, HubError> {
    let status = response.status().as_u16();
    let next = header(&response, "link").and_then(next_page);
    let asked = patience::asked(header(&response, "retry-after"), header(&response, "ratelimit"));
    let words = header(&response, "x-error-message").map(str::to_owned);
    let is_good = matches!(status, 200 | 206);
    let limit = if is_good { most_bytes } else { 64 * 1024 };
    let announced = header(&response, "content-length").and_then(|text| text.parse::<u64>().ok());
    if is_good && announced.is_some_and(|length| length > limit) {
        let length = announced.unwrap_or_default();
        let problem = format!("has {length} bytes, more than the {limit} that are read");
        return Err(HubError::Unexpected { what, problem });
    }
    let mut body = Vec::new();
    let read = response.into_body().into_reader().take(limit + 1).read_to_end(&mut body);
    if !is_good {
        let message = words.unwrap_or_else(|| words_of(&body));
        return Err(HubError::Status { what, status, message, asked });
    }
    if let Err(error) = read {
        let problem = error.to_string();
        return Err(HubError::Transport { what, problem });
    }
    if body.len() as u64 > limit {
        let problem = format!("has more than the {limit} bytes that are read");
        return Err(HubError::Unexpected { what, problem });
    }
    Ok(Answer { next, body })
}

pub(crate) fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

/// The address that a `Link` header calls `next`.
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let (_, rest) = next.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}

/// What the Hub says is wrong: its `error`, else the beginning of its words.
fn words_of(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|value| value.get("error")?.as_str());
    match said {
        Some(words) => bench_records::lenient::shorten(words),
        None => kind(body),
    }
}

/// What a body is that is not what it should be.
#[must_use]
pub fn kind(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(256)]).trim().to_lowercase();
    match text {
        text if text.is_empty() => "nothing".to_owned(),
        text if text.starts_with("<!doctype html") || text.starts_with("<html") => {
            "an HTML page".to_owned()
        }
        text => format!("{:?}", bench_records::lenient::shorten(&text)),
    }
}

/// A field of an answer that is text.
///
/// # Errors
/// Where it is missing.
pub(crate) fn text_of<'v>(value: &'v Value, field: &str, what: &str) -> Result<&'v str> {
    value
        .get(field)
        .and_then(Value::as_str)
        .with_context(|| format!("{what}: the answer has no {field:?}; check HF_ENDPOINT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_the_link_calls_next() {
        let link = r#"<https://h/a?x=1>; rel="prev", <https://h/b?cursor=2&limit=3>; rel="next""#;
        assert_eq!(next_page(link).as_deref(), Some("https://h/b?cursor=2&limit=3"));
        assert_eq!(next_page(r#"<https://h/a>; rel="prev""#), None);
    }
}
