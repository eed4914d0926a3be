//! Reads fields of a JSON config: a file or an inline object comes in, checked values go out.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{PipelineError, Result};

/// No size of a model comes near it, and products of two such sizes do not overflow.
const MAX_COUNT: usize = (1 << 31) - 1;

/// A JSON object that knows where it came from, so that errors can say so.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    origin: String,
    fields: Map<String, Value>,
}

impl ConfigFile {
    /// Reads a JSON object from `path`; `remedy` is what to do where there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read, or is no JSON object.
    pub fn read(path: &Path, remedy: &'static str) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|cause| PipelineError::Read {
            path: path.to_owned(),
            cause,
            remedy,
        })?;
        let malformed = |reason: String| PipelineError::Malformed { path: path.to_owned(), reason };
        match serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))? {
            Value::Object(fields) => Ok(Self { origin: path.display().to_string(), fields }),
            other => Err(malformed(format!("holds {}, no object", shown(&other)))),
        }
    }

    /// Takes an inline object; `origin` names it in errors.
    ///
    /// # Errors
    /// When `value` is no object.
    pub fn from_value(origin: &str, value: &Value) -> Result<Self> {
        match value {
            Value::Object(fields) => Ok(Self { origin: origin.to_owned(), fields: fields.clone() }),
            other => Err(PipelineError::BadField {
                file: origin.to_owned(),
                field: String::new(),
                found: shown(other),
                expected: "an object".to_owned(),
            }),
        }
    }

    /// The inline object under `field`.
    ///
    /// # Errors
    /// When it is missing or no object.
    pub fn section(&self, field: &str) -> Result<Self> {
        let value = self.present(field).ok_or_else(|| self.missing(field, "an object"))?;
        Self::from_value(&format!("{}.{field}", self.origin), value)
    }

    /// The value of `field`; `expected` describes it in words.
    ///
    /// # Errors
    /// When it is missing, null, or of another type.
    pub fn required<T: DeserializeOwned>(&self, field: &str, expected: &str) -> Result<T> {
        self.optional(field, expected)?.ok_or_else(|| self.missing(field, expected))
    }

    /// The value of `field`, or `default` where it is missing or null.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn or<T: DeserializeOwned>(&self, field: &str, expected: &str, default: T) -> Result<T> {
        Ok(self.optional(field, expected)?.unwrap_or(default))
    }

    /// The value of `field`, if it is there and not null.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn optional<T: DeserializeOwned>(&self, field: &str, expected: &str) -> Result<Option<T>> {
        self.present(field)
            .map(|value| T::deserialize(value).map_err(|_| self.bad(field, expected)))
            .transpose()
    }

    /// A count of at least one.
    ///
    /// # Errors
    /// When it is missing, no integer, or zero.
    pub fn count(&self, field: &str) -> Result<usize> {
        let value: usize = self.required(field, "a positive integer")?;
        self.check(value > 0, field, "a positive integer")?;
        self.check(value <= MAX_COUNT, field, "a positive integer below 2^31")?;
        Ok(value)
    }

    /// A count of at least one, or `default` where it is missing or null.
    ///
    /// # Errors
    /// When it is no integer, or zero.
    pub fn count_or(&self, field: &str, default: usize) -> Result<usize> {
        match self.present(field) {
            Some(_) => self.count(field),
            None => Ok(default),
        }
    }

    /// A finite number above zero, or `default` where it is missing or null.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn positive_or(&self, field: &str, default: f64) -> Result<f64> {
        let value: f64 = self.or(field, "a positive number", default)?;
        self.check(value.is_finite() && value > 0.0, field, "a positive number")?;
        Ok(value)
    }

    /// Passes when `holds`, else names the value found under `field`.
    ///
    /// # Errors
    /// When `holds` is false.
    pub fn check(&self, holds: bool, field: &str, expected: &str) -> Result<()> {
        if holds { Ok(()) } else { Err(self.bad(field, expected)) }
    }

    /// Passes when `holds`, else says that this program lacks what `field` asks for, and what it has.
    ///
    /// # Errors
    /// When `holds` is false.
    pub fn supports(&self, holds: bool, field: &str, supported: &str) -> Result<()> {
        if holds {
            return Ok(());
        }
        Err(PipelineError::UnsupportedField {
            file: self.origin.clone(),
            field: field.to_owned(),
            found: self.found(field),
            supported: supported.to_owned(),
        })
    }

    /// Passes when `field` is missing, or is the one text that this program knows.
    ///
    /// # Errors
    /// When it is another text, or no text.
    pub fn only(&self, field: &str, known: &str) -> Result<()> {
        let expected = format!("\"{known}\"");
        let found: String = self.or(field, &expected, known.to_owned())?;
        self.supports(found == known, field, &expected)
    }

    /// Passes when `field` is missing, null or false: this program lacks the feature it turns on.
    ///
    /// # Errors
    /// When it is set.
    pub fn unset(&self, field: &str, supported: &str) -> Result<()> {
        let set = !matches!(self.present(field), None | Some(Value::Bool(false)));
        self.supports(!set, field, supported)
    }

    /// The value of `field` as a reader would see it; "absent" where there is none.
    #[must_use]
    pub fn found(&self, field: &str) -> String {
        self.fields.get(field).map_or_else(|| "absent".to_owned(), shown)
    }

    /// Whether `field` is there and not null.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.present(field).is_some()
    }

    /// The value of `field` as it stands, if it is there and not null.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.present(field)
    }

    /// Names of the fields, in the order of the file.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The same with another value of `field`.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.fields.insert(field.to_owned(), value);
        self
    }

    /// Refuses weights that were saved in fewer bits, which this program does not expand.
    ///
    /// # Errors
    /// When the config says how they were quantized.
    pub fn reject_quantized(&self) -> Result<()> {
        self.unset("quantization_config", "weights that are not quantized")
    }

    fn present(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    fn missing(&self, field: &str, expected: &str) -> PipelineError {
        PipelineError::MissingField {
            file: self.origin.clone(),
            field: field.to_owned(),
            expected: expected.to_owned(),
        }
    }

    /// The error that names the value found under `field`.
    pub fn bad(&self, field: &str, expected: &str) -> PipelineError {
        PipelineError::BadField {
            file: self.origin.clone(),
            field: field.to_owned(),
            found: self.fields.get(field).map_or("missing".into(), shown),
            expected: expected.to_owned(),
        }
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config() -> ConfigFile {
        ConfigFile::from_value("config.json", &json!({"layers": "three", "heads": 0, "eps": null}))
            .expect("an object")
    }

    #[test]
    fn wrong_type_names_file_field_found_and_expected() {
        let error = config().count("layers").expect_err("a string is no count");
        let text = error.to_string();
        for part in ["config.json", "`layers`", "\"three\"", "a positive integer"] {
            assert!(text.contains(part), "{text} lacks {part}");
        }
    }

    #[test]
    fn zero_is_no_count_and_null_takes_the_default() {
        assert!(config().count("heads").is_err());
        assert_eq!(config().positive_or("eps", 1e-6).expect("default"), 1e-6);
    }

    #[test]
    fn missing_field_is_named() {
        let error = config().count("width").expect_err("absent");
        assert!(error.to_string().contains("field `width` is missing"));
    }
}
