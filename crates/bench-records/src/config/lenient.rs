//! The rolling limits in raw results that other tools wrote: nothing in them is an error.

use serde_json::Value;

use super::regression::{MetricLimits, RegressionThresholds};
use crate::lenient;

impl RegressionThresholds {
    /// Reads the block of a raw result that another tool wrote; nothing in it is an error.
    ///
    /// `None` for a block that is not an object. Each entry is read by
    /// [`MetricLimits::resolve_lenient`].
    pub fn resolve_lenient(block: &Value) -> Option<Self> {
        let entries = block.as_object()?.iter();
        let limits =
            entries.map(|(metric, entry)| (metric.clone(), MetricLimits::resolve_lenient(entry)));
        Some(limits.collect())
    }
}

impl MetricLimits {
    /// Reads an entry as FastVideo's comparator does; what it cannot read is absent.
    ///
    /// Nothing but an object says anything. Numbers may be strings; booleans, other text and
    /// what is not finite are no numbers. `gated` is a boolean or one of the words 1, true, yes,
    /// on, 0, false, no, off, in any case.
    pub fn resolve_lenient(entry: &Value) -> Self {
        Self {
            threshold_percent: lenient_number(&entry["threshold_percent"]),
            threshold_absolute: lenient_number(&entry["threshold_absolute"]),
            gated: lenient_flag(&entry["gated"]),
        }
    }
}

fn lenient_number(value: &Value) -> Option<f64> {
    if value.is_boolean() { None } else { lenient::number(value) }
}

fn lenient_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::regression::DEFAULTS;
    use super::*;

    #[test]
    fn a_lenient_block_must_be_an_object() {
        for block in [json!(null), json!([]), json!("latency"), json!(1), json!(true)] {
            assert_eq!(RegressionThresholds::resolve_lenient(&block), None);
        }
        let nothing_said = json!({"latency": 5, "memory": [0.5], "what_is_this": {}});
        let read = RegressionThresholds::resolve_lenient(&nothing_said).expect("an object");
        assert_eq!(read.in_force(), DEFAULTS);
    }

    #[test]
    fn a_lenient_number_may_be_a_string_but_not_a_boolean() {
        let cases = [
            (json!(0.1), Some(0.1)),
            (json!(3), Some(3.0)),
            (json!("0.1"), Some(0.1)),
            (json!(" 1e-1 "), Some(0.1)),
            (json!(true), None),
            (json!(false), None),
            (json!(null), None),
            (json!("8%"), None),
            (json!("nan"), None),
            (json!("inf"), None),
            (json!([0.1]), None),
        ];
        for (value, expected) in cases {
            let entry = json!({"threshold_percent": value, "threshold_absolute": value});
            let limits = MetricLimits::resolve_lenient(&entry);
            assert_eq!(limits.threshold_percent, expected, "{entry}");
            assert_eq!(limits.threshold_absolute, expected, "{entry}");
        }
    }

    #[test]
    fn a_lenient_flag_is_a_boolean_or_one_of_eight_words() {
        for word in ["1", "true", "YES", " on "] {
            assert_eq!(lenient_flag(&json!(word)), Some(true), "{word}");
        }
        for word in ["0", "False", "no", "off"] {
            assert_eq!(lenient_flag(&json!(word)), Some(false), "{word}");
        }
        assert_eq!(lenient_flag(&json!(false)), Some(false));
        for other in [json!(1), json!(0), json!(null), json!("maybe"), json!("")] {
            assert_eq!(lenient_flag(&other), None, "{other}");
        }
    }
}
