//! The body of a request, as fields: JSON or a form, within bounds of size and time.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value;

use super::fields::{Fields, Form};
use crate::{
    replies::{ApiError, Result, only},
    settings::Limits,
};

/// What is read and thrown away of a body that is too large, so that its sender hears the answer.
const MOST_DISCARDED_BYTES: usize = 1 << 30;
/// Longest time for that.
const LONGEST_DISCARD: Duration = Duration::from_secs(10);
/// Fields of a form, at most.
const MOST_FIELDS: usize = 100;

/// Reads the fields of a body.
pub async fn fields(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Fields> {
    let kind = only(headers, header::CONTENT_TYPE.as_str())?.unwrap_or("application/json");
    let media_type = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let form = match media_type.as_str() {
        "application/json" => Form::Json,
        "multipart/form-data" => Form::Multipart,
        other => return Err(unsupported(other)),
    };
    let bytes = read(headers, body, limits).await?;
    match form {
        Form::Json => json(&bytes),
        Form::Multipart => multipart(kind, bytes).await,
    }
}

fn unsupported(media_type: &str) -> ApiError {
    let message = format!(
        "content-type is {media_type:?}; send application/json or multipart/form-data (curl: -H \
         'content-type: application/json')"
    );
    ApiError::with_code(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
}

async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Bytes> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let said: usize = said.and_then(|said| said.parse().ok()).unwrap_or_default();
    let mut body = body;
    if said > limits.max_body_bytes {
        discard(&mut body).await;
        return Err(too_large(limits));
    }
    let collect = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|_| ApiError::malformed("the body ended before it was whole"))?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > limits.max_body_bytes {
                return Err(too_large(limits));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Bytes::from(bytes))
    };
    match tokio::time::timeout(limits.body_timeout, collect).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            discard(&mut body).await;
            Err(error)
        }
        Err(_) => {
            let seconds = limits.body_timeout.as_secs_f64();
            let message = format!("the body did not arrive within {seconds} s");
            Err(ApiError::with_code(StatusCode::REQUEST_TIMEOUT, "body_timeout", message))
        }
    }
}

/// Throws the rest away, a frame at a time.
async fn discard(body: &mut Body) {
    let discard = async {
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > MOST_DISCARDED_BYTES {
                break;
            }
        }
    };
    // who sends for longer gets no answer
    let _ = tokio::time::timeout(LONGEST_DISCARD, discard).await;
}

fn too_large(limits: &Limits) -> ApiError {
    let message = format!(
        "the body is larger than {} bytes; send text alone, for files such as input_reference are not \
         supported",
        limits.max_body_bytes
    );
    ApiError::with_code(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}

/// The fields of a JSON object.
fn json(bytes: &[u8]) -> Result<Fields> {
    if bytes.is_empty() {
        return Err(ApiError::malformed("the body is empty; send a JSON object"));
    }
    object(bytes)
        .map_err(|error| ApiError::malformed(format!("the body is no JSON object: {error}")))?
        .fields()
}

/// A JSON object.
pub fn object(bytes: &[u8]) -> serde_json::Result<Object> {
    serde_json::from_slice(bytes)
}

/// An object with its keys in order, those that are there twice included.
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// Its fields, each of which may be there once.
    pub fn fields(self) -> Result<Fields> {
        let mut fields = Fields::new(Form::Json);
        for (name, value) in self.0 {
            fields.add(name, value)?;
        }
        Ok(fields)
    }
}

impl<'de> serde::Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

async fn multipart(kind: &str, bytes: Bytes) -> Result<Fields> {
    let request = Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(bytes));
    let request = request.map_err(|error| ApiError::malformed(error.to_string()))?;
    let refused = |error: &dyn std::fmt::Display| {
        ApiError::malformed(format!("the form cannot be read: {error}"))
    };
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|error| refused(&error.body_text()))?;
    let mut fields = Fields::new(Form::Multipart);
    let mut count = 0;
    while let Some(field) = form.next_field().await.map_err(|error| refused(&error.body_text()))? {
        count += 1;
        if count > MOST_FIELDS {
            return Err(ApiError::malformed(format!(
                "the form has more than {MOST_FIELDS} fields"
            )));
        }
        let Some(name) = field.name().map(str::to_owned) else {
            return Err(ApiError::malformed("a field of the form has no name"));
        };
        if field.file_name().is_some() {
            let message = format!("{name} is a file, and files are not supported; send text alone");
            return Err(ApiError::param(&name, message));
        }
        let bytes = field.bytes().await.map_err(|error| {
            ApiError::param(&name, format!("{name} cannot be read: {}", error.body_text()))
        })?;
        let text = String::from_utf8(bytes.to_vec())
            .map_err(|_| ApiError::param(&name, format!("{name} is no text in UTF-8")))?;
        fields.add(name, Value::String(text))?;
    }
    Ok(fields)
}
