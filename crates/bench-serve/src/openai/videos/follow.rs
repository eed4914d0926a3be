//! From a ticket to a file.

use std::time::Instant;

use serde_json::{Map, Value};

use crate::{
    app::App,
    jobs::Job,
    metrics::Ended,
    picture,
    queue::{Failure, Ticket},
    replies::{durations, words},
};

/// Waits for a job's video, and keeps it.
pub async fn follow(app: App, job: Job, ticket: Ticket, began: Instant) {
    let made = encoded(&app, &job.order.model, ticket, began).await;
    let book = app.book();
    let kept = tokio::task::spawn_blocking(move || match made {
        Ok((bytes, stages)) => book.complete(&job.id, &bytes, stages).or_else(|error| {
            // a disk that is full may still have room for this
            log::error!("{error}");
            book.fail(&job.id, "storage_failed", "the video could not be stored".to_owned())
        }),
        Err(failure) => {
            let (code, message) = words(failure);
            book.fail(&job.id, code, message)
        }
    });
    match kept.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => log::error!("{error}"),
        Err(error) => log::error!("a job could not be kept: {error}"),
    }
}

/// Waits for a video and encodes it: its bytes, and where its time went.
pub async fn encoded(
    app: &App,
    model: &str,
    ticket: Ticket,
    began: Instant,
) -> Result<(Vec<u8>, Map<String, Value>), Failure> {
    let outcome = encode(ticket).await;
    let total = began.elapsed();
    let ended = match &outcome {
        Ok(_) => Ended::Completed,
        Err(Failure::Cancelled) => Ended::Cancelled,
        Err(_) => Ended::Failed,
    };
    app.metrics().ended(model, ended, total);
    let (bytes, timing, encode) = outcome?;
    Ok((bytes, durations(&timing, encode, total)))
}

async fn encode(
    ticket: Ticket,
) -> Result<(Vec<u8>, crate::queue::Timing, std::time::Duration), Failure> {
    let made = ticket.outcome().await?;
    let encoding = Instant::now();
    let timing = made.timing;
    let encoded = tokio::task::spawn_blocking(move || picture::video(&made.output)).await;
    let bytes = encoded.map_err(|error| Failure::Failed(error.to_string()))?;
    let bytes = bytes.map_err(|error| Failure::Failed(format!("{error:#}")))?;
    Ok((bytes, timing, encoding.elapsed()))
}
