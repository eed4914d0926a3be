//! Inputs and expected outputs in `tests/fixtures/detection/golden.json`, field by field.

use serde_json::Value;

use super::{
    alike::{Tolerance, differences},
    *,
};

const GOLDEN: &str = include_str!("../../../../tests/fixtures/detection/golden.json");

/// Numbers below this need not agree in proportion.
const LEAST: f64 = 1e-7;

fn numbers(list: &Value) -> Option<Vec<f64>> {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    list.as_array().map(|values| values.iter().map(number).collect())
}

#[test]
fn every_field_of_every_case_is_as_expected() {
    let golden: Value = serde_json::from_str(GOLDEN).expect("the fixture is JSON");
    let part = golden["tolerance"].as_f64().expect("a tolerance");
    let tolerance = Tolerance { part, least: LEAST };
    let mut found = Vec::new();
    for case in golden["cases"].as_array().expect("a list of cases") {
        let values = numbers(&case["values"]).expect("a list of values");
        let times = numbers(&case["times"]);
        let ours = detect_with(&values, times.as_deref(), &Options::default());
        let ours = serde_json::to_value(ours).expect("a detection is JSON");
        let name = case["name"].as_str().unwrap_or_default();
        let of_case = differences(&ours, &case["expected"], tolerance);
        found.extend(of_case.iter().map(|difference| format!("{name}{difference}")));
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
