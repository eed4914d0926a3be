//! What an entry says of how its model was run.
//!
//! In: an entry with its free `extra_info`. Out: every setting by name, without what changes with
//! each run or machine, and without what says nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{args::short_names, source::stated};

/// Objects that hold settings, the most specific first.
const SCOPES: [&str; 4] = [
    "/benchmark/extra_info/args",
    "/benchmark/extra_info",
    "/metric/extra_info",
    "/model/extra_info",
];

/// Fields of the entry itself that are settings.
const FIELDS: [(&str, &str); 3] =
    [("mode", "/benchmark/mode"), ("dtype", "/benchmark/dtype"), ("backend", "/model/backend")];

/// Last words in the names of what is of one run or machine, and no setting.
const PASSING: [&str; 26] = [
    "host",
    "hostname",
    "port",
    "url",
    "uri",
    "endpoint",
    "path",
    "dir",
    "directory",
    "file",
    "filename",
    "output",
    "seed",
    "arn",
    "id",
    "uuid",
    "timestamp",
    "date",
    "time",
    "duration",
    "commit",
    "sha",
    "hash",
    "token",
    "key",
    "description",
];

/// First words in the names of the same.
const PASSING_FIRST: [&str; 7] = ["host", "commit", "git", "build", "job", "workflow", "user"];

/// The settings of an entry of `model`.
pub fn parameters(model: &str, entry: &Value) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for (name, pointer) in FIELDS {
        add(&mut said, model, name, entry.pointer(pointer));
    }
    for scope in SCOPES {
        add_all(&mut said, model, entry.pointer(scope));
    }
    short_names(said)
}

fn add_all(said: &mut BTreeMap<String, String>, model: &str, scope: Option<&Value>) {
    for (name, value) in scope.and_then(Value::as_object).into_iter().flatten() {
        // some suites put a whole configuration into a text
        let nested = value.as_str().filter(|text| text.trim_start().starts_with('{'));
        match nested.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            Some(nested) => add_all(said, model, Some(&nested)),
            None => add(said, model, name, Some(value)),
        }
    }
}

fn add(said: &mut BTreeMap<String, String>, model: &str, name: &str, value: Option<&Value>) {
    let Some(value) = stated(value) else { return };
    if is_passing(name) || said.contains_key(name) || says_nothing(name, &value) {
        return;
    }
    // the name says it already, or another setting does
    let is_flag = matches!(value.as_str(), "True" | "true");
    let known = if is_flag { name.trim_start_matches("is_") } else { value.as_str() };
    let repeated = !is_flag
        && name != "dtype"
        && value.len() > 3
        && said.values().any(|other| *other == value);
    if (known.len() > 3 && model.contains(known)) || repeated {
        return;
    }
    said.insert(name.to_owned(), if is_flag { String::new() } else { value });
}

fn is_passing(name: &str) -> bool {
    let mut words = name.split(['_', '-', '.', ' ']);
    let first = words.clone().next().unwrap_or_default();
    PASSING_FIRST.contains(&first) || words.next_back().is_some_and(|last| PASSING.contains(&last))
}

/// One accelerator is what no parallelism means.
fn says_nothing(name: &str, value: &str) -> bool {
    let is_default = matches!(value, "False" | "false" | "auto" | "none" | "None");
    is_default || (value == "1" && name.ends_with("_parallel_size"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn described(entry: &Value) -> String {
        let texts = parameters("add_loop_dynamic", entry).into_iter();
        texts.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn every_setting_of_extra_info_distinguishes() {
        let entry = |compiler: &str| {
            json!({"benchmark": {"mode": "inference", "extra_info": {
                "compiler": compiler, "is_dynamic": true, "use_compile": true,
                "args": {"tensor_parallel_size": "1", "random_input_len": 1024, "dtype": "auto"},
            }}, "model": {"backend": "xnnpack_q8"}})
        };
        assert_eq!(
            described(&entry("inductor")),
            "backend=xnnpack_q8,compile=,compiler=inductor,in=1024,mode=inference"
        );
        assert_ne!(described(&entry("inductor")), described(&entry("eager")));
    }

    #[test]
    fn what_changes_with_each_run_or_machine_does_not() {
        let entry = json!({"benchmark": {"extra_info": {
            "hostname": "a", "seed": 3, "run_id": 7, "output_dir": "x", "description": "words",
            "compile_time": 3, "config": "{\"device_arn\": \"arn:1\", \"quant\": \"q8_da\"}",
        }}});
        assert_eq!(described(&entry), "quant=q8_da");
    }
}
