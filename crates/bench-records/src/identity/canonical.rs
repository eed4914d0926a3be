//! Canonical JSON: one text for one value, whoever writes it.
//!
//! In: any JSON value. Out: what Python's `json.dumps(value, sort_keys=True,
//! separators=(",", ":"))` gives, byte for byte, so that fingerprints agree across languages.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use crate::order::in_order;

/// The canonical text of `value`.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&python_number(number)),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => write_joined(out, ('[', ']'), items.iter(), write_value),
        Value::Object(fields) => {
            let sorted = in_order(fields.iter().collect(), |a, b| a.0.cmp(b.0));
            write_joined(out, ('{', '}'), sorted.into_iter(), |out, (key, value)| {
                write_string(out, key);
                out.push(':');
                write_value(out, value);
            });
        }
    }
}

fn write_joined<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(close);
}

/// Writes a text as Python's `json.dumps` does, in ASCII alone.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => write_escaped(out, c),
        }
    }
    out.push('"');
}

fn write_escaped(out: &mut String, c: char) {
    let mut units = [0u16; 2];
    for unit in c.encode_utf16(&mut units) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// A number as Python's `repr` writes it: integers as they are, floats with the shortest digits
/// that read back, in scientific notation below 1e-4 and from 1e16 on.
#[must_use]
pub fn python_number(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => python_float(float),
        _ => number.to_string(),
    }
}

fn python_float(float: f64) -> String {
    let scientific = format!("{float:e}");
    let (mantissa, exponent) =
        scientific.split_once('e').expect("`{:e}` always writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a decimal exponent");
    if (-4..16).contains(&exponent) {
        return format!("{float:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (float, expected) in [
            (7.0, "7.0"),
            (0.1, "0.1"),
            (1e-7, "1e-07"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (-0.0, "-0.0"),
            (123_456.789, "123456.789"),
        ] {
            assert_eq!(python_float(float), expected);
        }
    }

    #[test]
    fn keys_are_sorted_and_text_is_ascii() {
        let value = json!({"b": "é\u{1f600}\u{7f}\n", "a": [1, 1.0, null, true], "A": {}});
        assert_eq!(
            canonical_json(&value),
            r#"{"A":{},"a":[1,1.0,null,true],"b":"\u00e9\ud83d\ude00\u007f\n"}"#
        );
    }
}
