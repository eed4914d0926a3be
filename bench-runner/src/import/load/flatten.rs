//! Nested configurations as flat settings.
//!
//! In: JSON, and which branches say nothing of a workload. Out: the path of each value and the
//! value, such as `prompts.isl.mean` and `50`. A list of one item is that item.

use serde_json::Value;

/// The values of `value` by their paths, without the branches that `is_left_out` names.
pub fn flatten<'v>(
    value: &'v Value,
    is_left_out: &dyn Fn(&str) -> bool,
) -> Vec<(String, &'v Value)> {
    let mut flat = Vec::new();
    add(String::new(), value, is_left_out, &mut flat);
    flat
}

fn add<'v>(
    path: String,
    value: &'v Value,
    is_left_out: &dyn Fn(&str) -> bool,
    flat: &mut Vec<(String, &'v Value)>,
) {
    let below =
        |part: &str| if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
    match value {
        Value::Object(fields) => {
            let counted = fields.iter().filter(|(name, _)| !is_left_out(name));
            counted.for_each(|(name, value)| add(below(name), value, is_left_out, flat));
        }
        Value::Array(items) if items.len() == 1 => add(path, &items[0], is_left_out, flat),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items.iter().enumerate().for_each(|(at, item)| {
                add(below(&at.to_string()), item, is_left_out, flat);
            });
        }
        Value::Array(items) if items.is_empty() => {}
        single => flat.push((path, single)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_value_has_its_path_and_branches_can_be_left_out() {
        let config = json!({
            "data": [{"isl": {"mean": 50}, "dir": "/tmp"}],
            "phases": [{"rate": 1}, {"rate": 2, "seed": 7}],
            "stop": [1, 2], "none": [],
        });
        let flat: Vec<String> = flatten(&config, &|name| matches!(name, "dir" | "seed"))
            .into_iter()
            .map(|(path, value)| format!("{path}={value}"))
            .collect();
        assert_eq!(flat, ["data.isl.mean=50", "phases.0.rate=1", "phases.1.rate=2", "stop=[1,2]"]);
    }
}
