//! The parameters of a load test: everything by which its format distinguishes workloads.
//!
//! In: settings by the names that tools give them. Out: short names and values in one spelling, so
//! that `4`, `4.0` and `"4"` are one series. What is stated first counts.

use std::collections::BTreeMap;

use bench_records::identity::canonical::canonical_json;
use serde_json::Value;

/// Names in the model id, and the names that tools give the setting, with `_` for `-`.
const SHORT: &[(&str, &[&str])] = &[
    ("tp", &["tensor_parallel_size", "tp_size"]),
    ("pp", &["pipeline_parallel_size", "pp_size"]),
    ("dp", &["data_parallel_size", "dp_size"]),
    ("ep", &["expert_parallel_size", "ep_size"]),
    ("dataset", &["dataset_name", "dataset"]),
    ("batch", &["batch_size"]),
    ("in", &["random_input_len", "input_len", "input_length"]),
    ("out", &["random_output_len", "output_len", "output_length"]),
    ("range", &["random_range_ratio"]),
    ("prompts", &["num_prompts", "num_requests"]),
    ("rate", &["request_rate", "qps"]),
    ("concurrency", &["max_concurrency"]),
    ("variant", &["_benchmark_name"]),
    ("label", &["tag"]),
];

/// Settings whose value 1 means that they were not used, or is what every tool does by default.
const ONE_IS_DEFAULT: [&str; 5] = ["tp", "pp", "dp", "ep", "burstiness"];

/// Settings whose value 0 means the same.
const ZERO_IS_DEFAULT: [&str; 2] = ["range", "rampup_duration"];

/// Words of names that say which run it was, and nothing of the workload.
const OF_ONE_RUN: [&str; 22] = [
    "date",
    "timestamp",
    "datetime",
    "commit",
    "sha",
    "hash",
    "git",
    "branch",
    "pr",
    "run",
    "job",
    "build",
    "pipeline",
    "workflow",
    "host",
    "hostname",
    "user",
    "url",
    "uuid",
    "seed",
    "version",
    "image",
];

/// Whether a setting of this name says which run it was, such as `run_number` or `git_commit`.
pub fn says_which_run(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    words.clone().next_back() == Some("time") || words.any(|word| OF_ONE_RUN.contains(&word))
}

/// Short names and values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Adds a setting by the name that a tool gives it, unless it was stated or says nothing.
    pub fn state(&mut self, name: &str, value: &Value) {
        if let Some(value) = spelled(value) {
            self.state_text(name, &value);
        }
    }

    /// As [`Parameters::state`], with a value that is text. A default is kept too, so that what is
    /// stated later does not take its place.
    pub fn state_text(&mut self, name: &str, value: &str) {
        let (name, value) = (short_name(name), one_spelling(value));
        if !value.is_empty() {
            self.0.entry(name).or_insert(value);
        }
    }

    /// Adds what `others` state and this does not. Returns words on each setting that both state, with
    /// different values: `own` and `theirs` say who does.
    pub fn complete_with(&mut self, own: &str, others: Self, theirs: &str) -> Vec<String> {
        let mut differing = Vec::new();
        for (name, value) in others.0 {
            match self.0.get(&name) {
                Some(stated) if !say_the_same(stated, &value) => differing.push(format!(
                    "{name} is {stated} in {own} and {value} in {theirs}; {stated} counts"
                )),
                Some(_) => {}
                None => {
                    self.0.insert(name, value);
                }
            }
        }
        differing
    }

    /// The value of a parameter, by its short name.
    pub fn get(&self, short: &str) -> Option<&str> {
        self.0.get(short).map(String::as_str)
    }

    /// All of them but defaults; one that is simply on has no value.
    pub fn into_pairs(self) -> impl Iterator<Item = (String, String)> {
        let on = |value: String| if value == "true" { String::new() } else { value };
        let used = self.0.into_iter().filter(|(name, value)| !is_default(name, value));
        used.map(move |(name, value)| (name, on(value)))
    }
}

fn is_default(name: &str, value: &str) -> bool {
    match value {
        "1" => ONE_IS_DEFAULT.contains(&name),
        "0" => ZERO_IS_DEFAULT.contains(&name),
        _ => false,
    }
}

