//! A line of a program's output: a message to us, or words for people.
//!
//! In: the text of a line. Out: what it says: known keys, numbers of other names, and keys that nobody
//! here knows.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use bench_records::bounds::Bounds;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::statement::Statement;
use crate::stage_clock::StageClock;

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
}

/// What a line is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
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
    pub(super) fn parse(line: &str) -> Result<Said> {
        let line = line.trim();
        if !line.starts_with('{') {
            return Ok(Said::Words);
        }
        let mut fields: Map<String, Value> = match serde_json::from_str(line) {
            Ok(fields) => fields,
            // what looks like a message and is none must not vanish: NaN is no JSON
            Err(error) if line.starts_with("{\"") => {
                bail!("the line {line} is no JSON ({error}); print numbers, or null, on one line")
            }
            Err(_) => return Ok(Said::Words),
        };
        if let Some((key, expected)) = unfit(&fields) {
            bail!("the line {line} is no message: {key} is {}, expected {expected}", fields[key]);
        }
        let is_ours = fields.keys().any(|key| key == METRICS || is_known(key));
        let read = |fields: &mut Map<String, Value>| -> Result<Self> {
            let (metrics, unknown) = take_metrics(fields)?;
            let known: Self = serde_json::from_value(Value::Object(std::mem::take(fields)))?;
            Ok(Self { metrics, unknown, ..known })
        };
        let message =
            read(&mut fields).with_context(|| format!("the line {line} is no message"))?;
        message.check(line)?;
        Ok(match message {
            message if message == Self::default() => Said::Words,
            message if is_ours || message.unknown.is_empty() => Said::Message(Box::new(message)),
            message if message.metrics.is_empty() => Said::Words,
            message => Said::Foreign(message.metrics.into_iter().map(|(name, _)| name).collect()),
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
        self.done.is_some()
            || self.error.is_some()
            || self.stage.is_some()
            || self.step.is_some()
            || self.peak_memory_mb.is_some()
            || self.latency_s.is_some()
            || self.output.is_some()
            || self.images.is_some()
            || self.frames.is_some()
            || !self.metrics.is_empty()
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

/// A key whose value is of another kind than it takes, and what it takes.
fn unfit(fields: &Map<String, Value>) -> Option<(&'static str, &'static str)> {
    KINDS.into_iter().find_map(|(keys, fits, expected)| {
        let is_unfit =
            |key: &str| fields.get(key).is_some_and(|found| !found.is_null() && !fits(found));
        Some((keys.iter().copied().find(|key| is_unfit(key))?, expected))
    })
}

fn is_known(key: &str) -> bool {
    KINDS.iter().any(|(keys, ..)| keys.contains(&key))
}

/// Key of an object of metrics.
const METRICS: &str = "metrics";

type Kind = fn(&Value) -> bool;

/// All other keys, by what they hold.
const KINDS: [(&[&str], Kind, &str); 4] = [
    (&["ready", "done"], Value::is_boolean, "true or false"),
    (
        &["seconds", "step", "peak_memory_mb", "latency_s", "startup_s"],
        Value::is_number,
        "a number",
    ),
    (&["images", "frames"], Value::is_u64, "a whole number"),
    (
        &[
            "error",
            "stage",
            "output",
            "device",
            "engine",
            "dtype",
            "attention_backend",
            "cuda_version",
            "revision",
        ],
        Value::is_string,
        "a text",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Message {
        match Message::parse(line).expect("a sound line") {
            Said::Message(message) => *message,
            other => panic!("{line} is {other:?}"),
        }
    }

    fn names(message: &Message) -> Vec<&str> {
        message.metrics.iter().map(|(name, _)| name.as_str()).collect()
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
        assert_eq!(message, expected);
    }

    #[test]
    fn numbers_of_other_names_are_metrics_wherever_they_are_said() {
        let alone = parse(r#"{"tokens_per_s": 31.5}"#);
        assert_eq!((names(&alone), alone.metrics[0].1.value), (vec!["tokens_per_s"], Some(31.5)));
        let beside = parse(r#"{"done": true, "ttft_ms": 55, "finish": "eos", "note": null}"#);
        assert_eq!(names(&beside), ["ttft_ms"]);
        assert_eq!(beside.unknown, ["finish"]);
        let grouped = parse(r#"{"metrics": {"a_ms": 1, "b": {"value": 2, "better": "higher"}}}"#);
        assert_eq!(names(&grouped), ["a_ms", "b"]);
    }

    #[test]
    fn what_a_program_is_belongs_to_no_trial_and_all_else_does() {
        assert!(!parse(r#"{"ready": true, "engine": "mine 2.1", "startup_s": 3}"#).is_of_a_trial());
        for line in [r#"{"done": true}"#, r#"{"ttft_ms": 5}"#, r#"{"frames": 9}"#] {
            assert!(parse(line).is_of_a_trial(), "{line}");
        }
    }

    #[test]
    fn words_and_foreign_json_are_no_messages() {
        for line in ["", "loading weights", "{'done': True}", "3", r#"{"level": "info"}"#, "{}"] {
            assert_eq!(Message::parse(line).expect("sound"), Said::Words, "{line}");
        }
        let log = Message::parse(r#"{"level": "info", "ts": 17.5}"#).expect("sound");
        assert_eq!(log, Said::Foreign(vec!["ts".to_owned()]));
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
            r#"{"stage": "", "seconds": 1}"#,
            r#"{"stage": " ", "seconds": 1}"#,
            r#"{"": 5}"#,
            r#"{"peak_memory_mb": -1}"#,
            r#"{"ready": true, "startup_s": -0.5}"#,
            r#"{"frames": -1}"#,
            r#"{"done": tr"#,
            r#"{"metrics": 3}"#,
            r#"{"metrics": {"ttft_ms": "55"}}"#,
            r#"{"metrics": {"score": {"value": 1, "better": "up"}}}"#,
        ] {
            assert!(Message::parse(line).is_err(), "{line}");
        }
    }
}
