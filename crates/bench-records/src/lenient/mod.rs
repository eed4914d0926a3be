//! Tolerant reading of JSON that others wrote.
//!
//! In: bytes of a file. Out: a JSON object, or the reason why the file is set aside. Values are
//! then read as Python's `float()` and `str()` would, so that what FastVideo's tools accept is
//! accepted here.

mod field;
mod passed_over;
pub mod python;

pub use field::Field;
pub(crate) use passed_over::PassedOver;

use std::{borrow::Cow, marker::PhantomData};

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};

/// The largest record or result file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file was set aside. Its `Display` is what the report prints after the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetAside {
    /// Larger than [`MAX_FILE_BYTES`].
    #[error(
        "has {bytes} bytes, more than the {MAX_FILE_BYTES} that a record may have; split or remove it"
    )]
    TooLarge {
        /// Size of the file.
        bytes: u64,
    },
    /// Not UTF-8.
    #[error("is not UTF-8 at byte {offset}; write it as UTF-8")]
    NotUtf8 {
        /// Where the first bad byte stands.
        offset: usize,
    },
    /// `NaN` or `Infinity`, which Python writes and JSON does not have.
    #[error(
        "holds NaN or Infinity at line {line}, column {column}; write null for what was not measured"
    )]
    NotANumber {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Broken in another way: truncated, nested too deep, an error page.
    #[error("is not JSON ({error}); restore or remove it")]
    NotJson {
        /// The parser's words.
        error: String,
    },
    /// Valid JSON of the wrong shape.
    #[error("holds {found} where an object is expected; write one record a file")]
    NotAnObject {
        /// What stands there instead.
        found: String,
    },
    /// A field that decides what the record is has a value that cannot be read.
    #[error("field {field} is {value}, expected {expected}")]
    BadField {
        /// Name of the field.
        field: &'static str,
        /// The value found, as JSON, shortened.
        value: String,
        /// What would have been read.
        expected: &'static str,
    },
}

/// Reads one JSON object.
///
/// A byte order mark is skipped, of duplicate keys the last one counts, and nesting deeper than
/// 128 is refused.
///
/// # Errors
/// [`SetAside`] names what is wrong with the text.
pub fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, SetAside> {
    match read_value(bytes)? {
        Value::Object(object) => Ok(object),
        other => Err(SetAside::NotAnObject { found: describe(&other) }),
    }
}

/// Reads one JSON value of any shape, under the same rules as [`read_object`].
///
/// # Errors
/// [`SetAside`] names what is wrong with the text.
pub fn read_value(bytes: &[u8]) -> Result<Value, SetAside> {
    read_seed(bytes, PhantomData)
}

/// Reads one JSON value as `seed` says, under the same rules as [`read_object`].
pub(crate) fn read_seed<'de, S: DeserializeSeed<'de>>(
    bytes: &'de [u8],
    seed: S,
) -> Result<S::Value, SetAside> {
    let size = bytes.len() as u64;
    if size > MAX_FILE_BYTES {
        return Err(SetAside::TooLarge { bytes: size });
    }
    let text = std::str::from_utf8(strip_bom(bytes))
        .map_err(|error| SetAside::NotUtf8 { offset: error.valid_up_to() })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut reader).map_err(|error| explain(text, &error))?;
    reader.end().map_err(|error| explain(text, &error))?;
    Ok(value)
}

/// The bytes without a leading UTF-8 byte order mark.
#[must_use]
pub fn strip_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn explain(text: &str, error: &serde_json::Error) -> SetAside {
    let (line, column) = (error.line(), error.column());
    let rest = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let start = column.saturating_sub(2).min(rest.len());
    let near = rest.get(start..).unwrap_or_default().trim_start_matches(['-', ' ']);
    let not_a_number =
        ["NaN", "aN", "Infinity", "nfinity"].iter().any(|word| near.starts_with(word));
    if not_a_number && error.is_syntax() {
        return SetAside::NotANumber { line, column };
    }
    SetAside::NotJson { error: error.to_string() }
}

/// A value in short, for an error message.
#[must_use]
pub fn describe(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("an array of {}", items.len()),
        other => shorten(&other.to_string()),
    }
}

/// At most 60 characters of `text`, for an error message.
#[must_use]
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value as a finite number, as [`Field::number`] reads it.
#[must_use]
pub fn number(value: &Value) -> Option<f64> {
    Field::from(value).number()
}

fn numeric_text(text: &str) -> Option<f64> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        at > 0
            && bytes[at - 1].is_ascii_digit()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    let underscores_fit = text.match_indices('_').all(|(at, _)| between_digits(at));
    underscores_fit.then(|| text.replace('_', "").parse().ok()).flatten()
}

/// A value as text, as [`Field::text`] reads it.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    Field::from(value).text().map(Cow::into_owned)
}

/// Truth of a value, as [`Field::is_truthy`] sees it.
#[must_use]
pub fn truthy(value: &Value) -> bool {
    Field::from(value).is_truthy()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_broken_file_is_set_aside_with_its_reason() {
        let reason = |bytes: &[u8]| read_object(bytes).expect_err("broken on purpose").to_string();
        assert_eq!(
            reason(b"{\"latency\": NaN}"),
            "holds NaN or Infinity at line 1, column 13; write null for what was not measured"
        );
        assert!(reason(b"{\"a\": -Infinity}").starts_with("holds NaN or Infinity"));
        assert!(reason(b"{\"latency\": 1").starts_with("is not JSON (EOF"));
        assert!(reason(b"<html>").starts_with("is not JSON (expected value"));
        assert_eq!(
            reason(b"[1, 2]"),
            "holds an array of 2 where an object is expected; write one record a file"
        );
        assert_eq!(reason(b"{\"a\": \"\xff\"}"), "is not UTF-8 at byte 7; write it as UTF-8");
        assert!(reason("[".repeat(5000).as_bytes()).contains("recursion limit"));
        assert!(reason(b"{\"a\": 1e999}").contains("number out of range"));
    }

    #[test]
    fn byte_order_marks_and_duplicate_keys_are_read() {
        let object = read_object(b"\xef\xbb\xbf{\"a\": 1, \"a\": 2}").expect("valid");
        assert_eq!(object.get("a"), Some(&json!(2)));
    }

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (value, expected) in [
            (json!(1.5), Some(1.5)),
            (json!(" 28.4 "), Some(28.4)),
            (json!("1_000"), Some(1000.0)),
            (json!("_1"), None),
            (json!(true), Some(1.0)),
            (json!("nan"), None),
            (json!("fast"), None),
            (json!(null), None),
            (json!([1]), None),
        ] {
            assert_eq!(number(&value), expected, "{value}");
        }
    }
}
