//! What can go wrong between a checkpoint folder and pixels.

use std::path::PathBuf;

/// Result of a pipeline operation.
pub type Result<T> = std::result::Result<T, PipelineError>;

/// A failure that names the file, the field or tensor, what was found and what to do.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// A file could not be read.
    #[error("cannot read {}: {cause}; {remedy}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause, as the system reports it; its message is in this one's.
        cause: std::io::Error,
        /// The next step.
        remedy: &'static str,
    },
    /// A file is not what its name says.
    #[error("{} is malformed: {reason}; download it again", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        reason: String,
    },
    /// A field of a config is absent.
    #[error("{file}: field `{field}` is missing, expected {expected}; {CONFIG_REMEDY}")]
    MissingField {
        /// The file, or the name of the inline architecture.
        file: String,
        /// The field.
        field: String,
        /// What it should hold.
        expected: String,
    },
    /// A field of a config has a value that cannot be used.
    #[error("{file}: field `{field}` is {found}, expected {expected}; {CONFIG_REMEDY}")]
    BadField {
        /// The file, or the name of the inline architecture.
        file: String,
        /// The field.
        field: String,
        /// The value, as JSON.
        found: String,
        /// What it should hold.
        expected: String,
    },
    /// A config asks for what this program does not compute.
    #[error(
        "{file}: field `{field}` is {found}, which this program does not support (it takes \
         {supported}); choose a checkpoint that it can run"
    )]
    UnsupportedField {
        /// The file, or the name of the inline architecture.
        file: String,
        /// The field.
        field: String,
        /// The value, as JSON.
        found: String,
        /// What this program computes.
        supported: String,
    },
    /// A tensor is of a type that this program does not read.
    #[error(
        "{file}: tensor `{tensor}` is {found}: {kind} is not supported by this program, which reads \
         {READ_TYPES}; choose weights in one of these types"
    )]
    UnsupportedType {
        /// The weight file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Its type, as the file spells it.
        found: String,
        /// The type in common words: float8, int8.
        kind: String,
    },
    /// Weights are there in a form that this program does not read.
    #[error("{}: {problem}; {remedy}", place.display())]
    UnreadableWeights {
        /// The folder or file.
        place: PathBuf,
        /// What is there, by name.
        problem: String,
        /// The next step.
        remedy: &'static str,
    },
    /// A tensor is absent.
    #[error("{file}: tensor `{tensor}` is missing, expected shape {expected}; {WEIGHTS_REMEDY}")]
    MissingTensor {
        /// The weight file or folder.
        file: String,
        /// The tensor.
        tensor: String,
        /// The shape that the config asks for.
        expected: String,
    },
    /// A tensor has another shape or type than the config asks for.
    #[error("{file}: tensor `{tensor}` is {found}, expected {expected}; {WEIGHTS_REMEDY}")]
    BadTensor {
        /// The weight file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Its shape or type.
        found: String,
        /// What the config asks for.
        expected: String,
    },
    /// A parameter of a generation cannot be used with this model.
    #[error("{parameter} is {found}, expected {expected}; {remedy}")]
    BadParameter {
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        found: String,
        /// What the model takes.
        expected: String,
        /// The next step.
        remedy: String,
    },
    /// A prompt could not be tokenized.
    #[error("cannot tokenize with {file}: {reason}; check that tokenizer.json fits this model")]
    Tokenizer {
        /// The tokenizer file.
        file: String,
        /// What the tokenizer says.
        reason: String,
    },
    /// A tensor operation failed, or a weight could not be loaded.
    #[error(transparent)]
    Candle(candle_core::Error),
}

impl PipelineError {
    /// The failure of a file that is not there; `remedy` is the next step.
    pub fn absent(path: PathBuf, remedy: &'static str) -> Self {
        Self::Read { path, cause: std::io::ErrorKind::NotFound.into(), remedy }
    }
}

/// Types of weights that are read.
pub const READ_TYPES: &str = "F32, F16, BF16 and F64";
const CONFIG_REMEDY: &str = "use the config saved with the checkpoint, or correct the field";
const WEIGHTS_REMEDY: &str =
    "config and weights do not belong together, or the file is incomplete: fetch both again";

impl From<candle_core::Error> for PipelineError {
    fn from(error: candle_core::Error) -> Self {
        Self::Candle(without_backtrace(error))
    }
}

/// The error itself: where backtraces are on, Candle prints one with each, and messages of this
/// program are written into records.
pub fn without_backtrace(error: candle_core::Error) -> candle_core::Error {
    use candle_core::Error::{WithBacktrace, WithPath};
    match error {
        WithBacktrace { inner, .. } => without_backtrace(*inner),
        WithPath { inner, path } => WithPath { inner: Box::new(without_backtrace(*inner)), path },
        other => other,
    }
}

impl From<PipelineError> for candle_core::Error {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Candle(error) => error,
            other => candle_core::Error::wrap(other),
        }
    }
}
