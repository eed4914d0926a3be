//! A field of JSON as plain text: a name and a value for each thing that it says.
//!
//! In: the field. Out: [`Fact`]s; what is null is n/a, never 0.

use serde_json::Value;

/// A name and a value.
pub type Fact = (String, String);

/// The facts of one field.
#[must_use]
pub fn facts_of(name: &str, value: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    flatten(name, value, &mut facts);
    facts
}

/// `environment.gpus.1.name` becomes `gpus 1 name`; the section says the rest.
fn flatten(name: &str, value: &Value, out: &mut Vec<Fact>) {
    let inner = |key: &str| match name {
        "environment" | "recipe" | "spread" => key.to_owned(),
        _ => format!("{name} {key}"),
    };
    match value {
        Value::Object(object) if !object.is_empty() => {
            object.iter().for_each(|(key, value)| flatten(&inner(key), value, out));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&inner(&(index + 1).to_string()), item, out);
            }
        }
        _ => out.push((name.to_owned(), words(value))),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "n/a".to_owned(),
        Value::String(text) if text.is_empty() => "n/a".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(object) if object.is_empty() => "none".to_owned(),
        other => other.to_string(),
    }
}
