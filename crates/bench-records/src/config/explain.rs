//! serde's errors in our words: the field, the value found and what to write instead.

use serde_json::{Error, Value, error::Category};
use serde_path_to_error::{Path, Segment};

use super::fields::example;
use super::nearest::did_you_mean;
use super::problems::{Fault, shown};
use super::unique::DUPLICATE_KEY;

/// The text is no JSON, is nested too deeply, or has a key twice.
pub(super) fn not_json(error: &Error, path: &Path) -> Fault {
    let said = without_position(error);
    let place = format!("line {}, column {}", error.line(), error.column());
    if let Some(key) = said.strip_prefix(DUPLICATE_KEY) {
        return duplicate_key(key, path, &place);
    }
    let (problem, remedy) = match error.classify() {
        _ if said == "recursion limit exceeded" => {
            ("nested deeper than 127 levels".to_owned(), "make it flatter")
        }
        Category::Eof => {
            ("the JSON ends too early".to_owned(), "close what is open: quotes, brackets, braces")
        }
        _ => (
            format!("the JSON is broken: {said}"),
            "correct it there; JSON has no comments, no trailing commas, no NaN and no Infinity",
        ),
    };
    Fault::whole_file(format!("{place}: {problem}"), remedy)
}

fn duplicate_key(key: &str, path: &Path, place: &str) -> Fault {
    let key = serde_json::from_str(key).unwrap_or_else(|_| key.to_owned());
    let field = joined(path, &key);
    let problem = format!("{place}: {field} stands there a second time");
    Fault::absent(&field, problem, "keep one of the two")
}

/// There is something after the configuration.
pub(super) fn trailing_text(error: &Error) -> Fault {
    let place = format!("line {}, column {}", error.line(), error.column());
    let problem = format!("{place}: there is more text after the closing brace");
    Fault::whole_file(problem, "remove it: a file holds one benchmark")
}

/// The JSON is not a configuration: a field is unknown, missing or of the wrong type.
pub(super) fn wrong_shape(error: &serde_path_to_error::Error<Error>, document: &Value) -> Fault {
    let said = without_position(error.inner());
    let path = error.path();
    match said.split_once(' ').unwrap_or_default() {
        ("unknown", rest) if rest.starts_with("field") => unknown_field(path, &said, document),
        ("unknown", _) => unknown_word(path, &said, document),
        ("missing", _) => missing_field(path, &said),
        _ => wrong_type(path, &said, document),
    }
}

fn unknown_field(path: &Path, said: &str, document: &Value) -> Fault {
    let field = path.to_string();
    let found = last_key(path).unwrap_or_default();
    let allowed = names_expected(said);
    let problem = format!("{field} is not a known field (allowed: {})", allowed.join(", "));
    let remedy = did_you_mean(found, &allowed, "remove it, or use an allowed field");
    Fault::of(&field, value_at(path, document), problem, remedy)
}

fn unknown_word(path: &Path, said: &str, document: &Value) -> Fault {
    let (field, value) = (path.to_string(), value_at(path, document));
    let allowed = names_expected(said);
    let found = shown(&value);
    let problem = format!("{field} is {found}, but must be one of: {}", allowed.join(", "));
    let word = value.as_str().unwrap_or_default();
    let remedy = did_you_mean(word, &allowed, "write one of them");
    Fault::of(&field, value, problem, remedy)
}

fn missing_field(path: &Path, said: &str) -> Fault {
    let name = said.split('`').nth(1).unwrap_or_default();
    let field = joined(path, name);
    let remedy = match example(name) {
        Some(example) => format!("add it, for example \"{name}\": {example}"),
        None => "add it".to_owned(),
    };
    Fault::absent(&field, format!("{field} is missing"), remedy)
}

fn wrong_type(path: &Path, said: &str, document: &Value) -> Fault {
    let value = value_at(path, document);
    let field = field_of(path);
    let name = field.as_deref().unwrap_or("the top level");
    let expected = words_for(said.rsplit_once("expected ").map_or("", |(_, words)| words));
    let remedy = match last_key(path).and_then(example) {
        Some(example) => format!("write for example {example}"),
        None => format!("write {expected} there"),
    };
    Fault {
        problem: format!("{name} is {}, but must be {expected}", shown(&value)),
        field,
        value: Some(Box::new(value)),
        remedy,
    }
}

/// What serde calls a type, as the author of a file would.
fn words_for(expected: &str) -> &str {
    match expected {
        "u16" | "u32" | "u64" => "a whole number, 0 or more",
        "f64" => "a number",
        "a string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        "string or map" | "unit" => "a text in quotes",
        _ => expected,
    }
}

/// The names in backticks behind the last "expected".
fn names_expected(said: &str) -> Vec<&str> {
    let (_, names) = said.rsplit_once("expected ").unwrap_or_default();
    names.split('`').skip(1).step_by(2).collect()
}

fn without_position(error: &Error) -> String {
    let said = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    said.strip_suffix(&position).unwrap_or(&said).to_owned()
}

fn joined(path: &Path, key: &str) -> String {
    if path.iter().len() == 0 {
        return key.to_owned();
    }
    format!("{path}.{key}")
}

/// The path without what only serde sees; `None` for the whole file.
fn field_of(path: &Path) -> Option<String> {
    let shown = path.to_string();
    match path.iter().next_back()? {
        Segment::Enum { variant } => shown.strip_suffix(&format!(".{variant}")).map(str::to_owned),
        _ => Some(shown),
    }
}

/// The field that the path ends in; `None` for the element of a list and for the whole file.
fn last_key(path: &Path) -> Option<&str> {
    match path.iter().rfind(|segment| !is_variant(segment))? {
        Segment::Map { key } => Some(key),
        _ => None,
    }
}

/// serde takes `{"dummy": 1}` for the word `dummy` with something in it, and counts it as a step.
fn is_variant(segment: &Segment) -> bool {
    matches!(segment, Segment::Enum { .. })
}

fn value_at(path: &Path, document: &Value) -> Value {
    let found = path.iter().try_fold(document, |value, segment| match segment {
        Segment::Map { key } => value.get(key),
        Segment::Seq { index } => value.get(index),
        Segment::Enum { .. } | Segment::Unknown => Some(value),
    });
    found.cloned().unwrap_or_default()
}
