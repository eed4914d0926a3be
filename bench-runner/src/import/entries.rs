//! The entries of a file: one JSON object, an array of them, or JSON lines.
//!
//! In: a file. Out: each entry with its place. Lines may hold arrays, and a broken line does not
//! take the others with it.

use bench_records::{lenient, paths::value_without_own_folders};
use serde_json::Value;

use super::{
    error::{ImportError, Unusable},
    non_finite::quoted,
    source::Source,
};

/// One entry of a file, or why it is none, and where it stands.
pub struct Entry {
    /// Such as `entry 3` or `line 2`.
    pub place: String,
    /// The JSON there.
    pub value: Result<Value, Unusable>,
}

/// All entries of a file, in order.
pub fn read_entries(source: &Source<'_>) -> Result<Vec<Entry>, ImportError> {
    match source.json(source.bytes) {
        Ok(Value::Array(items)) => Ok(numbered("entry", items)),
        Ok(value) => Ok(vec![Entry { place: "the result".to_owned(), value: Ok(value) }]),
        Err(error) => read_lines(source.bytes).ok_or(error),
    }
}

fn numbered(what: &str, items: Vec<Value>) -> Vec<Entry> {
    let place = |index: usize| format!("{what} {}", index + 1);
    let entry = |(index, value)| Entry { place: place(index), value: Ok(value) };
    items.into_iter().enumerate().map(entry).collect()
}

/// `None` where no line holds JSON objects: then the file is one broken document, and not lines.
fn read_lines(bytes: &[u8]) -> Option<Vec<Entry>> {
    let lines = lenient::strip_bom(bytes).split(|byte| *byte == b'\n').enumerate();
    let filled = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let read = filled.map(|(at, line)| {
        let value = lenient::read_value(&quoted(line)).map(value_without_own_folders);
        (at + 1, value)
    });
    let read: Vec<_> = read.collect();
    let any = read.iter().any(|(_, value)| value.as_ref().is_ok_and(holds_objects));
    any.then(|| read.into_iter().flat_map(|(line, value)| line_entries(line, value)).collect())
}

fn holds_objects(value: &Value) -> bool {
    match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => items.iter().any(Value::is_object),
        _ => false,
    }
}

fn line_entries(line: usize, value: Result<Value, lenient::SetAside>) -> Vec<Entry> {
    let place = format!("line {line}");
    match value {
        Ok(Value::Array(items)) => numbered(&format!("{place}, entry"), items),
        other => vec![Entry { place, value: other.map_err(Unusable::from) }],
    }
}
