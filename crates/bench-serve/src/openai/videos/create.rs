//! `POST /v1/videos` and `/v1/videos/sync`.

use std::{slice, time::Instant};

use axum::{Extension, body::Body, extract::State, http::HeaderMap};
use serde_json::Value;

use super::{
    follow::{Encoded, encoded_for, follow},
    object::reply,
};
use crate::{
    app::App,
    jobs::{self, Accepted, Owner},
    model::Modality,
    openai::{
        asked::{self, Asked},
        body,
        fields::Fields,
    },
    queue::Failure,
    replies::{ApiError, Attempt, Kept, Result, STAGES, WINDOW, key_reused},
};

/// Takes a job.
pub async fn create(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    body: Body,
) -> Result<Kept> {
    let (attempt, asked) = read(&app, owner, &headers, body, "videos").await?;
    // who hangs up ends this handler, not the taking: a job that is on disk has somebody who follows it
    let taken = tokio::spawn(take(app, attempt, asked)).await;
    taken.map_err(|error| ApiError::internal(error.to_string()))?
}

/// Takes a job, be it one that is known already, and has it followed.
async fn take(app: App, attempt: Attempt, asked: Asked) -> Result<Kept> {
    // one at a time: of two attempts at once, the second finds the first
    let _accepting = app.accepting().await;
    if let Some(known) = known(&app, &attempt)? {
        return Ok(known);
    }
    let seconds = seconds(&asked);
    let Asked { order, model, .. } = asked;
    let began = Instant::now();
    let mut tickets = app.submit(model, slice::from_ref(&order)).await?;
    let ticket = tickets.pop().ok_or_else(|| ApiError::internal("the queue gave no ticket"))?;
    let ending = app.accepted(&order, slice::from_ref(&ticket), began);
    let Attempt { owner, key, fingerprint, .. } = attempt;
    let new = Accepted { owner, order, seconds, idempotency_key: key, fingerprint };
    let progress = ticket.progress.clone();
    let book = app.book();
    let job = tokio::task::spawn_blocking(move || book.accept(new, progress)).await;
    let job = job.map_err(|error| error.to_string()).and_then(|job| job.map_err(|e| e.to_string()));
    let job = match job {
        Ok(job) => job,
        Err(problem) => {
            ending.fail(&Failure::Failed(problem.clone()));
            return Err(ApiError::internal(problem));
        }
    };
    ending.name(&job.id);
    tokio::spawn(follow(app.clone(), job.clone(), ticket, ending, began));
    Ok(reply(&job, 0))
}

/// The job that an attempt means which is not the first.
fn known(app: &App, attempt: &Attempt) -> Result<Option<Kept>> {
    let book = app.book();
    let Attempt { owner, key, retries, fingerprint } = attempt;
    let known = match (key, retries) {
        (Some(key), _) => book.with_key(owner, key),
        (None, Some(1..)) => {
            let window = WINDOW.as_secs().try_into().unwrap_or(i64::MAX);
            book.only_like(owner, fingerprint, jobs::now() - window)
        }
        _ => None,
    };
    match known {
        Some((job, _)) if job.fingerprint != *fingerprint => Err(key_reused()),
        known => Ok(known.map(|(job, steps)| reply(&job, steps))),
    }
}

/// Makes a video while the client waits.
pub async fn sync(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    body: Body,
) -> Result<Kept> {
    let (attempt, Asked { order, model, .. }) =
        read(&app, owner, &headers, body, "videos/sync").await?;
    let began = Instant::now();
    let replaying = app.clone();
    let work = async move {
        let mut tickets = app.submit(model, slice::from_ref(&order)).await?;
        let ticket = tickets.pop().ok_or_else(|| ApiError::internal("the queue gave no ticket"))?;
        let ending = app.accepted(&order, slice::from_ref(&ticket), began);
        let Encoded { bytes, stages, .. } =
            encoded_for(ticket, order.format, ending, began).await?;
        let stages = Value::Object(stages).to_string();
        Ok(Kept::bytes(order.format.media_type(), bytes.into()).with(STAGES, &stages))
    };
    replaying.replays().run(attempt, work).await
}

async fn read(
    app: &App,
    owner: Owner,
    headers: &HeaderMap,
    body: Body,
    route: &str,
) -> Result<(Attempt, Asked)> {
    let ready = app.ready()?;
    let limits = &app.settings().limits;
    let mut fields = body::fields(headers, body, limits).await?;
    let fingerprint = jobs::hash(format!("{route} {}", fields.canonical()).as_bytes());
    let attempt = Attempt::of(headers, owner, fingerprint)?;
    refuse_references(&mut fields)?;
    let settings = (limits, app.settings().video_format);
    let asked = asked::asked(&mut fields, ready, Modality::Videos, settings)?;
    fields.text("user")?;
    fields.finish()?;
    Ok((attempt, asked))
}

fn refuse_references(fields: &mut Fields) -> Result<()> {
    match fields.take("input_reference") {
        None => Ok(()),
        Some(_) => {
            let message =
                "input_reference is not supported: the models of this server take text alone";
            Err(ApiError::param("input_reference", message))
        }
    }
}

/// The length in words: as it was asked for, else as it follows from frames.
fn seconds(asked: &Asked) -> String {
    if let Some(seconds) = &asked.seconds {
        return seconds.clone();
    }
    let (frames, fps) = (asked.order.num_frames.unwrap_or(1), asked.order.fps.unwrap_or(1));
    let seconds = frames as f64 / fps.max(1) as f64;
    ((seconds * 1000.0).round() / 1000.0).to_string()
}
