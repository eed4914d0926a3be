//! Replies with pictures.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::error;
use crate::outcome::{Outcome, Problem};

#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    data: Option<Vec<Picture>>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Picture {
    #[serde(default)]
    b64_json: Option<IgnoredAny>,
    #[serde(default)]
    url: Option<IgnoredAny>,
}

/// How many pictures a reply has.
///
/// # Errors
/// Truncated, where its JSON stops; an in-band error, where it is one, or no reply with pictures.
pub fn count_images(body: &[u8]) -> Result<u64, Problem> {
    let read: Read = serde_json::from_slice(body).map_err(|error| not_json(&error, body))?;
    if let Some(error) = read.error.filter(|error| !error.is_null()) {
        return Err(Problem::new(Outcome::InBandError, &error::words(&error)));
    }
    let pictures = read.data.unwrap_or_default();
    let count = pictures.iter().filter(|it| it.b64_json.is_some() || it.url.is_some()).count();
    if count == 0 || count < pictures.len() {
        let reason = "the reply has no b64_json or url for each picture in data";
        return Err(Problem::new(Outcome::InBandError, reason));
    }
    Ok(count as u64)
}

/// What is wrong with a reply that should be JSON.
pub(super) fn not_json(error: &serde_json::Error, body: &[u8]) -> Problem {
    if error.is_eof() {
        return Problem::new(Outcome::Truncated, "the reply's JSON stops before its end");
    }
    let shown = error::words_of_body(body);
    Problem::new(Outcome::InBandError, &format!("the reply is not the expected JSON: {shown}"))
}
