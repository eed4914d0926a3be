//! What operators ask: `/health`, `/ready`, `/metrics`.

use axum::{extract::State, http::header, response::IntoResponse};
use serde_json::json;

use crate::{
    app::App,
    queue::Refusal,
    replies::{ApiError, Kept, Result},
};

/// The process is there.
pub async fn health() -> Kept {
    Kept::json(&json!({"status": "ok"}))
}

/// Requests are taken.
pub async fn ready(State(app): State<App>) -> Result<Kept> {
    if let Some(retry_after_s) = app.draining() {
        return Err(ApiError::from(Refusal::Draining { retry_after_s }));
    }
    app.ready()?;
    Ok(Kept::json(&json!({"status": "ready"})))
}

/// Counts.
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics().text())
}
