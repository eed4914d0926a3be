//! A job as OpenAI's clients read it.

use axum::http::HeaderName;
use serde_json::{Value, json};

use crate::{
    jobs::{Job, Status},
    replies::{Kept, STAGES},
};

/// After how many milliseconds a client is to ask again.
const POLL_AFTER: HeaderName = HeaderName::from_static("openai-poll-after-ms");
const POLL_MS: &str = "500";

/// A job with the steps that are done, as a reply.
pub fn reply(job: &Job, steps: u64) -> Kept {
    let reply = Kept::json(&object(job, steps));
    match &job.durations {
        Some(stages) => reply.with(STAGES, &Value::Object(stages.clone()).to_string()),
        None if job.has_ended() => reply,
        None => reply.with(POLL_AFTER, POLL_MS),
    }
}

/// A job with the steps that are done.
pub fn object(job: &Job, steps: u64) -> Value {
    let error = job.error.as_ref();
    let error = error.map(|error| json!({"code": error.code, "message": error.message}));
    json!({
        "id": job.id,
        "object": "video",
        "model": job.order.model,
        "status": job.status,
        "progress": progress(job, steps),
        "created_at": job.created_at,
        "completed_at": job.completed_at,
        "expires_at": job.expires_at,
        "size": job.order.size(),
        "seconds": job.seconds,
        "prompt": job.order.prompt,
        "remixed_from_video_id": null,
        "error": error,
    })
}

/// Per cent; 100 only when the file is there.
fn progress(job: &Job, steps: u64) -> u64 {
    match (job.status, job.order.num_inference_steps) {
        (Status::Completed, _) => 100,
        (Status::InProgress, Some(all)) if all > 0 => (steps * 100 / all).min(99),
        _ => 0,
    }
}
