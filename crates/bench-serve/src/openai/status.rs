//! `GET /status`: what the page shows of the queue, of batches and of the last requests.
//!
//! No prompt is in it. With API keys, every key sees all requests, but only its own videos by name.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::{Extension, extract::State};
use serde_json::{Value, json};

use crate::{
    app::App,
    batching::Mode,
    board::{Past, UnderWay},
    jobs::Owner,
    ledger::Wanted,
    model::Modality,
    replies::Kept,
};

/// What the server is doing.
pub async fn status(State(app): State<App>, Extension(owner): Extension<Owner>) -> Kept {
    let (board, settings) = (app.board(), app.settings());
    // before the lists, so that what is counted as ended is not under way
    let counts = app.metrics().now();
    let batching = &settings.batching;
    let models = app.models().iter();
    let models = models.map(|model| json!({"id": model.id, "makes": makes(model.modality)}));
    let models: Vec<Value> = models.collect();
    let under_way: Vec<Value> =
        board.under_way().iter().map(|request| of_request(&app, request)).collect();
    let ended: Vec<Value> = board.ended().iter().map(|past| of_past(&app, past, &owner)).collect();
    Kept::json(&json!({
        "state": state(&app),
        "version": env!("CARGO_PKG_VERSION"),
        "models": models,
        "max_queue": settings.limits.max_queue,
        "batching": match batching.mode {
            Mode::Disabled => json!({"mode": "disabled"}),
            Mode::Dynamic => json!({"mode": "dynamic", "max_size": batching.max_size}),
        },
        "counts": counts,
        "under_way": under_way,
        "ended": ended,
    }))
}

fn makes(modality: Modality) -> &'static str {
    match modality {
        Modality::Images => "images",
        Modality::Videos => "videos",
        Modality::Texts => "texts",
    }
}

fn state(app: &App) -> &'static str {
    match app.ready() {
        _ if app.draining().is_some() => "draining",
        Ok(_) => "ready",
        Err(_) => "loading",
    }
}

fn of_request(app: &App, request: &UnderWay) -> Value {
    let UnderWay { wanted, outputs, arrived, progress, .. } = request;
    let has_begun = progress.iter().any(|progress| progress.has_begun());
    let done: u64 = progress.iter().map(|progress| progress.steps()).sum();
    let (each, unit) = length(app, wanted);
    let whole = each.map(|each| each.saturating_mul(*outputs));
    json!({
        "model": wanted.model(),
        "asked_for": words(wanted, *outputs),
        "state": if has_begun { "running" } else { "waiting" },
        "done": whole.map_or(done, |whole| done.min(whole)),
        "of": whole,
        "unit": unit,
        "age_s": arrived.elapsed().as_secs_f64(),
    })
}

fn of_past(app: &App, past: &Past, owner: &Owner) -> Value {
    let Past { receipt, at, video } = past;
    let made = receipt.made.as_ref();
    // that of another key, one that was deleted, one that has expired
    let is_seen = |video: &&String| app.book().get(video, owner).is_some();
    json!({
        "model": receipt.wanted.model(),
        "asked_for": words(&receipt.wanted, receipt.outputs),
        "outcome": receipt.ended.label(),
        "ended_at": unix_s(*at),
        "latency_s": receipt.latency.as_secs_f64(),
        "stages": made.map(|made| &made.stages),
        "largest_batch": made.map(|made| made.largest_batch),
        "video": video.as_ref().filter(is_seen).filter(|_| made.is_some()),
    })
}

/// Steps or tokens of one output, the latter at most.
fn length(app: &App, wanted: &Wanted) -> (Option<u64>, &'static str) {
    match wanted {
        Wanted::Text(text) => (Some(text.max_tokens), "tokens"),
        Wanted::Picture(order) => {
            let model = app.models().iter().find(|model| model.id == order.model);
            let own = model.and_then(|model| model.terms.defaults.num_inference_steps);
            (order.num_inference_steps.or(own), "steps")
        }
    }
}

fn words(wanted: &Wanted, outputs: u64) -> String {
    let several = if outputs > 1 { format!("{outputs} × ") } else { String::new() };
    match wanted {
        Wanted::Text(text) => {
            let (prompt, most) = (text.prompt_tokens, text.max_tokens);
            format!("{several}{prompt} tokens in, up to {most} out")
        }
        Wanted::Picture(order) => match order.num_frames {
            Some(frames) => format!("{several}video of {frames} frames, {}", order.size()),
            None => format!("{several}picture, {}", order.size()),
        },
    }
}

fn unix_s(at: Instant) -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(at.elapsed()).as_secs_f64()
}
