//! Fields beside a value that say which way it is better.
//!
//! In: a bench, run or document, as forks of the tools write them. Out: the direction, where a field
//! says one.

use bench_records::metric::Better;
use serde_json::Value;

use super::direction_in;

/// What the fields of a bench, run or document say, as forks of the tools write them:
/// `biggerIsBetter: true`, `lower_is_better`, `better: "lower"`, `direction: "higher"`.
pub fn stated_direction(fields: &Value) -> Option<Better> {
    fields.as_object()?.iter().find_map(|(field, value)| {
        let plain: String = field.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_lowercase();
        if matches!(plain.as_str(), "better" | "direction" | "betterdirection") {
            return direction_in(value.as_str()?);
        }
        let subject = plain
            .strip_suffix("isbetter")
            .or_else(|| plain.strip_prefix("is").and_then(|rest| rest.strip_suffix("better")))?;
        let better = direction_in(subject)?;
        match (flag(value)?, better) {
            (true, better) => Some(better),
            (false, Better::Lower) => Some(Better::Higher),
            (false, Better::Higher) => Some(Better::Lower),
            (false, Better::Neither) => None,
        }
    })
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::Number(number) => number.as_u64().filter(|n| *n < 2).map(|n| n == 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_of_forks_are_read() {
        for (fields, better) in [
            (json!({"biggerIsBetter": true}), Some(Better::Higher)),
            (json!({"bigger_is_better": false}), Some(Better::Lower)),
            (json!({"lowerIsBetter": "true"}), Some(Better::Lower)),
            (json!({"isBiggerBetter": 1}), Some(Better::Higher)),
            (json!({"better": "smaller"}), Some(Better::Lower)),
            (json!({"direction": "up"}), Some(Better::Higher)),
            (json!({"biggerIsBetter": null, "name": "lower"}), None),
            (json!(3), None),
        ] {
            assert_eq!(stated_direction(&fields), better, "{fields}");
        }
    }
}
