//! Lines that are JSON: what they hold, by name.
//!
//! In: a value. Out: names of numbers at any depth.

use serde_json::Value;

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
}
