//! The arguments that tell one benchmark of a model from another.
//!
//! In: the objects in which a tool keeps its arguments. Out: text for the model id, such as
//! `in=1024,out=2048,rate=inf`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::source::stated;

/// Name in the model id, and the names that tools give the argument, the most specific first.
///
/// A list of what is let in, because tools write all of their flags: host, port, paths and seeds
/// among them would open a series with every run.
const ARGUMENTS: &[(&str, &[&str])] = &[
    ("mode", &["mode"]),
    ("dtype", &["dtype"]),
    ("quantization", &["quantization"]),
    ("method", &["method"]),
    ("tp", &["tensor_parallel_size"]),
    ("pp", &["pipeline_parallel_size"]),
    ("dp", &["data_parallel_size"]),
    ("dataset", &["dataset_name"]),
    ("batch", &["batch_size"]),
    ("in", &["random_input_len", "input_len"]),
    ("out", &["random_output_len", "output_len"]),
    ("height", &["height"]),
    ("width", &["width"]),
    ("steps", &["num_inference_steps"]),
    ("prompts", &["num_prompts"]),
    ("rate", &["request_rate"]),
    ("concurrency", &["max_concurrency"]),
    ("compile", &["use_compile"]),
    ("dynamic", &["is_dynamic"]),
];

/// Describes the arguments in `scopes`, of which the first that has one counts; empty where none
/// is said. What `name` says already is left out.
pub fn describe_arguments(name: &str, scopes: &[Option<&Value>]) -> String {
    let described = ARGUMENTS.iter().filter_map(|(short, names)| {
        let value = names.iter().find_map(|name| argument(scopes, name))?;
        describe(name, short, &value)
    });
    described.collect::<Vec<_>>().join(",")
}

/// The same arguments under the names that a model id has for them; of two with one such name, the
/// less specific keeps its own.
pub fn short_names(mut said: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (short, names) in ARGUMENTS {
        let found = names.iter().find_map(|name| said.remove(*name));
        if let Some(value) = found {
            said.entry((*short).to_owned()).or_insert(value);
        }
    }
    said
}

fn argument(scopes: &[Option<&Value>], name: &str) -> Option<String> {
    scopes.iter().flatten().find_map(|scope| stated(scope.get(name)))
}

/// One accelerator is what no parallelism means, so both spellings stay one series.
fn describe(name: &str, short: &str, value: &str) -> Option<String> {
    match value {
        "False" | "false" | "auto" | "none" | "None" => None,
        "1" if matches!(short, "tp" | "pp" | "dp") => None,
        "True" | "true" => (!name.contains(short)).then(|| short.to_owned()),
        value => Some(format!("{short}={value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_that_matter_are_named_and_others_are_not() {
        let args = json!({
            "request_rate": "inf", "random_input_len": 1024, "input_len": 5, "host": "10.0.0.1",
            "tensor_parallel_size": 4, "pipeline_parallel_size": "1", "dtype": "auto",
        });
        let info = json!({"request_rate": 2, "use_compile": true, "dataset_name": ""});
        let described = describe_arguments("model", &[Some(&args), None, Some(&info)]);
        assert_eq!(described, "tp=4,in=1024,rate=inf,compile");
    }

    #[test]
    fn what_the_name_says_is_not_said_again() {
        let info = json!({"is_dynamic": true, "use_compile": false});
        assert_eq!(describe_arguments("add_loop_dynamic", &[Some(&info)]), "");
        assert_eq!(describe_arguments("add_loop", &[Some(&info)]), "dynamic");
    }
}
