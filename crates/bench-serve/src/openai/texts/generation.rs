//! How an answer is generated and sent: lengths, sampling, what ends it, and whether it is a stream.

use bench_engine::{EndTokens, Sampling, TextDefaults};
use serde_json::Value;

use super::Route;
use crate::{
    openai::fields::{Fields, wrong},
    replies::{ApiError, Result},
};

/// Tokens of a completion whose request says nothing, as in OpenAI's API.
const COMPLETION_TOKENS: u64 = 16;
/// Texts that end an answer, at most.
const MOST_STOPS: usize = 16;
/// Characters of such a text, at most.
const LONGEST_STOP: usize = 256;
const HIGHEST_TEMPERATURE: f64 = 2.0;

/// How an answer is generated and sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// Its length.
    pub length: Length,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// What the choice depends on; by chance where the request has none.
    pub seed: u64,
    /// Texts that end it.
    pub stop: Vec<String>,
    /// Whether an end token ends it.
    pub end_tokens: EndTokens,
    /// How it is sent.
    pub sending: Sending,
}

/// How long an answer may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many tokens, by the field of that name.
    Asked(u64, &'static str),
    /// So many, as far as the context leaves room.
    UpTo(u64),
    /// As many as the context leaves room for.
    Rest,
}

/// How an answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// As a document.
    Whole,
    /// As events.
    Stream(UsageChunk),
}

/// Whether a stream ends with a chunk that counts tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageChunk {
    /// Yes.
    Included,
    /// No.
    Left,
}

/// Takes the fields; what is not there is the model's `own`.
pub fn take(fields: &mut Fields, route: Route, own: TextDefaults) -> Result<Generation> {
    Ok(Generation {
        length: length(fields, route, own.max_tokens)?,
        sampling: sampling(fields, own.sampling)?,
        seed: fields.count("seed")?.unwrap_or_else(by_chance),
        stop: stop(fields)?,
        end_tokens: match fields.flag("ignore_eos")? {
            Some(true) => EndTokens::Ignored,
            _ => EndTokens::End,
        },
        sending: sending(fields)?,
    })
}

fn length(fields: &mut Fields, route: Route, own: Option<usize>) -> Result<Length> {
    let own = own.map(|count| count as u64);
    let old = fields.positive("max_tokens")?;
    if route == Route::Completions {
        return Ok(match old {
            Some(count) => Length::Asked(count, "max_tokens"),
            None => Length::UpTo(own.unwrap_or(COMPLETION_TOKENS).min(COMPLETION_TOKENS)),
        });
    }
    match (old, fields.positive("max_completion_tokens")?) {
        (Some(old), Some(new)) if old != new => {
            let message = format!(
                "max_completion_tokens is {new}, but max_tokens, its older name, is {old}; send one of them"
            );
            Err(ApiError::param("max_completion_tokens", message))
        }
        (_, Some(count)) => Ok(Length::Asked(count, "max_completion_tokens")),
        (Some(count), None) => Ok(Length::Asked(count, "max_tokens")),
        (None, None) => Ok(own.map_or(Length::Rest, Length::UpTo)),
    }
}

fn sampling(fields: &mut Fields, own: Sampling) -> Result<Sampling> {
    let temperature = within(fields, "temperature", (0.0, HIGHEST_TEMPERATURE))?;
    let temperature = temperature.unwrap_or(own.temperature);
    let top_p = within(fields, "top_p", (0.0, 1.0))?.unwrap_or(own.top_p);
    if top_p <= 0.0 {
        return Err(ApiError::param("top_p", "top_p is 0, but must be above 0, and at most 1"));
    }
    let min_p = within(fields, "min_p", (0.0, 1.0))?.unwrap_or(own.min_p);
    Ok(Sampling { temperature, top_p, top_k: top_k(fields, own.top_k)?, min_p })
}

fn within(fields: &mut Fields, name: &str, (least, most): (f64, f64)) -> Result<Option<f64>> {
    match fields.number(name)? {
        Some(number) if !(least..=most).contains(&number) => {
            let message = format!("{name} is {number}, but must be {least} to {most}");
            Err(ApiError::param(name, message))
        }
        number => Ok(number),
    }
}

/// 0 and -1 are all tokens, as in vLLM.
fn top_k(fields: &mut Fields, own: Option<usize>) -> Result<Option<usize>> {
    let Some(value) = fields.take("top_k") else { return Ok(own) };
    let expected = "a whole number, 1 or more; 0 or -1 takes all tokens";
    match value.as_i64() {
        Some(-1 | 0) => Ok(None),
        Some(count @ 1..) => Ok(Some(usize::try_from(count).unwrap_or(usize::MAX))),
        _ => Err(wrong("top_k", &value, expected)),
    }
}

fn stop(fields: &mut Fields) -> Result<Vec<String>> {
    let stops = match fields.take("stop") {
        None => return Ok(Vec::new()),
        Some(Value::Array(stops)) => stops,
        Some(one) => vec![one],
    };
    if stops.len() > MOST_STOPS {
        let count = stops.len();
        let message = format!("stop has {count} texts, but {MOST_STOPS} are taken; send fewer");
        return Err(ApiError::param("stop", message));
    }
    let stops = stops.into_iter().map(|stop| match stop {
        Value::String(text) if (1..=LONGEST_STOP).contains(&text.chars().count()) => Ok(text),
        other => {
            let expected = format!("a text of 1 to {LONGEST_STOP} characters, or a list of such");
            Err(wrong("stop", &other, &expected))
        }
    });
    stops.collect()
}

fn sending(fields: &mut Fields) -> Result<Sending> {
    let is_stream = fields.flag("stream")? == Some(true);
    let options = match fields.take("stream_options") {
        None if is_stream => return Ok(Sending::Stream(UsageChunk::Left)),
        None => return Ok(Sending::Whole),
        Some(_) if !is_stream => {
            let message = "stream_options is there, but stream is not true; set it, or remove them";
            return Err(ApiError::param("stream_options", message));
        }
        Some(Value::Object(options)) => options,
        Some(other) => return Err(wrong("stream_options", &other, "an object")),
    };
    let mut usage = UsageChunk::Left;
    for (name, value) in options {
        let at = format!("stream_options.{name}");
        match (name.as_str(), &value) {
            ("include_usage", Value::Bool(true)) => usage = UsageChunk::Included,
            (_, Value::Null) => {}
            (
                "include_usage" | "continuous_usage_stats" | "include_obfuscation",
                Value::Bool(false),
            ) => {}
            ("include_usage", other) => return Err(wrong(&at, other, "true or false")),
            _ => {
                let message = format!("{at} is not supported by this server; remove it");
                return Err(ApiError::param(&at, message));
            }
        }
    }
    Ok(Sending::Stream(usage))
}

/// A seed that no other request has.
fn by_chance() -> u64 {
    // the lower half of such a name is random
    u128::from(ulid::Ulid::generate()) as u64
}
