//! Files of batching rules, as FastVideo and SGLang write them.
//!
//! In: JSON: `{"schema_version": 1, "rules": […]}`, the list alone, or an object whose keys are
//! `model|resolution`. Out: the rules, or the first fault with its place. Keys that are unknown or there twice
//! are faults.

use bench_records::config::unique::Unique;
use serde_json::{Map, Value};

use super::{Resolution, Rule, Which};
use crate::text::without_mark;

const KEYS: [&str; 8] = [
    "model",
    "model_contains",
    "resolution",
    "device_memory_gb_min",
    "device_memory_gb_max",
    "offload",
    "max_batch_size",
    "max_cost",
];

const VERSION: &str = "schema_version";

/// A fault of a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct RulesError {
    place: String,
    problem: String,
}

/// Reads the rules of a file.
///
/// # Errors
/// The first fault: its place in the file, what was found, and what to write.
pub fn read_rules(text: &str) -> Result<Vec<Rule>, RulesError> {
    let Unique(document) = serde_json::from_str(without_mark(text))
        .map_err(|error| fault("the file", format!("is no JSON: {error}; correct it there")))?;
    match document {
        Value::Array(rules) => list("", &rules),
        Value::Object(fields) if fields.contains_key("rules") => versioned(&fields),
        Value::Object(fields) if fields.contains_key(VERSION) => Err(fault(
            VERSION,
            "is there without rules; move the rules into a list `rules`".to_owned(),
        )),
        Value::Object(fields) if fields.is_empty() => Err(fault(
            "the file",
            "is {}, which holds no rule; add one, or leave the file out".to_owned(),
        )),
        Value::Object(fields) => by_key(&fields),
        other => Err(fault(
            "the file",
            format!("is {other}; write {{\"rules\": […]}}, or a list of rules"),
        )),
    }
}

fn versioned(fields: &Map<String, Value>) -> Result<Vec<Rule>, RulesError> {
    if let Some(key) = fields.keys().find(|key| ![VERSION, "rules"].contains(&key.as_str())) {
        return Err(fault(key, "is no known key (schema_version, rules); remove it".to_owned()));
    }
    match fields.get(VERSION) {
        None => {}
        Some(version) if version.as_u64() == Some(1) => {}
        Some(version) => {
            return Err(fault(VERSION, format!("is {version}, but 1 is read; write 1")));
        }
    }
    match fields.get("rules") {
        Some(Value::Array(rules)) => list("rules", rules),
        other => {
            let found = other.map(ToString::to_string).unwrap_or_default();
            Err(fault("rules", format!("is {found}; write a list")))
        }
    }
}

fn list(name: &str, rules: &[Value]) -> Result<Vec<Rule>, RulesError> {
    let at = |(index, rule): (usize, &Value)| {
        let place = format!("{name}[{index}]");
        match rule {
            Value::Object(fields) => one(&place, fields),
            other => Err(fault(&place, format!("is {other}; write an object"))),
        }
    };
    rules.iter().enumerate().map(at).collect()
}

/// Keys are `model|resolution` or `model`; values are the rest of a rule, or its largest size.
fn by_key(entries: &Map<String, Value>) -> Result<Vec<Rule>, RulesError> {
    let rule = |(key, value): (&String, &Value)| {
        let (model, resolution) = match key.split_once('|') {
            Some((model, resolution)) => (model, Some(resolution)),
            None => (key.as_str(), None),
        };
        let mut fields = match value {
            Value::Object(fields) => fields.clone(),
            Value::Number(_) => Map::from_iter([("max_batch_size".to_owned(), value.clone())]),
            other => {
                let problem = format!("is {other}; write an object with max_batch_size");
                return Err(fault(key, problem));
            }
        };
        for (name, said) in [("model", Some(model)), ("resolution", resolution)] {
            let Some(said) = said else { continue };
            if fields.insert(name.to_owned(), said.into()).is_some() {
                let problem = format!("has {name} in its key and in its value; write it once");
                return Err(fault(key, problem));
            }
        }
        one(key, &fields)
    };
    entries.iter().map(rule).collect()
}

