//! Fields of the API that this server does not follow: refused by name, unless their value asks for nothing.

use serde_json::Value;

use super::Route;
use crate::{
    openai::fields::Fields,
    replies::{ApiError, Result},
};

/// A value that asks for nothing.
enum Nothing {
    Number(f64),
    Flag(bool),
    Empty,
    Words(&'static [&'static str]),
}

use Nothing::{Empty, Flag, Number, Words};

/// Fields that clients send with values that change nothing.
const FIELDS: &[(&str, Nothing)] = &[
    ("best_of", Number(1.0)),
    ("frequency_penalty", Number(0.0)),
    ("presence_penalty", Number(0.0)),
    ("repetition_penalty", Number(1.0)),
    ("length_penalty", Number(1.0)),
    ("min_tokens", Number(0.0)),
    ("top_logprobs", Number(0.0)),
    ("priority", Number(0.0)),
    ("logit_bias", Empty),
    ("bad_words", Empty),
    ("stop_token_ids", Empty),
    ("tools", Empty),
    ("functions", Empty),
    ("metadata", Empty),
    ("tool_choice", Words(&["none", "auto"])),
    ("function_call", Words(&["none", "auto"])),
    ("service_tier", Words(&["auto", "default"])),
    ("suffix", Words(&[""])),
    ("echo", Flag(false)),
    ("store", Flag(false)),
    ("use_beam_search", Flag(false)),
    ("include_stop_str_in_output", Flag(false)),
    ("continue_final_message", Flag(false)),
    ("return_token_ids", Flag(false)),
    ("add_generation_prompt", Flag(true)),
    ("skip_special_tokens", Flag(true)),
    ("spaces_between_special_tokens", Flag(true)),
];

/// Takes fields that ask for nothing.
///
/// # Errors
/// One that asks for something.
pub fn take(fields: &mut Fields, route: Route) -> Result<()> {
    for (name, nothing) in FIELDS {
        match fields.take(name) {
            Some(value) if !nothing.is(&value) => return Err(unsupported(name)),
            _ => {}
        }
    }
    if fields.positive("n")?.unwrap_or(1) != 1 {
        let message =
            "n is above 1, but this server gives one answer to a prompt; ask several times";
        return Err(ApiError::param("n", message));
    }
    // of a completion, 0 asks for the probabilities of its tokens
    match fields.take("logprobs") {
        None => {}
        Some(Value::Bool(false)) if route == Route::Chat => {}
        Some(_) => return Err(unsupported("logprobs")),
    }
    match fields.take("response_format") {
        None => {}
        Some(format) if format["type"] == "text" => {}
        Some(_) => return Err(unsupported("response_format")),
    }
    match fields.take("modalities") {
        None => {}
        Some(Value::Array(kinds)) if kinds.iter().all(|kind| kind == "text") => {}
        Some(_) => return Err(unsupported("modalities")),
    }
    // tools are refused, and so there are no calls of them
    fields.flag("parallel_tool_calls")?;
    fields.text("user")?;
    Ok(())
}

fn unsupported(name: &str) -> ApiError {
    ApiError::param(name, format!("{name} is not supported by this server; remove it"))
}

impl Nothing {
    fn is(&self, value: &Value) -> bool {
        match self {
            Number(nothing) => value.as_f64() == Some(*nothing),
            Flag(nothing) => value.as_bool() == Some(*nothing),
            Words(nothing) => value.as_str().is_some_and(|word| nothing.contains(&word)),
            Empty => match value {
                Value::Array(items) => items.is_empty(),
                Value::Object(fields) => fields.is_empty(),
                _ => false,
            },
        }
    }
}
