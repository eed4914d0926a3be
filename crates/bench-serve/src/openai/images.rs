//! `POST /v1/images/generations`.

use std::time::Instant;

use axum::{Extension, body::Body, extract::State, http::HeaderMap};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    asked::{self, Asked},
    body,
    fields::Fields,
};
use crate::{
    app::App,
    jobs::{self, Owner},
    ledger::Delivery,
    model::Modality,
    order::Order,
    picture::{self, Format},
    queue::{Failure, Made, Timing},
    replies::{ApiError, Attempt, Kept, Result, STAGES, durations, seconds_by_stage},
};

/// Pictures of one request, at most.
const MOST_PICTURES: u64 = 10;

/// Makes pictures.
pub async fn create(
    State(app): State<App>,
    Extension(owner): Extension<Owner>,
    headers: HeaderMap,
    body: Body,
) -> Result<Kept> {
    let ready = app.ready()?;
    let limits = &app.settings().limits;
    let mut fields = body::fields(&headers, body, limits).await?;
    let began = Instant::now();
    let fingerprint = jobs::hash(format!("images {}", fields.canonical()).as_bytes());
    let attempt = Attempt::of(&headers, owner, fingerprint)?;
    let count = own_fields(&mut fields, limits.max_queue)?;
    let Asked { order, model, .. } =
        asked::asked(&mut fields, ready, Modality::Images, (limits, Format::Png))?;
    fields.finish()?;
    let orders = orders(&order, count)?;
    let work = generate(app.clone(), model, orders, began);
    app.replays().run(attempt, work).await
}

/// How many pictures; what else OpenAI's clients send is passed where it changes nothing.
fn own_fields(fields: &mut Fields, max_queue: usize) -> Result<u64> {
    let count = fields.positive("n")?.unwrap_or(1);
    // each waits by itself
    let most = MOST_PICTURES.min(max_queue as u64);
    if count > most {
        let message = format!("n is {count}, but must be 1 to {most}");
        return Err(ApiError::param("n", message));
    }
    fields.only("response_format", &["b64_json"])?;
    fields.only("quality", &["auto", "standard", "lossless"])?;
    fields.only("background", &["auto", "opaque"])?;
    fields.only("moderation", &["auto", "low"])?;
    fields.text("user")?;
    for name in ["stream", "partial_images"] {
        let is_off = match name {
            "stream" => fields.flag(name)? != Some(true),
            _ => fields.count(name)?.unwrap_or_default() == 0,
        };
        if !is_off {
            let message = format!("{name} is not supported by this server; remove it");
            return Err(ApiError::param(name, message));
        }
    }
    Ok(count)
}

/// One order a picture, with seeds that follow each other.
fn orders(order: &Order, count: u64) -> Result<Vec<Order>> {
    let seeds = (0..count).map(|number| order.seed.checked_add(number));
    let orders = seeds.map(|seed| Some(Order { seed: seed?, ..order.clone() }));
    orders.collect::<Option<_>>().ok_or_else(|| {
        let (first, most) = (order.seed, u64::MAX);
        let message = format!(
            "seed is {first}, and n is {count}, whose last seed would be above {most}; lower one of them"
        );
        ApiError::param("seed", message)
    })
}

/// One request of the queue for each picture.
async fn generate(app: App, model: usize, orders: Vec<Order>, began: Instant) -> Result<Kept> {
    let first = orders.first().cloned().ok_or_else(|| ApiError::internal("n is 0"))?;
    let (name, size) = (first.format.name(), first.size());
    let tickets = app.submit(model, &orders).await?;
    let ending = app.accepted(&first, &tickets, began);
    let mut ended = Vec::new();
    for ticket in tickets {
        ended.push(ticket.outcome().await);
    }
    let encoding = Instant::now();
    let encoded = tokio::task::spawn_blocking(move || encode(ended, first.format)).await;
    let encoded = encoded.unwrap_or_else(|error| Err(Failure::Failed(error.to_string())));
    let (encode, total) = (encoding.elapsed(), began.elapsed());
    let Encoded { pictures, bytes, last } = match encoded {
        Ok(encoded) => encoded,
        Err(failure) => {
            ending.fail(&failure);
            return Err(failure.into());
        }
    };
    let stages = durations(&last, encode, total);
    ending.complete(
        total,
        Delivery {
            stages: seconds_by_stage(&stages),
            bytes,
            largest_batch: last.largest_batch,
            ..Delivery::default()
        },
    );
    let data: Vec<Value> = pictures.iter().map(|text| json!({"b64_json": text})).collect();
    let document = json!({
        "created": jobs::now(), "data": data, "output_format": name, "size": size,
    });
    Ok(Kept::json(&document).with(STAGES, &Value::Object(stages).to_string()))
}

struct Encoded {
    /// In Base64.
    pictures: Vec<String>,
    /// Of the files.
    bytes: u64,
    /// Of what was made last, whose stages are those of the reply.
    last: Timing,
}

fn encode(
    ended: Vec<std::result::Result<Made, Failure>>,
    format: Format,
) -> std::result::Result<Encoded, Failure> {
    let made: Vec<Made> = ended.into_iter().collect::<std::result::Result<_, _>>()?;
    let images = made.iter().flat_map(|made| &made.output.images);
    let files = images.map(|image| picture::picture(image, format));
    let files: Vec<Vec<u8>> = files
        .collect::<anyhow::Result<_>>()
        .map_err(|error| Failure::Failed(format!("cannot encode the picture: {error:#}")))?;
    let timings = made.iter().map(|made| made.timing);
    let last = timings.max_by_key(|timing| timing.queue + timing.denoise);
    let last = last.ok_or_else(|| Failure::Failed("nothing was made".to_owned()))?;
    let bytes = files.iter().map(|file| file.len() as u64).sum();
    let pictures = files.into_iter().map(|file| STANDARD.encode(file)).collect();
    Ok(Encoded { pictures, bytes, last })
}
