//! Limits that a result brings along, held to what a configuration may say: a limit that is not read as it
//! was meant judges by another one, and nobody hears of it.
//!
//! In: the fields of a result, as its file has them. Out: each fault, with field, value and remedy.

use serde_json::{Map, Value};

use super::{
    limits::check_limit,
    nearest::did_you_mean,
    problems::{Fault, shown},
    regression::{self, MetricLimits, Names, RegressionThresholds},
    static_limits::STATIC_LIMITS,
};

const STATIC: &str = "thresholds";
const ROLLING: &str = "regression_thresholds";
const ROLLING_FIELDS: [&str; 3] = ["threshold_percent", "threshold_absolute", "gated"];

/// What is wrong with the limits of a result; `is_metric` says whether a metric is one that it, or its
/// history, has.
#[must_use]
pub fn faults_of_given(
    fields: &Map<String, Value>,
    is_metric: impl Fn(&str) -> bool,
) -> Vec<Fault> {
    // results of ours come from a configuration that was checked, whose program may state any metric
    let names = if fields.contains_key("stopping_rule") { Names::Any } else { Names::BuiltIn };
    let mut faults = Vec::new();
    for (name, limit) in entries(fields, STATIC, &mut faults) {
        faults.extend(static_fault(name, limit));
    }
    for (metric, entry) in entries(fields, ROLLING, &mut faults) {
        faults.extend(rolling_faults(metric, entry, |limits| match is_metric(metric) {
            true => regression::check_numbers(metric, limits),
            false => regression::check(&one(metric, *limits), names),
        }));
    }
    faults
}

fn one(metric: &str, limits: MetricLimits) -> RegressionThresholds {
    [(metric.to_owned(), limits)].into_iter().collect()
}

/// The entries of an object; what is there instead is a fault, and null is nothing.
fn entries<'f>(
    fields: &'f Map<String, Value>,
    field: &str,
    faults: &mut Vec<Fault>,
) -> Vec<(&'f String, &'f Value)> {
    match fields.get(field) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(entries)) => entries.iter().collect(),
        Some(other) => {
            faults.push(expected(
                field,
                other,
                "an object of limits",
                "write one, or leave it out",
            ));
            Vec::new()
        }
    }
}

fn expected(field: &str, found: &Value, what: &str, remedy: &str) -> Fault {
    let problem = format!("{field} is {}, but must be {what}", shown(found));
    Fault::of(field, found.clone(), problem, remedy)
}

fn static_fault(name: &str, limit: &Value) -> Option<Fault> {
    let field = format!("{STATIC}.{name}");
    let known: Vec<&str> = STATIC_LIMITS.iter().map(|limit| limit.name).collect();
    if !known.contains(&name) {
        let problem = format!("{field} is no limit (known: {})", known.join(", "));
        let remedy = match limit {
            Value::Object(_) => "write the limits of the GPU that ran, without a name around them",
            _ => "remove it, or name a known limit",
        };
        return Some(Fault::of(&field, limit.clone(), problem, did_you_mean(name, &known, remedy)));
    }
    match limit {
        Value::Null => None,
        Value::Number(limit) => check_limit(&field, limit.as_f64()).err(),
        other => {
            Some(expected(&field, other, "a number above 0", "write a number, or null for none"))
        }
    }
}

fn rolling_faults(
    metric: &str,
    entry: &Value,
    check: impl FnOnce(&MetricLimits) -> Result<(), Fault>,
) -> Vec<Fault> {
    let field = format!("{ROLLING}.{metric}");
    let Value::Object(said) = entry else {
        let what = "an object such as {\"threshold_percent\": 0.08}";
        return vec![expected(&field, entry, what, "write one, or leave it out")];
    };
    let faults: Vec<Fault> =
        said.iter().filter_map(|(name, value)| part_fault(&field, name, value)).collect();
    if !faults.is_empty() {
        return faults;
    }
    let number = |name: &str| said.get(name).and_then(Value::as_f64);
    let limits = MetricLimits {
        threshold_percent: number(ROLLING_FIELDS[0]),
        threshold_absolute: number(ROLLING_FIELDS[1]),
        gated: said.get(ROLLING_FIELDS[2]).and_then(Value::as_bool),
    };
    check(&limits).err().into_iter().collect()
}