fn one(place: &str, fields: &Map<String, Value>) -> Result<Rule, RulesError> {
    let at = |name: &str| format!("{place}.{name}");
    if let Some(key) = fields.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let problem = format!("is no known key ({}); remove it", KEYS.join(", "));
        return Err(fault(&at(key), problem));
    }
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let rule = Rule {
        which: which(place, given("model"), given("model_contains"))?,
        resolution: given("resolution")
            .map(|value| resolution(&at("resolution"), value))
            .transpose()?,
        memory_gb: (
            given("device_memory_gb_min")
                .map(|v| memory(&at("device_memory_gb_min"), v))
                .transpose()?,
            given("device_memory_gb_max")
                .map(|v| memory(&at("device_memory_gb_max"), v))
                .transpose()?,
        ),
        offload: given("offload").map(|value| flag(&at("offload"), value)).transpose()?,
        max_batch_size: size(&at("max_batch_size"), given("max_batch_size"))?,
        max_cost: given("max_cost").map(|value| cost(&at("max_cost"), value)).transpose()?,
    };
    match rule.memory_gb {
        (Some(least), Some(most)) if least > most => {
            let problem = format!("is {least}, above device_memory_gb_max of {most}; swap them");
            Err(fault(&at("device_memory_gb_min"), problem))
        }
        _ => Ok(rule),
    }
}

fn which(place: &str, named: Option<&Value>, part: Option<&Value>) -> Result<Which, RulesError> {
    let text = |name: &str, value: &Value| match value.as_str().map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(fault(&format!("{place}.{name}"), format!("is {value}; write a model's name"))),
    };
    match (named, part) {
        (Some(named), None) => text("model", named).map(Which::Named),
        (None, Some(part)) => text("model_contains", part).map(Which::Contains),
        (Some(_), Some(_)) => {
            Err(fault(place, "has model and model_contains; keep one of them".to_owned()))
        }
        (None, None) => Err(fault(place, "names no model; add model or model_contains".to_owned())),
    }
}

fn resolution(place: &str, value: &Value) -> Result<Resolution, RulesError> {
    value.as_str().and_then(Resolution::parse).ok_or_else(|| {
        let problem = format!("is {value}; write WIDTHxHEIGHT or HEIGHTxWIDTHxFRAMES");
        fault(place, problem)
    })
}

fn memory(place: &str, value: &Value) -> Result<f64, RulesError> {
    let number = value.as_f64().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| fault(place, format!("is {value}; write GB, 0 or more")))
}

fn flag(place: &str, value: &Value) -> Result<bool, RulesError> {
    value.as_bool().ok_or_else(|| fault(place, format!("is {value}; write true or false")))
}

fn size(place: &str, value: Option<&Value>) -> Result<usize, RulesError> {
    let Some(value) = value else {
        return Err(fault(place, "is missing; write how many requests share a batch".to_owned()));
    };
    let size = value.as_u64().filter(|size| *size > 0).and_then(|size| size.try_into().ok());
    size.ok_or_else(|| fault(place, format!("is {value}; write a whole number, 1 or more")))
}

fn cost(place: &str, value: &Value) -> Result<u64, RulesError> {
    // other tools write it with a fraction of 0
    let whole = |number: f64| (number > 0.0 && number.fract() == 0.0).then_some(number as u64);
    let cost = value.as_u64().filter(|cost| *cost > 0).or_else(|| value.as_f64().and_then(whole));
    cost.ok_or_else(|| fault(place, format!("is {value}; write a whole number, 1 or more")))
}

