//! Two JSON values in, each place at which they differ out.

use serde_json::Value;

/// How far two numbers may be apart.
#[derive(Clone, Copy)]
pub(super) struct Tolerance {
    /// As a part of the expected number, …
    pub(super) part: f64,
    /// … which is not taken to be smaller than this: small numbers are compared too, p for one.
    pub(super) least: f64,
}

/// Each place at which the two differ: keys, lengths, words, and numbers beyond the tolerance.
pub(super) fn differences(ours: &Value, expected: &Value, tolerance: Tolerance) -> Vec<String> {
    let mut found = Vec::new();
    collect("", ours, expected, tolerance, &mut found);
    found
}

fn collect(
    place: &str,
    ours: &Value,
    expected: &Value,
    tolerance: Tolerance,
    found: &mut Vec<String>,
) {
    match (ours, expected) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, expected) in b {
                collect(&format!("{place}.{key}"), &a[key], expected, tolerance, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (ours, expected)) in a.iter().zip(b).enumerate() {
                collect(&format!("{place}[{i}]"), ours, expected, tolerance, found);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            let apart = (a - b).abs();
            if apart.is_nan() || apart > tolerance.part * b.abs().max(tolerance.least) {
                found.push(format!("{place}: {a} is not {b}"));
            }
        }
        _ if ours == expected => {}
        _ => found.push(format!("{place}: {ours} is not {expected}")),
    }
}

#[test]
fn a_missing_key_a_word_and_a_small_number_are_differences() {
    use serde_json::json;
    let tolerance = Tolerance { part: 1e-9, least: 1e-7 };
    let of = |ours: Value, expected: Value| differences(&ours, &expected, tolerance);
    assert!(of(json!({"a": [1.0, "b"]}), json!({"a": [1.0 + 1e-10, "b"]})).is_empty());
    assert_eq!(
        of(json!({"a": 1e-12}), json!({"a": 2e-12})),
        [".a: 0.000000000001 is not 0.000000000002"]
    );
    assert_eq!(of(json!([1]), json!([1, 2])).len(), 1);
    assert_eq!(of(json!({"a": null}), json!({})).len(), 1);
    assert_eq!(of(json!([null, "x", true]), json!([0.0, "y", false])).len(), 3);
}
