//! Inputs and expected outputs in `tests/fixtures/detection/golden.json`, field by field.

use serde_json::Value;

use super::*;

const GOLDEN: &str = include_str!("../../../../tests/fixtures/detection/golden.json");

/// Numbers below this need not agree in proportion.
const LEAST: f64 = 1e-7;

fn numbers(list: &Value) -> Option<Vec<f64>> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    list.as_array().map(|values| values.iter().map(number).collect())
}

/// Each place at which the two differ.
fn differences(
    place: &str,
    ours: &Value,
    expected: &Value,
    tolerance: f64,
    found: &mut Vec<String>,
) {
    match (ours, expected) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            for (key, expected) in b {
                differences(&format!("{place}.{key}"), &a[key], expected, tolerance, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (ours, expected)) in a.iter().zip(b).enumerate() {
                differences(&format!("{place}[{i}]"), ours, expected, tolerance, found);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            // small numbers too: p is far below the tolerance
            let apart = (a - b).abs();
            if apart.is_nan() || apart > tolerance * b.abs().max(LEAST) {
                found.push(format!("{place}: {a} is not {b}"));
            }
        }
        _ if ours == expected => {}
        _ => found.push(format!("{place}: {ours} is not {expected}")),
    }
}

#[test]
fn every_field_of_every_case_is_as_expected() {
    let golden: Value = serde_json::from_str(GOLDEN).expect("the fixture is JSON");
    let tolerance = golden["tolerance"].as_f64().expect("a tolerance");
    let mut found = Vec::new();
    for case in golden["cases"].as_array().expect("a list of cases") {
        let values = numbers(&case["values"]).expect("a list of values");
        let times = numbers(&case["times"]);
        let ours = detect_with(&values, times.as_deref(), &Options::default());
        let ours = serde_json::to_value(ours).expect("a detection is JSON");
        let name = case["name"].as_str().unwrap_or_default();
        differences(name, &ours, &case["expected"], tolerance, &mut found);
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
