//! What a client hears where its request cannot be answered: OpenAI's body, and headers that its clients heed.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::queue::{Failure, Refusal};

/// Why a request cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    message: String,
    param: Option<String>,
    code: Option<&'static str>,
    retry_after_s: Option<u64>,
    /// Whether clients are told not to try again.
    is_final: bool,
}

pub type Result<T> = std::result::Result<T, ApiError>;

/// Characters of a message; what clients send is said back to them in part.
const LONGEST_MESSAGE: usize = 1000;
/// Characters of a field's name.
const LONGEST_PARAM: usize = 100;

const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

impl ApiError {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = clipped(&message.into(), LONGEST_MESSAGE);
        Self { status, message, param: None, code: None, retry_after_s: None, is_final: false }
    }

    /// A field that cannot be followed.
    pub fn param(param: &str, message: impl Into<String>) -> Self {
        let param = Some(clipped(param, LONGEST_PARAM));
        Self { param, ..Self::new(StatusCode::BAD_REQUEST, message) }
    }

    /// A request that is none, no field being at fault.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// A status with a word for programs.
    pub fn with_code(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(status, message) }
    }

    /// The same about a field.
    #[must_use]
    pub fn about(self, param: &str) -> Self {
        Self { param: Some(clipped(param, LONGEST_PARAM)), ..self }
    }

    /// The same, which trying again does not change.
    #[must_use]
    pub fn finally(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// The same; a client may try again after so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Something of the server's own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// Models are still being loaded.
    pub fn loading() -> Self {
        let message = "the models are still loading; try again, or wait until /ready is 200";
        Self::with_code(StatusCode::SERVICE_UNAVAILABLE, "loading", message).retry_after(1)
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    fn kind(&self) -> &'static str {
        match self.status.as_u16() {
            401 => "authentication_error",
            429 => "rate_limit_error",
            400..500 => "invalid_request_error",
            _ => "server_error",
        }
    }
}

/// The beginning of a text that clients may have chosen, marked where the rest was left out.
fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full { retry_after_s } => {
                let message = format!("the queue is full; try again in {retry_after_s} s");
                Self::with_code(StatusCode::TOO_MANY_REQUESTS, "queue_full", message)
                    .retry_after(retry_after_s)
            }
            Refusal::Draining { retry_after_s } => {
                let message = "the server is ending and takes no more requests";
                Self::with_code(StatusCode::SERVICE_UNAVAILABLE, "draining", message)
                    .retry_after(retry_after_s)
            }
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let (code, message) = words(failure);
        match code {
            GENERATION_FAILED => {
                Self::with_code(StatusCode::INTERNAL_SERVER_ERROR, code, message).finally()
            }
            _ => Self::with_code(StatusCode::SERVICE_UNAVAILABLE, code, message).retry_after(1),
        }
    }
}

const GENERATION_FAILED: &str = "generation_failed";

/// A failure as a word for programs and a sentence for people.
pub fn words(failure: Failure) -> (&'static str, String) {
    match failure {
        Failure::Cancelled => ("cancelled", "the request was cancelled".to_owned()),
        Failure::Stopped => (
            "server_stopped",
            "the server ended before this request began; send it again".to_owned(),
        ),
        Failure::CutShort => {
            ("server_stopped", "the server ended before this was done; send it again".to_owned())
        }
        Failure::Failed(message) => (GENERATION_FAILED, message),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({"error": {
            "message": self.message, "type": self.kind(), "param": self.param, "code": self.code,
        }});
        let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut response = (self.status, [json], body.to_string()).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.is_final {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
