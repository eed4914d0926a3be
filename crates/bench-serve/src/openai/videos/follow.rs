//! From a ticket to a file.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::{
    app::App,
    ending::Ending,
    jobs::{Book, Job, JobsError},
    ledger::Delivery,
    picture::{self, Format},
    queue::{Failure, Ticket},
    replies::{durations, seconds_by_stage, words},
};

/// Waits for a job's video, and keeps it.
pub async fn follow(app: App, job: Job, ticket: Ticket, ending: Ending, began: Instant) {
    let made = encoded(ticket, job.order.format, began).await;
    let book = app.book();
    let kept = tokio::task::spawn_blocking(move || {
        let (outcome, kept) = keep(&book, &job, made);
        match outcome {
            Ok(file) => ending.complete(file.total, file.delivery()),
            Err(failure) => ending.fail(&failure),
        }
        kept
    });
    match kept.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => log::error!("{error}"),
        Err(error) => log::error!("a job could not be kept: {error}"),
    }
}

/// Keeps what became of a job; says how it has ended, for counts.
fn keep(
    book: &Book,
    job: &Job,
    made: Result<Encoded, Failure>,
) -> (Result<Encoded, Failure>, Result<(), JobsError>) {
    let made = match made {
        Ok(made) => made,
        Err(failure) => {
            let (code, message) = words(failure.clone());
            let kept = book.fail(&job.id, code, message);
            return (Err(failure), kept);
        }
    };
    match book.complete(&job.id, (&made.bytes, job.order.format), made.stages.clone()) {
        Ok(true) => (Ok(made), Ok(())),
        // it was deleted while its file was written
        Ok(false) => (Err(Failure::Cancelled), Ok(())),
        Err(error) => {
            // a disk that is full may still have room for this
            log::error!("{error}");
            let message = "the video could not be stored".to_owned();
            let kept = book.fail(&job.id, "storage_failed", message.clone());
            (Err(Failure::Failed(message)), kept)
        }
    }
}

/// A video as a file.
#[derive(Debug)]
pub struct Encoded {
    /// The file.
    pub bytes: Vec<u8>,
    /// Seconds by stage.
    pub stages: Map<String, Value>,
    /// From the request to the file.
    pub total: Duration,
    largest_batch: usize,
}

impl Encoded {
    /// What it is for counts.
    pub fn delivery(&self) -> Delivery {
        Delivery {
            stages: seconds_by_stage(&self.stages),
            bytes: self.bytes.len() as u64,
            largest_batch: self.largest_batch,
        }
    }
}

/// Waits for a video and encodes it, `began` being when it was asked for.
pub async fn encoded(ticket: Ticket, format: Format, began: Instant) -> Result<Encoded, Failure> {
    let made = ticket.outcome().await?;
    let encoding = Instant::now();
    let timing = made.timing;
    let encoded = tokio::task::spawn_blocking(move || picture::video(&made.output, format)).await;
    let bytes = encoded.map_err(|error| Failure::Failed(error.to_string()))?;
    let bytes = bytes.map_err(|error| Failure::Failed(format!("{error:#}")))?;
    let (encode, total) = (encoding.elapsed(), began.elapsed());
    let stages = durations(&timing, encode, total);
    Ok(Encoded { bytes, stages, total, largest_batch: timing.largest_batch })
}

/// The same for a client that waits.
pub async fn encoded_for(
    ticket: Ticket,
    format: Format,
    ending: Ending,
    began: Instant,
) -> Result<Encoded, Failure> {
    let made = encoded(ticket, format, began).await;
    match &made {
        Ok(file) => ending.complete(file.total, file.delivery()),
        Err(failure) => ending.fail(failure),
    }
    made
}
