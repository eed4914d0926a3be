//! What a program wrote, as a result of vLLM's.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::import::non_finite;

/// Reads the result that a program left. Of a file of lines the last counts. `fields` says where each field
/// is in it; without, it is taken as it is.
///
/// # Errors
/// Where there is no file, or it holds none of the fields.
pub fn read_result(path: &Path, fields: &BTreeMap<String, String>) -> Result<Value> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown} was not written"))?;
    let value = last_value(&bytes).with_context(|| format!("{shown} is no JSON"))?;
    let Value::Object(written) = without_nan(value) else {
        bail!("{shown} is no object of a result")
    };
    if fields.is_empty() {
        return Ok(Value::Object(written));
    }
    let found = |(name, place): (&String, &String)| Some((name.clone(), at(&written, place)?));
    let mut read: Map<String, Value> = fields.iter().filter_map(found).collect();
    if read.is_empty() {
        let places: Vec<&str> = fields.values().map(String::as_str).collect();
        bail!("{shown} has none of {}; correct `read` of the engine", places.join(", "));
    }
    for (name, value) in written {
        read.entry(name).or_insert(value);
    }
    Ok(Value::Object(read))
}

/// What is at a place: a field, or the sum of several.
fn at(written: &Map<String, Value>, place: &str) -> Option<Value> {
    if !place.contains(" + ") {
        return written.get(place).cloned();
    }
    let terms = place.split(" + ").map(|field| written.get(field.trim())?.as_f64());
    Some(terms.sum::<Option<f64>>()?.into())
}

/// The JSON of a file, or of its last line.
fn last_value(bytes: &[u8]) -> Result<Value> {
    let bytes = non_finite::quoted(bytes);
    serde_json::from_slice(&bytes).or_else(|whole: serde_json::Error| {
        let text = String::from_utf8_lossy(&bytes);
        let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        serde_json::from_str(last).map_err(|_| whole.into())
    })
}

/// The same, with null for each number that is none: readers of JSON refuse a bare NaN.
#[must_use]
pub fn without_nan(value: Value) -> Value {
    match value {
        Value::String(text) if non_finite::stands_for_number(&text) && is_nan(&text) => Value::Null,
        Value::Array(values) => values.into_iter().map(without_nan).collect(),
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| (key, without_nan(value))).collect()
        }
        other => other,
    }
}

fn is_nan(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_nan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str, fields: &[(&str, &str)]) -> Result<Value> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("out.json");
        std::fs::write(&path, text)?;
        let fields = fields.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        read_result(&path, &fields)
    }

    #[test]
    fn a_bare_nan_is_null_and_the_last_line_counts() {
        assert_eq!(
            read(r#"{"a": NaN, "b": [1, NaN]}"#, &[]).expect("read"),
            json!({"a": null, "b": [1, null]})
        );
        assert_eq!(read("{\"a\": 1}\n{\"a\": 2}\n", &[]).expect("read"), json!({"a": 2}));
    }

    #[test]
    fn fields_are_found_where_the_engine_says() {
        let fields = [("avg_latency", "total_latency"), ("x", "absent")];
        assert_eq!(
            read(r#"{"total_latency": 1.5, "run_name": "r"}"#, &fields).expect("read"),
            json!({"avg_latency": 1.5, "total_latency": 1.5, "run_name": "r"})
        );
        let error = read("{}", &fields).expect_err("nothing is there").to_string();
        assert!(error.contains("has none of total_latency, absent"), "{error}");
    }

    #[test]
    fn a_field_may_be_the_sum_of_several() {
        let fields = [("total_num_tokens", "in + out"), ("x", "in + absent")];
        let found = read(r#"{"in": 30, "out": 12}"#, &fields).expect("read");
        assert_eq!(found, json!({"total_num_tokens": 42.0, "in": 30, "out": 12}));
    }

    #[test]
    fn what_is_no_result_is_named() {
        assert!(
            read("oops", &[])
                .is_err_and(|error| format!("{error:#}").contains("out.json is no JSON"))
        );
        assert!(read("[1]", &[]).is_err_and(|error| error.to_string().contains("no object")));
    }
}
