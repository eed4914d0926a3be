//! From a request to its reply.

use std::time::Instant;

use axum::{
    Extension,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::{
    Route,
    answers::Answers,
    ask::{self, Ask, Wish},
    document::Head,
    generation::Sending,
    stream,
};
use crate::{
    app::App,
    ending::Ending,
    jobs::{self, Owner},
    ledger::{Delivery, Wanted},
    openai::body,
    replies::{ApiError, Attempt, Kept, Result, STAGES, seconds_by_stage, text_durations},
};

/// `POST /v1/chat/completions`.
pub async fn chat(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    create(app, owner, &headers, body, Route::Chat).await
}

/// `POST /v1/completions`.
pub async fn complete(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    create(app, owner, &headers, body, Route::Completions).await
}

async fn create(
    app: App,
    owner: Owner,
    headers: &HeaderMap,
    body: Body,
    route: Route,
) -> Result<Response> {
    let ready = app.ready()?;
    let limits = &app.settings().limits;
    let fields = body::fields(headers, body, limits).await?;
    let arrived = Instant::now();
    let fingerprint = jobs::hash(format!("{route:?} {}", fields.canonical()).as_bytes());
    let attempt = Attempt::of(headers, owner, fingerprint)?;
    let ask = Ask::take(fields, ready, route, limits.max_queue)?;
    let (model, sending) = (ask.model, ask.generation.sending);
    if sending != Sending::Whole && attempt.key.is_some() {
        let message = "Idempotency-Key has no effect on a stream, which is sent once; remove it, or set \
                       stream to false";
        return Err(ApiError::param("Idempotency-Key", message));
    }
    let wishes = ask.tokenized(&app).await?;
    match sending {
        Sending::Whole => {
            let work = whole(app.clone(), route, model, wishes, arrived);
            Ok(app.replays().run(attempt, work).await?.into_response())
        }
        Sending::Stream(usage) => {
            let mut begun = Begun::of(&app, route, model, wishes, arrived).await?;
            // what fails before its first token has a status of its own
            match begun.answers.next().await {
                Ok(first) => Ok(stream::reply(begun, first, usage)),
                Err(failure) => Err(begun.fail(failure)),
            }
        }
    }
}

/// A request whose answers are under way.
pub struct Begun {
    /// What its chunks have in common.
    pub head: Head,
    /// Its answers.
    pub answers: Answers,
    /// Its end, for counts.
    pub ending: Ending,
    arrived: Instant,
}

impl Begun {
    async fn of(
        app: &App,
        route: Route,
        model: usize,
        wishes: Vec<Wish>,
        arrived: Instant,
    ) -> Result<Self> {
        let served = &app.ready()?.models[model];
        let wanted = ask::wanted(served, &wishes);
        let prompts: Vec<usize> = wishes.iter().map(|wish| wish.prompt_tokens).collect();
        let new = wishes.into_iter().map(|wish| {
            let tokens = wish.tokens();
            app.text_request(model, wish.request, tokens)
        });
        let tickets = app.submit_new(new.collect()).await?;
        let ending = app.accepted_as(Wanted::Text(wanted), &tickets, arrived);
        let answers = Answers::of(tickets.into_iter().zip(prompts));
        Ok(Self { head: Head::new(route, served.id.clone()), answers, ending, arrived })
    }

    /// All answers have ended; gives seconds by stage.
    pub fn complete(self) -> serde_json::Map<String, Value> {
        let Self { answers, ending, arrived, .. } = self;
        let (all, total) = (answers.all(), arrived.elapsed());
        // stages are those of the answer that took longest
        let timings = all.iter().map(|answer| answer.timing);
        let last = timings.max_by_key(|timing| timing.queue + timing.denoise).unwrap_or_default();
        let stages = text_durations(&last, total);
        let made = Delivery {
            stages: seconds_by_stage(&stages),
            bytes: all.iter().map(|answer| answer.text.len() as u64).sum(),
            answers: all.iter().map(|answer| answer.answered(arrived)).collect(),
            largest_batch: last.largest_batch,
        };
        ending.complete(total, made);
        stages
    }
}

async fn whole(
    app: App,
    route: Route,
    model: usize,
    wishes: Vec<Wish>,
    arrived: Instant,
) -> Result<Kept> {
    let mut begun = Begun::of(&app, route, model, wishes, arrived).await?;
    loop {
        match begun.answers.next().await {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(failure) => return Err(begun.fail(failure)),
        }
    }
    let document = begun.head.whole(begun.answers.all());
    let stages = Value::Object(begun.complete()).to_string();
    Ok(Kept::json(&document).with(STAGES, &stages))
}
