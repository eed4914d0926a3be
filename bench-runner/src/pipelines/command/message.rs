//! A line of a program's output: a message to us, or words for people.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::measure::stage_clock::StageClock;

/// What a program may say; one line may say several things.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    /// Loading is over.
    pub(super) ready: Option<bool>,
    /// The trial is over, its output is complete.
    pub(super) done: Option<bool>,
    /// The trial failed, and why.
    pub(super) error: Option<String>,
    /// Name of a stage; comes with `seconds`.
    pub(super) stage: Option<String>,
    /// Seconds of that stage.
    pub(super) seconds: Option<f64>,
    /// Seconds of one denoise step.
    pub(super) step: Option<f64>,
    /// Peak memory in MB of 1024².
    pub(super) peak_memory_mb: Option<f64>,
    /// End-to-end seconds, where the program knows better than who started it.
    pub(super) latency_s: Option<f64>,
    /// Seconds that loading took, where the program knows better.
    pub(super) startup_s: Option<f64>,
    /// A file that was written.
    pub(super) output: Option<PathBuf>,
    /// How many images were made.
    pub(super) images: Option<usize>,
    /// How many frames were made.
    pub(super) frames: Option<usize>,
    /// Name of the device.
    pub(super) device: Option<String>,
    /// Engine with major and minor version.
    pub(super) engine: Option<String>,
    /// Precision of the weights.
    pub(super) dtype: Option<String>,
    /// Attention backend that runs.
    pub(super) attention_backend: Option<String>,
    /// CUDA runtime with major and minor version.
    pub(super) cuda_version: Option<String>,
    /// Commit of the weights.
    pub(super) revision: Option<String>,
}

impl Message {
    /// Reads a line; `None` where it is no message but words, or JSON that says nothing to us.
    pub(super) fn parse(line: &str) -> Result<Option<Self>> {
        let line = line.trim();
        if !line.starts_with('{') {
            return Ok(None);
        }
        let value: Value = match serde_json::from_str(line) {
            Ok(value) => value,
            // what looks like a message and is none must not vanish: NaN is no JSON
            Err(error) if line.starts_with("{\"") => {
                bail!("the line {line} is no JSON ({error}); print numbers, or null, on one line")
            }
            Err(_) => return Ok(None),
        };
        if let Some((key, expected)) = unfit(&value) {
            bail!("the line {line} is no message: {key} is {}, expected {expected}", value[key]);
        }
        let message: Self = serde_json::from_value(value)
            .with_context(|| format!("the line {line} is no message"))?;
        if message.latency_s == Some(0.0) {
            bail!("the line {line} says latency_s is 0; leave it out where it was not measured");
        }
        if message.stage.is_some() != message.seconds.is_some() {
            bail!("the line {line} needs both stage and seconds");
        }
        Ok((message != Self::default()).then_some(message))
    }

    /// Tells the clock what concerns it.
    pub(super) fn tell(&self, clock: &mut StageClock<'_>) -> Result<()> {
        if let (Some(stage), Some(seconds)) = (&self.stage, self.seconds) {
            clock.record_stage(stage, seconds)?;
        }
        if let Some(seconds) = self.step {
            clock.record_step(seconds)?;
        }
        if let Some(seconds) = self.latency_s {
            clock.record_latency(seconds)?;
        }
        Ok(())
    }
}

/// A key whose value is of another kind than it takes, and what it takes.
fn unfit(value: &Value) -> Option<(&'static str, &'static str)> {
    let kinds: [(&[&str], Kind, &str); 4] = [
        (&["ready", "done"], Value::is_boolean, "true or false"),
        (
            &["seconds", "step", "peak_memory_mb", "latency_s", "startup_s"],
            Value::is_number,
            "a number",
        ),
        (&["images", "frames"], Value::is_u64, "a whole number"),
        (&TEXTS, Value::is_string, "a text"),
    ];
    kinds.into_iter().find_map(|(keys, fits, expected)| {
        let is_unfit =
            |key: &str| value.get(key).is_some_and(|found| !found.is_null() && !fits(found));
        Some((keys.iter().copied().find(|key| is_unfit(key))?, expected))
    })
}

type Kind = fn(&Value) -> bool;

/// Keys that hold text.
const TEXTS: [&str; 9] = [
    "error",
    "stage",
    "output",
    "device",
    "engine",
    "dtype",
    "attention_backend",
    "cuda_version",
    "revision",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Message> {
        Message::parse(line).expect("a sound line")
    }

    #[test]
    fn a_line_may_say_several_things() {
        let message = parse(r#" {"stage": "denoise", "seconds": 1.5, "done": true} "#);
        let expected = Message {
            stage: Some("denoise".to_owned()),
            seconds: Some(1.5),
            done: Some(true),
            ..Message::default()
        };
        assert_eq!(message, Some(expected));
    }

    #[test]
    fn words_and_foreign_json_are_no_messages() {
        for line in ["", "loading weights", "{'done': True}", "3", r#"{"level": "info"}"#, "{}"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn what_looks_like_a_message_and_is_none_is_an_error() {
        let said = Message::parse(r#"{"stage": "denoise", "seconds": "0.1"}"#).expect_err("a text");
        assert!(said.to_string().ends_with(r#"seconds is "0.1", expected a number"#), "{said}");
        for line in [
            r#"{"latency_s": 0}"#,
            r#"{"step": NaN}"#,
            r#"{"step": "fast"}"#,
            r#"{"stage": "denoise"}"#,
            r#"{"frames": -1}"#,
            r#"{"done": tr"#,
        ] {
            assert!(Message::parse(line).is_err(), "{line}");
        }
    }
}
