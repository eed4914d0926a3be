//! Options that vLLM renamed, which suite files still have by their old names.

use super::super::Parameters;

/// The old name of an option, and its present one.
const RENAMED: [(&str, &str); 2] =
    [("dataset", "dataset_path"), ("disable_log_requests", "no_enable_log_requests")];

/// The dataset that a bare path was.
const SHAREGPT: &str = "sharegpt";

/// The parameters by their present names, and what was changed, in words. What stands there by its present
/// name too stays as it is.
#[must_use]
pub fn with_present_names(parameters: &Parameters) -> (Parameters, Vec<String>) {
    let (mut changed, mut said) = (Parameters::default(), Vec::new());
    for (name, text) in parameters.iter() {
        let plain = name.replace('-', "_");
        let Some((_, present)) = RENAMED.iter().find(|(old, _)| *old == plain) else {
            changed.push(name, text);
            continue;
        };
        if parameters.has(present) {
            said.push(format!("{name} is left out: {present} stands beside it"));
            continue;
        }
        if plain == "dataset" && !parameters.has("dataset_name") {
            changed.push("dataset_name", SHAREGPT);
            said.push(format!("{name} is now dataset_name {SHAREGPT} and {present}"));
        } else {
            said.push(format!("{name} is now {present}"));
        }
        changed.push(present, text);
    }
    (changed, said)
}

/// The same for a throughput test, where a path without a dataset's name is one of ShareGPT.
#[must_use]
pub fn of_throughput(parameters: &Parameters) -> (Parameters, Vec<String>) {
    let (mut changed, mut said) = with_present_names(parameters);
    if changed.has("dataset_path") && !changed.has("dataset_name") {
        changed.push("dataset_name", SHAREGPT);
        said.push(format!("dataset_path without dataset_name is of {SHAREGPT}, as vLLM takes it"));
    }
    (changed, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_path_alone_is_one_of_sharegpt_in_throughput_tests() {
        let of = |value: Value| {
            let parameters: Parameters = value.as_object().cloned().expect("an object").into();
            let (changed, said) = of_throughput(&parameters);
            (changed.as_flags(), said.len())
        };
        let sharegpt = "--dataset-path s.json --dataset-name sharegpt".to_owned();
        assert_eq!(of(json!({"dataset_path": "s.json"})), (sharegpt, 1));
        let named = "--dataset-path s.json --dataset-name sonnet".to_owned();
        assert_eq!(of(json!({"dataset_path": "s.json", "dataset_name": "sonnet"})), (named, 0));
        assert_eq!(of(json!({"input_len": 8})), ("--input-len 8".to_owned(), 0));
    }

    fn changed(value: &Value) -> (String, usize) {
        let parameters: Parameters = value.as_object().cloned().expect("an object").into();
        let (changed, said) = with_present_names(&parameters);
        (changed.as_flags(), said.len())
    }

    #[test]
    fn old_names_become_present_ones_and_are_told() {
        assert_eq!(
            changed(&json!({"model": "m", "dataset": "./s.json", "backend": "vllm"})),
            (
                "--model m --dataset-name sharegpt --dataset-path ./s.json --backend vllm"
                    .to_owned(),
                1
            )
        );
        assert_eq!(
            changed(&json!({"dataset": "./s.json", "dataset_name": "sonnet"})),
            ("--dataset-path ./s.json --dataset-name sonnet".to_owned(), 1)
        );
        assert_eq!(
            changed(&json!({"dataset": "a", "dataset-path": "b"})),
            ("--dataset-path b".to_owned(), 1)
        );
        assert_eq!(
            changed(&json!({"disable_log_stats": ""})),
            ("--disable-log-stats".to_owned(), 0)
        );
    }
}