/// Whether two spellings are one value: names of files shorten `5000` and `5120` to `5k`, have no
/// capitals, and no folders.
fn say_the_same(one: &str, other: &str) -> bool {
    let thousands = |short: &str, long: &str| {
        let count = short.strip_suffix('k').and_then(|count| count.parse::<f64>().ok());
        let full = long.parse::<f64>().ok();
        count.zip(full).is_some_and(|(count, full)| {
            [1000.0, 1024.0].iter().any(|unit| (count * unit - full).abs() < 0.5)
        })
    };
    let numbers = one.parse::<f64>().ok().zip(other.parse::<f64>().ok());
    one.eq_ignore_ascii_case(other)
        || numbers.is_some_and(|(one, other)| one == other)
        || thousands(one, other)
        || thousands(other, one)
}

/// The short name of a setting.
fn short_name(name: &str) -> String {
    let name = name.trim().trim_start_matches('-').replace('-', "_");
    let known = SHORT.iter().find(|(_, names)| names.contains(&name.as_str()));
    known.map_or(name, |(short, _)| (*short).to_owned())
}

fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        container => Some(canonical_json(container)),
    }
}

/// One spelling of numbers, truth and infinity; empty for what says nothing.
fn one_spelling(value: &str) -> String {
    match value {
        "None" | "null" | "none" => String::new(),
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        "Infinity" | "Inf" => "inf".to_owned(),
        "NaN" => "nan".to_owned(),
        other => whole_number(other).unwrap_or_else(|| other.to_owned()),
    }
}

/// `4.0` as `4`; other numbers stay as they are written.
fn whole_number(text: &str) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
    (is_whole && text.contains('.')).then(|| format!("{number:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stated(settings: &[(&str, Value)]) -> Vec<String> {
        let mut parameters = Parameters::default();
        settings.iter().for_each(|(name, value)| parameters.state(name, value));
        parameters.into_pairs().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn one_setting_has_one_name_and_one_spelling() {
        for (name, value) in [
            ("request_rate", json!(4)),
            ("request-rate", json!(4.0)),
            ("--request-rate", json!("4")),
            ("qps", json!(" 4.0 ")),
        ] {
            assert_eq!(stated(&[(name, value)]), ["rate=4"]);
        }
        assert_eq!(stated(&[("request_rate", json!("Infinity"))]), ["rate=inf"]);
        assert_eq!(stated(&[("enforce_eager", json!(true))]), ["enforce_eager="]);
    }

    #[test]
    fn what_was_not_set_is_no_parameter() {
        for value in [json!(null), json!(""), json!("None"), json!(" ")] {
            assert_eq!(stated(&[("max_concurrency", value)]), [""; 0]);
        }
        assert_eq!(
            stated(&[("tensor_parallel_size", json!("1")), ("burstiness", json!(1.0))]),
            [""; 0]
        );
    }

    #[test]
    fn what_is_stated_first_counts() {
        assert_eq!(stated(&[("tp_size", json!(4)), ("tensor_parallel_size", json!(8))]), ["tp=4"]);
    }

    #[test]
    fn runs_are_named_by_whole_words() {
        for name in ["run_number", "git_commit", "date", "start_time", "job-id", "vllm_version"] {
            assert!(says_which_run(name), "{name}");
        }
        for name in [
            "max_num_seqs",
            "runtime",
            "time_scale",
            "slos.time_to_first_token",
            "dataset",
            "compilation_config.mode",
        ] {
            assert!(!says_which_run(name), "{name}");
        }
    }
    #[test]
    fn a_default_that_is_stated_first_counts_too() {
        assert_eq!(stated(&[("tp_size", json!(1)), ("tensor_parallel_size", json!(8))]), [""; 0]);
    }

    #[test]
    fn what_two_sources_state_differently_is_told() {
        let of = |settings: &[(&str, &str)]| {
            let mut parameters = Parameters::default();
            settings.iter().for_each(|(name, value)| parameters.state_text(name, value));
            parameters
        };
        let mut own =
            of(&[("tp_size", "1"), ("qps", "4.0"), ("input_len", "5120"), ("dtype", "BF16")]);
        let name = of(&[("tp", "4"), ("rate", "4"), ("in", "5k"), ("dtype", "bf16"), ("pp", "2")]);
        let said = own.complete_with("the result", name, "the file's name");
        assert_eq!(said, ["tp is 1 in the result and 4 in the file's name; 1 counts"]);
        let pairs: Vec<_> = own.into_pairs().map(|(name, _)| name).collect();
        assert_eq!(pairs, ["dtype", "in", "pp", "rate"]);
    }
}
