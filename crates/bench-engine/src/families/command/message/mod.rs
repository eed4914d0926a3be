//! A line of a program's output: a message to us, or words for people.
//!
//! In: the text of a line. Out: what it says: known keys, numbers of other names, and keys that nobody
//! here knows.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use bench_records::{bounds::Bounds, repeated::names_said_twice};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    json::paths_of_numbers,
    keys::{is_known, unfit},
    statement::Statement,
};
use crate::stage_clock::StageClock;

/// Key of an object of metrics.
const METRICS: &str = "metrics";

/// Metrics by the names that a program gives them.
type Metrics = Vec<(String, Statement)>;

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
    /// Metrics, under `metrics` or beside the other keys, by the names that the program gives them.
    #[serde(skip)]
    pub(super) metrics: Metrics,
    /// Keys that are none of these and hold no number.
    #[serde(skip)]
    pub(super) unknown: Vec<String>,
    /// Keys that the line has twice, of which the last counts.
    #[serde(skip)]
    pub(super) twice: Vec<String>,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Something for us.
    Message(Box<Message>),
    /// Words, or JSON without a number in it.
    Words,
    /// JSON of another kind, such as a log's, with numbers under these names.
    Foreign(Vec<String>),
}

impl Message {
    /// Reads a line.
    ///
    /// # Errors
    /// Where it looks like a message and is none.
    pub(super) fn parse(line: &str) -> Result<Content> {
        // some programs begin their output with a byte order mark
        let line = line.trim().trim_start_matches('\u{feff}').trim_start();
        if line.starts_with('[') {
            return Ok(serde_json::from_str(line).map_or(Content::Words, |list| foreign(&list)));
        }
        if !line.starts_with('{') {
            return Ok(Content::Words);
        }
        let mut fields: Map<String, Value> = match serde_json::from_str(line) {
            Ok(fields) => fields,
            // what looks like a message and is none must not vanish: NaN is no JSON
            Err(error) if line.starts_with("{\"") => {
                bail!("the line {line} is no JSON ({error}); print numbers, or null, on one line")
            }
            Err(_) => return Ok(Content::Words),
        };
        if let Some((key, expected)) = unfit(&fields) {
            bail!("the line {line} is no message: {key} is {}, expected {expected}", fields[key]);
        }
        let is_ours = fields.keys().any(|key| key == METRICS || is_known(key));
        let all = (!is_ours).then(|| Value::Object(fields.clone()));
        let read = |fields: &mut Map<String, Value>| -> Result<Self> {
            let (metrics, unknown) = take_metrics(fields)?;
            let known: Self = serde_json::from_value(Value::Object(std::mem::take(fields)))?;
            Ok(Self { metrics, unknown, ..known })
        };
        let message =
            read(&mut fields).with_context(|| format!("the line {line} is no message"))?;
        message.check(line)?;
        Ok(match all {
            _ if message == Self::default() => Content::Words,
            Some(all) if !message.unknown.is_empty() => foreign(&all),
            _ => Content::Message(Box::new(Self { twice: names_said_twice(line), ..message })),
        })
    }

    fn check(&self, line: &str) -> Result<()> {
        if self.latency_s == Some(0.0) {
            bail!("the line {line} says latency_s is 0; leave it out where it was not measured");
        }
        for (key, value) in [("peak_memory_mb", self.peak_memory_mb), ("startup_s", self.startup_s)]
        {
            if let Some(value) = value.filter(|value| !Bounds::NotNegative.admits(*value)) {
                let expected = Bounds::NotNegative.in_words();
                bail!(
                    "the line {line} says {key} is {value}, expected {expected}; leave it out \
                     where it was not measured"
                );
            }
        }
        if self.stage.as_ref().is_some_and(|stage| stage.trim().is_empty()) {
            bail!("the line {line} has a stage without a name; print the name of the stage");
        }
        if self.metrics.iter().any(|(name, _)| name.trim().is_empty()) {
            bail!("the line {line} has a metric without a name; print the name of the metric");
        }
        if self.stage.is_some() != self.seconds.is_some() {
            bail!("the line {line} needs both stage and seconds");
        }
        Ok(())
    }

    /// Whether it says something of one trial, beside what the program is.
    pub(super) fn is_of_a_trial(&self) -> bool {
        !self.keys_of_a_trial().is_empty() || !self.metrics.is_empty()
    }

    /// The known keys in it that tell something of one trial.
    pub(super) fn keys_of_a_trial(&self) -> Vec<&'static str> {
        let keys = [
            ("done", self.done.is_some()),
            ("error", self.error.is_some()),
            ("stage", self.stage.is_some()),
            ("step", self.step.is_some()),
            ("peak_memory_mb", self.peak_memory_mb.is_some()),
            ("latency_s", self.latency_s.is_some()),
            ("output", self.output.is_some()),
            ("images", self.images.is_some()),
            ("frames", self.frames.is_some()),
        ];
        keys.into_iter().filter(|(_, is_said)| *is_said).map(|(key, _)| key).collect()
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

/// Takes the metrics of a line, and the names of what is neither a metric nor a known key. What is null
/// was not measured.
fn take_metrics(fields: &mut Map<String, Value>) -> Result<(Metrics, Vec<String>)> {
    let (mut metrics, mut unknown) = (Vec::new(), Vec::new());
    match fields.shift_remove(METRICS) {
        None | Some(Value::Null) => {}
        Some(Value::Object(stated)) => {
            for (name, value) in stated {
                metrics.push((name.clone(), Statement::read(&name, value)?));
            }
        }
        Some(other) => {
            bail!("{METRICS} is {other}, expected an object such as {{\"ttft_ms\": 55}}")
        }
    }
    let others: Vec<String> = fields.keys().filter(|key| !is_known(key)).cloned().collect();
    for name in others {
        match fields.shift_remove(&name) {
            None | Some(Value::Null) => {}
            Some(Value::Number(number)) => {
                metrics.push((name.clone(), Statement::read(&name, Value::Number(number))?));
            }
            Some(_) => unknown.push(name),
        }
    }
    Ok((metrics, unknown))
}

/// What is no message: words, unless there are numbers in it.
fn foreign(value: &Value) -> Content {
    match paths_of_numbers(value) {
        paths if paths.is_empty() => Content::Words,
        paths => Content::Foreign(paths),
    }
}

#[cfg(test)]
mod tests;