fn fault(place: &str, problem: String) -> RulesError {
    RulesError { place: place.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Signature;

    #[test]
    fn the_three_forms_of_a_file_say_the_same() {
        let rule =
            r#"{"model": "wan", "resolution": "832x480", "max_batch_size": 4, "max_cost": 5e6}"#;
        let expected = read_rules(&format!("[{rule}]")).expect("a list");
        assert_eq!(expected.len(), 1);
        assert_eq!((expected[0].max_batch_size, expected[0].max_cost), (4, Some(5_000_000)));
        let versioned = format!(r#"{{"schema_version": 1, "rules": [{rule}]}}"#);
        assert_eq!(read_rules(&versioned).expect("an object"), expected);
        let keyed = r#"{"wan|832x480": {"max_batch_size": 4, "max_cost": 5000000}}"#;
        assert_eq!(read_rules(keyed).expect("keys"), expected);
        let short = read_rules(r#"{"wan": 4}"#).expect("a model and a size");
        assert_eq!((short[0].resolution, short[0].max_batch_size), (None, 4));
    }

    #[test]
    fn the_example_of_sglang_matches_a_size_of_any_length() {
        let text = r#"{"schema_version": 1, "rules": [{"model_contains": "Qwen-Image",
                       "resolution": "1024x1024", "max_batch_size": 1}]}"#;
        let rules = read_rules(text).expect("a file of rules");
        let place = crate::batching::Surroundings::named(["qwen", "Qwen/Qwen-Image-2512"]);
        let signature = |num_frames| Signature { model: 0, width: 1024, height: 1024, num_frames };
        for frames in [None, Some(1), Some(81)] {
            assert!(rules[0].matches(&signature(frames), &place), "{frames:?}");
        }
        assert!(!rules[0].matches(&Signature { width: 512, ..signature(None) }, &place));
    }

    #[test]
    fn a_fault_names_its_place_and_what_to_write() {
        for (text, expected) in [
            ("3", "the file: is 3"),
            ("[", "the file: is no JSON"),
            ("[3]", "[0]: is 3"),
            (r#"{"rules": 3}"#, "rules: is 3"),
            (r#"{"rules": [], "rule": []}"#, "rule: is no known key"),
            (r#"{"schema_version": 2, "rules": []}"#, "schema_version: is 2"),
            (
                r#"{"schema_version": 1, "tiny-wan-cpu": 4}"#,
                "schema_version: is there without rules",
            ),
            (r#"{"schema_version": 1}"#, "schema_version: is there without rules"),
            ("{}", "the file: is {}, which holds no rule"),
            (r#"[{"model": "wan"}]"#, "[0].max_batch_size: is missing"),
            (r#"[{"max_batch_size": 2}]"#, "[0]: names no model"),
            (
                r#"[{"model": "a", "model_contains": "b", "max_batch_size": 2}]"#,
                "[0]: has model and",
            ),
            (r#"[{"model": "wan", "max_batch_size": true}]"#, "[0].max_batch_size: is true"),
            (r#"[{"model": "wan", "max_batch_size": 0}]"#, "[0].max_batch_size: is 0"),
            (r#"[{"model": "wan", "max_batch_size": 2.5}]"#, "[0].max_batch_size: is 2.5"),
            (r#"[{"model": "wan", "max_batch_size": "2"}]"#, "[0].max_batch_size: is \"2\""),
            (r#"[{"model": "wan", "max_batch_size": 2, "size": 3}]"#, "[0].size: is no known key"),
            (
                r#"[{"model": "wan", "max_batch_size": 2, "resolution": "480p"}]"#,
                "[0].resolution: is \"480p\"",
            ),
            (
                r#"[{"model": "wan", "max_batch_size": 2, "device_memory_gb_min": 80,
                    "device_memory_gb_max": 40}]"#,
                "[0].device_memory_gb_min: is 80",
            ),
            (r#"{"wan|832x480": {"resolution": "1x1", "max_batch_size": 2}}"#, "wan|832x480: has"),
        ] {
            let error = read_rules(text).expect_err(text).to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_byte_order_mark_changes_no_rule() {
        let text = r#"[{"model": "wan", "max_batch_size": 2}]"#;
        let marked = read_rules(&format!("\u{feff}{text}")).expect("a rule");
        assert_eq!(marked, read_rules(text).expect("a rule"));
    }

    #[test]
    fn a_key_that_is_there_twice_is_a_fault_wherever_it_is() {
        for (text, key) in [
            (r#"{"wan": 4, "wan": 2}"#, "wan"),
            (r#"{"rules": [], "rules": []}"#, "rules"),
            (r#"[{"model": "wan", "max_batch_size": 4, "max_batch_size": 2}]"#, "max_batch_size"),
            (r#"{"wan": {"max_cost": 4, "max_batch_size": 2, "max_cost": 5}}"#, "max_cost"),
        ] {
            let error = read_rules(text).expect_err(text).to_string();
            assert!(error.contains(&format!("duplicate key \"{key}\" at line 1")), "{error}");
        }
    }
}
