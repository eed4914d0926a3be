//! What is wrong with a file, where, and what to do: one shape for errors and for warnings.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// A benchmark file that cannot be used.
///
/// Displays as `benchmarks/wan.json: what is wrong; what to do`.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct ConfigError {
    /// The file, as its reader named it.
    pub file: String,
    /// What is wrong in it.
    #[serde(flatten)]
    pub fault: Fault,
}

/// Something in a usable benchmark file that is probably not meant so.
///
/// Displays as a [`ConfigError`] does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Warning {
    /// The file, as its reader named it.
    pub file: String,
    /// What is odd in it.
    #[serde(flatten)]
    pub fault: Fault,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.fault)
    }
}

/// One fault: the field, the value found there, what is wrong with it and what to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    /// Path of the field, such as `run_config.required_gpus`; `None` for the file as a whole.
    pub field: Option<String>,
    /// The value found; `None` when there is none. Boxed, because errors should be small.
    pub value: Option<Box<Value>>,
    /// What is wrong, in words that name field and value.
    pub problem: String,
    /// The next step.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.problem, self.remedy)
    }
}

impl Fault {
    /// A fault of one field with the value found there.
    pub(super) fn of(
        field: &str,
        value: impl Into<Value>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            field: Some(field.to_owned()),
            value: Some(Box::new(value.into())),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// A fault of a field that is not there.
    pub(super) fn absent(
        field: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { value: None, ..Self::of(field, Value::Null, problem, remedy) }
    }

    /// A fault of the file as a whole.
    pub(super) fn whole_file(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: None, ..Self::absent("", problem, remedy) }
    }

    pub(super) fn into_error(self, file: &str) -> ConfigError {
        ConfigError { file: file.to_owned(), fault: self }
    }

    pub(super) fn into_warning(self, file: &str) -> Warning {
        Warning { file: file.to_owned(), fault: self }
    }
}

/// `value` as compact JSON, cut to a length that fits into a message.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_serializes_as_one_flat_object() {
        let fault = Fault::of("run_config.required_gpus", 1, "it is 1", "make it 2");
        let json = serde_json::to_value(fault.into_error("wan.json")).expect("plain data");
        assert_eq!(
            json,
            serde_json::json!({
                "file": "wan.json",
                "field": "run_config.required_gpus",
                "value": 1,
                "problem": "it is 1",
                "remedy": "make it 2",
            })
        );
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let shown = shown(&Value::from("ä".repeat(100)));
        assert_eq!(shown, format!("\"{}…", "ä".repeat(59)));
    }
}
