//! `/v1/models`.

use axum::extract::{Path, State, rejection::PathRejection};
use serde_json::{Value, json};

use super::asked::unknown_model;
use crate::{
    app::App,
    replies::{ApiError, Kept, Result},
};

/// All models.
pub async fn list(State(app): State<App>) -> Result<Kept> {
    let ready = app.ready()?;
    let data: Vec<Value> = ready.models.iter().map(|m| object(&m.id, ready.since)).collect();
    Ok(Kept::json(&json!({"object": "list", "data": data})))
}

/// One of them.
pub async fn get(
    State(app): State<App>,
    id: std::result::Result<Path<String>, PathRejection>,
) -> Result<Kept> {
    let Path(id) = id.map_err(|error| ApiError::malformed(error.body_text()))?;
    let ready = app.ready()?;
    let found = ready.models.iter().find(|model| model.id == id);
    found.map(|model| Kept::json(&object(&model.id, ready.since))).ok_or_else(|| unknown_model(&id))
}

fn object(id: &str, created: i64) -> Value {
    json!({"id": id, "object": "model", "created": created, "owned_by": "bench-runner"})
}