/// What is wrong with the type of a part of an entry, or its name.
fn part_fault(entry: &str, name: &str, value: &Value) -> Option<Fault> {
    let field = format!("{entry}.{name}");
    match (name, value) {
        _ if !ROLLING_FIELDS.contains(&name) => {
            let problem =
                format!("{field} is no part of a limit (known: {})", ROLLING_FIELDS.join(", "));
            let remedy = did_you_mean(name, &ROLLING_FIELDS, "remove it");
            Some(Fault::of(&field, value.clone(), problem, remedy))
        }
        (_, Value::Null) | ("gated", Value::Bool(_)) => None,
        ("gated", _) => Some(expected(&field, value, "true or false", "write it without quotes")),
        (_, Value::Number(_)) => None,
        _ => Some(expected(&field, value, "a number", "write it as one, such as 0.08 for 8 %")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields_at_fault(fields: &Value) -> Vec<String> {
        let fields = fields.as_object().expect("an object");
        let faults = faults_of_given(fields, |metric| metric == "own_ms");
        faults.into_iter().filter_map(|fault| fault.field).collect()
    }

    #[test]
    fn what_fastvideo_and_this_program_write_has_no_fault() {
        for sound in [
            json!({}),
            json!({"thresholds": null, "regression_thresholds": null}),
            json!({"thresholds": {}, "regression_thresholds": {}}),
            json!({"thresholds": {"max_generation_time_s": 34.0, "max_peak_memory_mb": 11000,
                                  "max_dit_time_s": null}}),
            json!({"regression_thresholds": {
                "latency": {"threshold_percent": 0.08, "threshold_absolute": 0.5, "gated": true},
                "dit_time_s": {"gated": false}, "own_ms": {"threshold_percent": 1}}}),
            json!({"stopping_rule": "count", "regression_thresholds": {"prefill_time_s": {"gated": true}}}),
        ] {
            assert_eq!(fields_at_fault(&sound), [""; 0], "{sound}");
        }
    }

    #[test]
    fn a_limit_that_is_no_number_in_range_of_a_known_metric_is_named() {
        for (fields, at) in [
            (json!({"thresholds": [3]}), "thresholds"),
            (
                json!({"thresholds": {"default": {"max_generation_time_s": 3}}}),
                "thresholds.default",
            ),
            (json!({"thresholds": {"max_latency_s": 3}}), "thresholds.max_latency_s"),
            (json!({"thresholds": {"max_dit_time_s": "3"}}), "thresholds.max_dit_time_s"),
            (json!({"thresholds": {"max_dit_time_s": true}}), "thresholds.max_dit_time_s"),
            (json!({"thresholds": {"max_dit_time_s": -3}}), "thresholds.max_dit_time_s"),
            (json!({"regression_thresholds": "latency"}), "regression_thresholds"),
            (json!({"regression_thresholds": {"latency": 0.1}}), "regression_thresholds.latency"),
            (json!({"regression_thresholds": {"latncy": {}}}), "regression_thresholds.latncy"),
            (
                json!({"regression_thresholds": {"prefill_time_s": {}}}),
                "regression_thresholds.prefill_time_s",
            ),
        ] {
            assert_eq!(fields_at_fault(&fields), [at], "{fields}");
        }
        for (name, value) in [
            ("threshold_percent", json!(60)),
            ("threshold_percent", json!(-1)),
            ("threshold_percent", json!("0.6")),
            ("threshold_percent", json!(true)),
            ("threshold_absolute", json!(-0.1)),
            ("threshold_absolute", json!([1])),
            ("gated", json!("false")),
            ("gated", json!(0)),
            ("gate", json!(false)),
        ] {
            let fields = json!({"regression_thresholds": {"latency": {name: value}}});
            let at = format!("regression_thresholds.latency.{name}");
            assert_eq!(fields_at_fault(&fields), [at], "{fields}");
        }
    }

    #[test]
    fn a_fault_says_field_value_and_remedy() {
        let fields = json!({"regression_thresholds": {"latency": {"threshold_percent": 60}}});
        let faults = faults_of_given(fields.as_object().expect("an object"), |_| true);
        let expected = "regression_thresholds.latency.threshold_percent is 60, but must be a fraction \
                        between 0 and 1; write 0.6 for 60 %";
        assert_eq!(faults[0].to_string(), expected);
    }
}
