//! Pages of other sites: what their scripts send through a visitor's browser is refused.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::replies::{ApiError, Result};

/// Lets requests pass of programs, and of this server's own page.
pub async fn check(request: Request, next: Next) -> Result<Response> {
    if is_foreign(request.headers()) {
        let message = "this request comes from a page of another site; ask from a program, or from the \
                       page of this server";
        return Err(ApiError::with_code(StatusCode::FORBIDDEN, "foreign_origin", message));
    }
    Ok(next.run(request).await)
}

/// Browsers say where a page is from; programs do not.
fn is_foreign(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
    let host = headers.get(header::HOST).and_then(text);
    let origin = text(origin);
    let origin =
        origin.as_deref().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    host.is_none() || origin != host.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_site_is_foreign_and_a_program_is_not() {
        for (host, origin, expected) in [
            (Some("127.0.0.1:8000"), None, false),
            (None, None, false),
            (Some("127.0.0.1:8000"), Some("http://127.0.0.1:8000"), false),
            (Some("127.0.0.1:8000"), Some("http://127.0.0.1:9000"), true),
            (Some("127.0.0.1:8000"), Some("https://example.org"), true),
            (Some("127.0.0.1:8000"), Some("null"), true),
            (None, Some("http://127.0.0.1:8000"), true),
        ] {
            let mut headers = HeaderMap::new();
            let given = [(header::HOST, host), (header::ORIGIN, origin)];
            for (name, value) in given.into_iter().filter_map(|(name, v)| Some((name, v?))) {
                headers.insert(name, value.parse().expect("a header"));
            }
            assert_eq!(is_foreign(&headers), expected, "{host:?} {origin:?}");
        }
    }
}
