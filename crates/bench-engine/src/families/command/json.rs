//! Lines that are JSON: what they hold, by name.
//!
//! In: the text of a line, or a value. Out: names that an object has twice, and names of numbers at
//! any depth.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

/// Names that stand twice in one object of this line, at any depth: a JSON parser keeps the last.
pub(super) fn names_said_twice(line: &str) -> Vec<String> {
    serde_json::from_str(line).map(|Twice(names)| names).unwrap_or_default()
}

/// Paths of all numbers in a value, texts that are numbers among them: `a`, `b.c`, `d[]`.
pub(super) fn paths_of_numbers(value: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    collect("", value, &mut paths);
    paths
}

fn collect(path: &str, value: &Value, paths: &mut Vec<String>) {
    let mut add = || {
        if !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    };
    match value {
        Value::Number(_) => add(),
        Value::String(text) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => add(),
        Value::Array(values) => {
            values.iter().for_each(|value| collect(&format!("{path}[]"), value, paths));
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(&inner, value, paths);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

struct Twice(Vec<String>);

impl<'de> Deserialize<'de> for Twice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

/// Walks through a value and keeps its names only.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Twice;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_unit<E: Error>(self) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Twice, A::Error> {
        let mut twice = Vec::new();
        while let Some(Twice(inner)) = values.next_element()? {
            twice.extend(inner);
        }
        Ok(Twice(twice))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Twice, A::Error> {
        let (mut seen, mut twice) = (BTreeSet::new(), Vec::new());
        while let Some((name, Twice(inner))) = fields.next_entry::<String, Twice>()? {
            twice.extend(inner);
            if !seen.insert(name.clone()) {
                twice.push(name);
            }
        }
        Ok(Twice(twice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_at_any_depth_and_each_path_once() {
        for (text, expected) in [
            (r#"[{"tok_per_s": 5}, {"tok_per_s": 6}]"#, ["[].tok_per_s"].as_slice()),
            (r#"{"arr_ms": [1, 2]}"#, &["arr_ms[]"]),
            (r#"{"o": {"a_ms": 2, "b": null}, "c": true}"#, &["o.a_ms"]),
            (r#"{"ttft_ms": "55", "level": "info"}"#, &["ttft_ms"]),
            (r#"{"level": "info", "nan": "NaN"}"#, &[]),
        ] {
            let value = serde_json::from_str(text).expect("JSON");
            assert_eq!(paths_of_numbers(&value), expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_said_twice_only_within_one_object() {
        for (line, expected) in [
            (r#"{"a": 1, "b": 2, "a": 3}"#, ["a"].as_slice()),
            (r#"{"metrics": {"a": 1, "a": 1}}"#, &["a"]),
            (r#"[{"a": 1.5, "a": -1}]"#, &["a"]),
            (r#"{"a": 1, "metrics": {"a": null, "b": {"a": "x"}}}"#, &[]),
        ] {
            assert_eq!(names_said_twice(line), expected, "{line}");
        }
    }
}
