//! Claims that hold for any series: its unit does not matter, and neither does which direction is
//! better. Every field of what is said is compared.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    alike::{Tolerance, differences},
    properties::{found, series},
};

/// Logarithms of very small and very large numbers round differently.
const ROUNDING: Tolerance = Tolerance { part: 1e-6, least: 1e-2 };

fn detected(values: &[f64]) -> Value {
    serde_json::to_value(found(values)).expect("a detection is JSON")
}

fn each(values: &[f64], change: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter().map(|value| change(*value)).collect()
}

/// Changes the numbers under `key` in each entry of a list.
fn change_in(list: &mut Value, key: &str, change: impl Fn(f64) -> f64) {
    for entry in list.as_array_mut().into_iter().flatten() {
        if let Some(number) = entry[key].as_f64() {
            entry[key] = json!(change(number));
        }
    }
}

/// What a series says of a change, said of the opposite change: `opposite` of a relative change.
fn swapped(mut said: Value, opposite: impl Fn(f64) -> f64) -> Value {
    for key in ["change", "low", "high"] {
        change_in(&mut said["steps"], key, &opposite);
        change_in(&mut said["provisional"], key, &opposite);
    }
    for step in said["steps"].as_array_mut().into_iter().flatten() {
        let (low, high) = (step["low"].take(), step["high"].take());
        (step["low"], step["high"]) = (high, low);
    }
    if let Some(drift) = said["drift"].as_object_mut() {
        for key in ["slope", "total", "z"] {
            drift[key] = json!(-drift[key].as_f64().unwrap_or(f64::NAN));
        }
    }
    said
}

fn without_levels(mut said: Value) -> Value {
    for step in said["steps"].as_array_mut().into_iter().flatten() {
        (step["before"], step["after"]) = (Value::Null, Value::Null);
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn another_unit_changes_units_alone(
        values in series(),
        exponent in -9_i32..9,
        sign in any::<bool>(),
        shift in 0.0..120.0_f64,
    ) {
        let factor = 3.7 * 10_f64.powi(exponent);
        // above 0, below 0, or on both sides of it
        let values = each(&values, |value| if sign { value } else { (shift - value).round() });
        let expected = detected(&values);
        let mut other = detected(&each(&values, |value| value * factor));
        for key in ["before", "after"] {
            change_in(&mut other["steps"], key, |level| level / factor);
        }
        let differing = differences(&other, &expected, ROUNDING);
        prop_assert!(differing.is_empty(), "{differing:?}");
    }

    #[test]
    fn the_better_direction_reversed_swaps_up_and_down_alone(values in series()) {
        // seconds a request, and requests a second
        let expected = swapped(detected(&values), |change| 1.0 / (1.0 + change) - 1.0);
        let other = detected(&each(&values, |value| 1.0 / value));
        // the median of an even number of reciprocals is not the reciprocal of the median
        let (other, expected) = (without_levels(other), without_levels(expected));
        let differing = differences(&other, &expected, ROUNDING);
        prop_assert!(differing.is_empty(), "{differing:?}");
    }

    #[test]
    fn the_sign_reversed_swaps_up_and_down_alone(values in series(), middle in 90.0..130.0_f64) {
        let around_zero = each(&values, |value| (value - middle).round());
        let mut expected = swapped(detected(&[&[0.0], around_zero.as_slice()].concat()), |change| -change);
        for key in ["before", "after"] {
            change_in(&mut expected["steps"], key, |level| -level);
        }
        let other = detected(&[&[0.0], each(&around_zero, |value| -value).as_slice()].concat());
        let differing = differences(&other, &expected, ROUNDING);
        prop_assert!(differing.is_empty(), "{differing:?}");
    }
}
