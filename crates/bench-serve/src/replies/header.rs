//! Headers that decide what a request means: each is there once, in letters that can be read, or not at all.

use axum::http::HeaderMap;

use super::{ApiError, Result};

/// A header's text without the spaces around it; `None` where it was not sent.
///
/// # Errors
/// Where it is there several times, or is no text: to take either for nothing would be a guess.
pub fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ApiError::param(name, format!("{name} is there several times; send it once")));
    }
    match value.to_str() {
        Ok(text) => Ok(Some(text.trim())),
        Err(_) => {
            let message = format!("{name} has characters beyond printable ASCII; remove them");
            Err(ApiError::param(name, message))
        }
    }
}
