//! What a suite file says that has no effect, or not the one that it seems to have.
//!
//! In: a file or a test of it. Out: a line each, for people.

use bench_records::repeated::names_said_twice;
use serde_json::{Map, Value};

use super::{Parameters, Root, SuiteKind, serving};

/// Fields of all tests.
const ANY: [&str; 2] = ["test_name", "description"];
/// Fields of tests that need no server.
const OFFLINE: [&str; 2] = ["parameters", "environment_variables"];

/// Notes on a file as a whole.
pub(super) fn of_file(kind: SuiteKind, text: &str, root: &Root) -> impl Iterator<Item = String> {
    let mut notes = Vec::new();
    for name in names_said_twice(text) {
        notes.push(format!("{name} stands twice in one object; the last one counts"));
    }
    let unknown = root.unknown.iter().filter(|field| *field != "description");
    let ignored = |field| format!("field {field} is ignored; expected one of defaults, tests");
    notes.extend(unknown.map(ignored));
    if root.tests.is_empty() {
        notes.push("tests is empty, so that nothing of this file runs".to_owned());
    }
    match kind {
        SuiteKind::Serving => {
            let of_defaults = unknown_fields(kind, &root.defaults).chain(spellings(&root.defaults));
            notes.extend(of_defaults.map(|note| format!("defaults: {note}")));
        }
        _ if root.defaults.is_empty() => {}
        _ => notes.push("defaults are ignored: only serving tests have them".to_owned()),
    }
    notes.into_iter()
}

/// Notes on a test.
pub(super) fn of_test(kind: SuiteKind, test: &Value) -> impl Iterator<Item = String> {
    let fields = test.as_object().cloned().unwrap_or_default();
    let notes: Vec<String> = unknown_fields(kind, &fields).chain(spellings(&fields)).collect();
    notes.into_iter()
}

/// Fields that nothing reads.
fn unknown_fields(kind: SuiteKind, fields: &Map<String, Value>) -> impl Iterator<Item = String> {
    let known: &'static [&str] = match kind {
        SuiteKind::Serving => &serving::FIELDS,
        _ => &OFFLINE,
    };
    let fields = fields.keys().map(String::as_str);
    let unknown = fields.filter(|field| !ANY.contains(field) && !known.contains(field));
    unknown.map(|field| format!("field {field} is ignored; expected one of {}", known.join(", ")))
}

/// Parameters that are there with `_` and with `-`.
fn spellings(fields: &Map<String, Value>) -> impl Iterator<Item = String> {
    let objects = fields.iter().filter_map(|(field, value)| Some((field, value.as_object()?)));
    objects.flat_map(|(field, object)| {
        let parameters: Parameters = object.clone().into();
        let twice = parameters.spelled_twice();
        let note = |(one, other)| format!("{field} has {one} and {other}; the later one counts");
        twice.map(note).collect::<Vec<_>>()
    })
}
