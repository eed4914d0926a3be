//! The `model` block: which weights, from where, and the pipeline that runs them.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::problems::Fault;

/// The model of a benchmark and how it is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// A folder or file, or a repository of the Hugging Face Hub, or a file of one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub model_path: String,
    /// Name of the model in reports and on the site.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub model_short_name: String,
    /// Branch, tag or commit of the repository; its main branch when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Where the weights come from; `auto` when absent.
    #[serde(default, skip_serializing_if = "LoadFormat::is_auto")]
    pub load_format: LoadFormat,
    /// What runs the model; chosen from the model's files when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<Pipeline>,
    /// Hyper-parameters by component: of weights that are made up (`load_format: dummy`), or what a
    /// single file does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Map<String, Value>>,
    /// The program to measure, for the pipeline `command`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
}

impl Model {
    /// Whether the pipeline generates by itself, without prompts or an architecture of the file.
    pub(super) fn is_self_contained(&self) -> bool {
        matches!(self.pipeline, Some(Pipeline::Command | Pipeline::Fake))
    }

    /// Whether the pipeline can make up prompts of a length, or may turn out to be one that can.
    pub(super) fn may_make_up_prompts(&self) -> bool {
        matches!(self.pipeline, None | Some(Pipeline::Llama))
    }
}

/// Where weights come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LoadFormat {
    /// Whatever the model path holds.
    #[default]
    Auto,
    /// Its safetensors files.
    Safetensors,
    /// Made-up weights in the shapes of `architecture`: real cost, meaningless output.
    Dummy,
}

impl LoadFormat {
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// What runs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pipeline {
    /// Wan text-to-video.
    Wan,
    /// Stable Diffusion text-to-image.
    StableDiffusion,
    /// FLUX text-to-image.
    Flux,
    /// Language models of Llama's architecture: Llama, Qwen2, Qwen3, Mistral.
    Llama,
    /// Another program, started as `command` says.
    Command,
    /// Fixed timings without a model, for trying out the rest.
    Fake,
}

/// A program that generates and is measured from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments; no shell reads them.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub argv: Vec<String>,
    /// How often the program starts; `per_trial` when absent.
    #[serde(default)]
    pub mode: CommandMode,
    /// Variables added to its environment. They are published with the recipe: no secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Seconds that loading or a trial may take before the program is killed; 3600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub timeout_s: Option<f64>,
}

impl Command {
    /// Seconds that loading or a trial may take where the file does not say.
    pub const DEFAULT_TIMEOUT_S: f64 = 3600.0;

    /// Longest time that loading or a trial may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s.unwrap_or(Self::DEFAULT_TIMEOUT_S))
    }
}

/// How often the program of a [`Command`] starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommandMode {
    /// Once; it runs all trials itself and reports them.
    Once,
    /// For each trial; its start-up counts.
    #[default]
    PerTrial,
}

/// Names are given, and made-up weights and commands have what they need.
pub(super) fn check(model: &Model) -> Result<(), Fault> {
    check_named("model.model_path", &model.model_path, "owner/name")?;
    check_named("model.model_short_name", &model.model_short_name, "Wan2.1-T2V-1.3B")?;
    check_architecture(model)?;
    check_command(model)
}

fn check_named(field: &str, name: &str, example: &str) -> Result<(), Fault> {
    if !name.trim().is_empty() {
        return Ok(());
    }
    let remedy = format!("write for example \"{example}\"");
    Err(Fault::of(field, name, format!("{field} is empty"), remedy))
}

fn check_architecture(model: &Model) -> Result<(), Fault> {
    let dummy = model.load_format == LoadFormat::Dummy && !model.is_self_contained();
    if !dummy || model.architecture.is_some() {
        return Ok(());
    }
    Err(Fault::absent(
        "model.architecture",
        "model.load_format is \"dummy\", but model.architecture is missing",
        "add the hyper-parameters of each component, or load real weights",
    ))
}

fn check_command(model: &Model) -> Result<(), Fault> {
    let field = "model.command";
    match (&model.command, model.pipeline) {
        (None, Some(Pipeline::Command)) => Err(Fault::absent(
            field,
            "model.pipeline is \"command\", but model.command is missing",
            "add it, for example \"command\": {\"argv\": [\"python\", \"generate.py\"]}",
        )),
        (Some(command), Some(Pipeline::Command)) => {
            check_argv(&command.argv).and_then(|()| check_timeout(command.timeout_s))
        }
        (Some(command), _) => Err(Fault::of(
            field,
            command.argv.clone(),
            "model.command is given, but model.pipeline is not \"command\"",
            "set \"pipeline\": \"command\", or remove model.command",
        )),
        (None, _) => Ok(()),
    }
}

fn check_argv(argv: &[String]) -> Result<(), Fault> {
    if argv.first().is_some_and(|program| !program.trim().is_empty()) {
        return Ok(());
    }
    Err(Fault::of(
        "model.command.argv",
        argv.to_vec(),
        "model.command.argv names no program",
        "write the program first, for example [\"python\", \"generate.py\"]",
    ))
}

fn check_timeout(timeout_s: Option<f64>) -> Result<(), Fault> {
    let field = "model.command.timeout_s";
    match timeout_s {
        Some(seconds) if seconds <= 0.0 || Duration::try_from_secs_f64(seconds).is_err() => {
            let problem = format!("{field} is {seconds}, but must be above 0");
            Err(Fault::of(field, seconds, problem, "write seconds, for example 600"))
        }
        _ => Ok(()),
    }
}

/// An architecture that nothing reads.
pub(super) fn warn(model: &Model) -> Option<Fault> {
    let architecture = model.architecture.as_ref()?;
    let completes_a_file = model.pipeline == Some(Pipeline::StableDiffusion)
        || model.model_path.ends_with(".safetensors");
    let is_read = model.load_format == LoadFormat::Dummy
        || model.pipeline == Some(Pipeline::Fake)
        || completes_a_file;
    (!is_read).then(|| {
        let field = "model.architecture";
        let problem = "model.architecture is not used, because model.load_format is not \"dummy\"";
        let remedy = "set \"load_format\": \"dummy\", or remove the architecture";
        Fault::of(field, architecture.clone(), problem, remedy)
    })
}
