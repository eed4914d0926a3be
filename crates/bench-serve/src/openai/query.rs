//! The query of an address: names that a route reads, each once; others are refused by name.

use std::collections::HashMap;

use axum::{
    extract::{Query, Request},
    http::{Method, Uri},
    middleware::Next,
    response::Response,
};

use super::route;
use crate::replies::{ApiError, Result};

/// Lets requests pass whose query the route reads.
pub async fn check(request: Request, next: Next) -> Result<Response> {
    let known = known(request.method(), route::label(request.uri().path()));
    read(request.uri(), known)?;
    Ok(next.run(request).await)
}

/// What a route reads of its query.
fn known(method: &Method, route: &str) -> &'static [&'static str] {
    match (method.is_safe(), route) {
        (true, "/v1/videos") => &["after", "limit", "order"],
        (true, "/v1/videos/{id}/content") => &["variant"],
        _ => &[],
    }
}

fn read(uri: &Uri, known: &[&str]) -> Result<HashMap<String, String>> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Query(pairs) = pairs.map_err(|error| ApiError::malformed(error.body_text()))?;
    let mut values = HashMap::new();
    for (name, value) in pairs {
        if !known.contains(&name.as_str()) {
            return Err(unknown(&name, known));
        }
        if values.contains_key(&name) {
            let message = format!("{name} is in the address twice; send it once");
            return Err(ApiError::param(&name, message));
        }
        values.insert(name, value);
    }
    Ok(values)
}

fn unknown(name: &str, known: &[&str]) -> ApiError {
    let message = match known {
        [] => format!(
            "{name} is in the address, of which this path reads no parameters; send fields in the body"
        ),
        known => format!("{name} is not supported here (known: {})", known.join(", ")),
    };
    ApiError::param(name, message)
}

/// Values by name; [`check`] has let them pass.
pub fn values(uri: &Uri) -> Result<HashMap<String, String>> {
    read(uri, known(&Method::GET, route::label(uri.path())))
}
