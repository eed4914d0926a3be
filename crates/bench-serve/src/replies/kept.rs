//! A reply that can be given again: its status, headers and bytes. And where a request's time went.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use crate::queue::Timing;

/// Seconds by stage, as a JSON object; they add up to the time from the request to its files.
pub const STAGES: HeaderName = HeaderName::from_static("x-stage-durations");

/// A reply that can be given again.
#[derive(Debug, Clone)]
pub struct Kept {
    headers: HeaderMap,
    body: Bytes,
}

impl Kept {
    /// A JSON document.
    pub fn json(value: &Value) -> Self {
        Self::bytes("application/json", value.to_string().into())
    }

    /// Bytes of a media type.
    pub fn bytes(media_type: &'static str, body: Bytes) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { headers, body }
    }

    /// The same with a header; values that are none are left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Bytes of its body.
    pub fn bytes_of_body(&self) -> usize {
        self.body.len()
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        (StatusCode::OK, self.headers, Body::from(self.body)).into_response()
    }
}

/// Seconds by stage of a request that took `total` until its files were there, which took `encode`. What is
/// in no stage was spent on others, and counts as `batch`.
pub fn durations(timing: &Timing, encode: Duration, total: Duration) -> Map<String, Value> {
    let Timing { queue, text_encoder, denoise, vae_decode, .. } = *timing;
    let own = queue + text_encoder + denoise + vae_decode + encode;
    let stages = [
        ("queue", queue),
        ("batch", total.saturating_sub(own)),
        ("text_encoder", text_encoder),
        ("denoise", denoise),
        ("vae_decode", vae_decode),
        ("encode", encode),
    ];
    let seconds = |took: Duration| (took.as_secs_f64() * 1e6).round() / 1e6;
    stages.map(|(name, took)| (name.to_owned(), seconds(took).into())).into_iter().collect()
}

/// The same as numbers.
pub fn seconds_by_stage(stages: &Map<String, Value>) -> BTreeMap<String, f64> {
    stages.iter().filter_map(|(name, took)| Some((name.clone(), took.as_f64()?))).collect()
}
