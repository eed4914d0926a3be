//! Timings that a configuration gives the fake family, checked.

use std::time::Duration;

use anyhow::{Result, bail};
use bench_records::config::RunPlan;
use serde::Deserialize;
use serde_json::Value;

/// Timings that a configuration gives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Timings {
    pub(super) text_encoder_s: f64,
    pub(super) step_s: f64,
    pub(super) vae_decode_s: f64,
    pub(super) load_s: f64,
    /// By which fraction trials differ: the first of three is shorter, the third longer.
    pub(super) spread: f64,
    pub(super) wait: Wait,
    pub(super) peak_memory_mb: Option<f64>,
    pub(super) device_name: Option<String>,
    pub(super) fails: Option<Fails>,
}

/// How time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Wait {
    /// It is slept.
    #[default]
    Sleep,
    /// It is stated.
    None,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fails {
    /// Loading.
    Load,
    /// Each trial.
    Error,
    /// Each trial, by a panic.
    Panic,
    /// Each trial, by a time that is no number.
    Nan,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            text_encoder_s: 0.002,
            step_s: 0.001,
            vae_decode_s: 0.002,
            load_s: 0.0,
            spread: 0.0,
            wait: Wait::default(),
            peak_memory_mb: None,
            device_name: None,
            fails: None,
        }
    }
}

/// Those of a plan.
///
/// # Errors
/// A field that is unknown, or a value that it cannot have.
pub(super) fn timings(plan: &RunPlan) -> Result<Timings> {
    let written = Value::Object(plan.model.architecture.clone().unwrap_or_default());
    let timings: Timings = match serde_json::from_value(written) {
        Ok(timings) => timings,
        Err(error) => {
            bail!("model.architecture of the fake pipeline: {error}; correct or remove it")
        }
    };
    for (name, seconds) in [
        ("text_encoder_s", timings.text_encoder_s),
        ("step_s", timings.step_s),
        ("vae_decode_s", timings.vae_decode_s),
        ("load_s", timings.load_s),
    ] {
        if Duration::try_from_secs_f64(seconds).is_err() {
            bail!("model.architecture.{name} is {seconds}; write seconds, 0 or more");
        }
    }
    if !(0.0..1.0).contains(&timings.spread) {
        bail!("model.architecture.spread is {}; write a fraction below 1", timings.spread);
    }
    Ok(timings)
}
