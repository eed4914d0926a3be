//! What Python's `str()` makes of a JSON value.
//!
//! FastVideo's tools compare the fields of an identity as such text: a version 3 and the text "3" are
//! one, and 3.0 is another.

use serde_json::{Number, Value};

/// `str()` of a value.
#[must_use]
pub fn str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

/// `repr()` of a value, which differs for text only.
fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Value::Number(number) => of_number(number),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields =
                fields.iter().map(|(key, value)| format!("{}: {}", quoted(key), repr(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Both languages write the shortest digits and change to an exponent at the same sizes; Python gives
/// the exponent a sign and two digits.
fn of_number(number: &Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let text = format!("{float:?}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>2}")
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 || u32::from(c) == 0x7f => {
                out.push_str(&format!("\\x{:02x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_python_3_writes_them() {
        for (value, expected) in [
            (json!(3), "3"),
            (json!(3.0), "3.0"),
            (json!(1e15), "1000000000000000.0"),
            (json!(1e16), "1e+16"),
            (json!(0.0001), "0.0001"),
            (json!(1.5e-7), "1.5e-07"),
            (json!(1e-300), "1e-300"),
            (json!(-0.0), "-0.0"),
            (json!(true), "True"),
            (json!(null), "None"),
            (json!("it's"), "it's"),
            (json!(["it's", "a\"b", "\n", null]), "[\"it's\", 'a\"b', '\\n', None]"),
            (json!({"a": {}, "b": [1, 2.5]}), "{'a': {}, 'b': [1, 2.5]}"),
        ] {
            assert_eq!(str(&value), expected);
        }
    }
}
