//! `GET /v1/videos`, one of them, its content, and `DELETE`.

use std::collections::HashMap;

use axum::{
    Extension,
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri, header},
};
use serde_json::{Value, json};

use super::object::{object, reply};
use crate::{
    app::App,
    jobs::{Owner, Page, Status},
    openai::query,
    replies::{ApiError, Kept, Result, STAGES},
};

type Id = std::result::Result<Path<String>, PathRejection>;

const DEFAULT_LIMIT: usize = 20;
const MOST_LISTED: usize = 100;

/// Jobs of the client.
pub async fn list(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    uri: Uri,
) -> Result<Kept> {
    let page = page(&query::values(&uri)?)?;
    let listed = app.book().list(&owner, &page);
    let (jobs, has_more) = listed.ok_or_else(|| {
        let after = page.after.unwrap_or_default();
        ApiError::param("after", format!("after is {after:?}, which is no video of yours"))
    })?;
    let named = |job: Option<&(crate::jobs::Job, u64)>| job.map(|(job, _)| job.id.clone());
    let (first, last) = (named(jobs.first()), named(jobs.last()));
    let data: Vec<Value> = jobs.iter().map(|(job, steps)| object(job, *steps)).collect();
    Ok(Kept::json(&json!({
        "object": "list", "data": data, "first_id": first, "last_id": last, "has_more": has_more,
    })))
}

fn page(asked: &HashMap<String, String>) -> Result<Page> {
    let limit = match asked.get("limit") {
        None => DEFAULT_LIMIT,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=MOST_LISTED).contains(limit));
            limit.ok_or_else(|| {
                let message = format!("limit is {text:?}, but must be 1 to {MOST_LISTED}");
                ApiError::param("limit", message)
            })?
        }
    };
    let newest_first = match asked.get("order").map(String::as_str) {
        None | Some("desc") => true,
        Some("asc") => false,
        Some(other) => {
            let message = format!("order is {other:?}, but must be asc or desc");
            return Err(ApiError::param("order", message));
        }
    };
    Ok(Page { after: asked.get("after").cloned(), limit, newest_first })
}

/// One job.
pub async fn get(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    id: Id,
) -> Result<Kept> {
    let id = name(id)?;
    let (job, steps) = app.book().get(&id, &owner).ok_or_else(|| unknown(&id))?;
    Ok(reply(&job, steps))
}

/// Forgets a job with its file; one that has not ended is cancelled.
pub async fn delete(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    id: Id,
) -> Result<Kept> {
    let id = name(id)?;
    let deleted = app.book().delete(&id, &owner);
    let deleted = deleted.map_err(|error| ApiError::internal(error.to_string()))?;
    let job = deleted.ok_or_else(|| unknown(&id))?;
    Ok(Kept::json(&json!({"id": job.id, "deleted": true, "object": "video.deleted"})))
}

/// The file of a job.
pub async fn content(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    id: Id,
    uri: Uri,
) -> Result<Kept> {
    let (id, asked) = (name(id)?, query::values(&uri)?);
    if let Some(variant) = asked.get("variant").filter(|variant| *variant != "video") {
        let message = format!("variant is {variant:?}, but this server has video");
        return Err(ApiError::param("variant", message));
    }
    let book = app.book();
    let (job, _) = book.get(&id, &owner).ok_or_else(|| unknown(&id))?;
    let Some(file) = job.file else {
        let message = match job.status {
            Status::Failed => "this video failed, and there is no file; see its error",
            _ => "this video is not ready; ask again when its status is completed",
        };
        return Err(ApiError::with_code(StatusCode::BAD_REQUEST, "video_not_ready", message));
    };
    let (tag, media_type) = (format!("\"{}\"", file.sha256), file.format.media_type());
    let bytes = tokio::task::spawn_blocking(move || book.read(&file)).await;
    let bytes = bytes.map_err(|error| ApiError::internal(error.to_string()))?;
    // deleted or expired between the two looks
    let bytes = bytes.map_err(|_| unknown(&id))?;
    let reply = Kept::bytes(media_type, bytes.into());
    let stages = job.durations.map(|stages| Value::Object(stages).to_string());
    let reply = reply.with(header::ETAG, &tag);
    Ok(match stages {
        Some(stages) => reply.with(STAGES, &stages),
        None => reply,
    })
}

fn name(id: Id) -> Result<String> {
    Ok(id.map_err(|error| ApiError::malformed(error.body_text()))?.0)
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(100).collect();
    let message = format!("there is no video {id:?}; it may have expired");
    ApiError::with_code(StatusCode::NOT_FOUND, "video_not_found", message)
}
