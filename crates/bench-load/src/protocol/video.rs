//! Jobs that make videos.
//!
//! In: the object of a job, and the header with its durations. Out: how far it is, and when it ended by
//! the server's own account, so that the interval at which it is asked is not part of the latency.

use serde::Deserialize;
use serde_json::Value;

use super::{error, images::not_json};
use crate::outcome::{Outcome, Problem};

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Not yet completed.
    Waiting,
    /// Completed.
    Completed,
    /// It will never complete.
    Failed(Problem),
}

/// A job as the server describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoJob {
    /// Its name.
    pub id: String,
    /// How far it is.
    pub progress: Progress,
    /// Seconds from its creation to its completion by the server's clock; `None` where it counts whole
    /// seconds, which say less than asking again and again does.
    pub own_s: Option<f64>,
    /// Seconds of inference, without the queue.
    pub inference_s: Option<f64>,
    /// Peak of the device's memory, in MB as the server counts them.
    pub peak_memory_mb: Option<f64>,
}

#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    status: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    created_at: Option<Value>,
    #[serde(default)]
    completed_at: Option<Value>,
    #[serde(default)]
    inference_time_s: Option<Value>,
    #[serde(default)]
    peak_memory_mb: Option<Value>,
}

/// Reads the object of a job.
///
/// # Errors
/// Truncated, where its JSON stops; an in-band error, where it is none of a job.
pub fn job(body: &[u8]) -> Result<VideoJob, Problem> {
    let read: Read = serde_json::from_slice(body).map_err(|error| not_json(&error, body))?;
    let said = read.error.as_ref().filter(|error| !error.is_null()).map(error::words);
    let Some(id) = read.id.as_ref().and_then(Value::as_str) else {
        let reason = said.unwrap_or_else(|| "the reply has no id of a video".to_owned());
        return Err(Problem::new(Outcome::InBandError, &reason));
    };
    let failed = |reason: &str| Progress::Failed(Problem::new(Outcome::InBandError, reason));
    let progress = match read.status.as_ref().and_then(Value::as_str) {
        Some("completed" | "succeeded") => Progress::Completed,
        Some("queued" | "in_progress" | "processing" | "running" | "pending") => Progress::Waiting,
        Some("failed") => failed(&said.unwrap_or_else(|| "the video failed, without words".into())),
        Some(other) => failed(&format!("the video has the status {other:?}")),
        None => failed("the video has no status"),
    };
    let number = |field: &Option<Value>| field.as_ref().and_then(Value::as_f64);
    let own_s = number(&read.completed_at).zip(number(&read.created_at));
    let is_precise = |(completed, created): &(f64, f64)| {
        completed.fract() != 0.0 && created.fract() != 0.0 && completed >= created
    };
    Ok(VideoJob {
        id: id.to_owned(),
        progress,
        own_s: own_s.filter(is_precise).map(|(completed, created)| completed - created),
        inference_s: number(&read.inference_time_s),
        peak_memory_mb: number(&read.peak_memory_mb),
    })
}

/// The sum of `X-Stage-Durations`: seconds from the request to the file, by stage, as a JSON object.
#[must_use]
pub fn durations_s(header: &str) -> Option<f64> {
    let stages: serde_json::Map<String, Value> = serde_json::from_str(header).ok()?;
    let seconds: Option<Vec<f64>> = stages.values().map(Value::as_f64).collect();
    let seconds = seconds.filter(|all| !all.is_empty() && all.iter().all(|s| *s >= 0.0))?;
    Some(seconds.iter().sum())
}
