//! Parameters of a test, as its file writes them.
//!
//! In: an object of a suite file. Out: values by name, in either spelling; command line text. A key is a
//! flag with `_` as `-`; an empty value is a bare flag.

use serde::Serialize;
use serde_json::{Map, Value};

use super::shell;

/// Parameters in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Parameters(Map<String, Value>);

impl From<Map<String, Value>> for Parameters {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl Parameters {
    /// The text of a parameter, whichever way it is spelled. Of both spellings the later counts, as on a
    /// command line.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let found = self.0.iter().rev().find(|(key, _)| flag(key) == flag(name));
        found.filter(|(_, value)| !value.is_null()).map(|(_, value)| text(value))
    }

    /// A whole number.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        self.text(name)?.trim().parse().ok()
    }

    /// Whether it is there, whichever way it is spelled.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.keys().any(|key| flag(key) == flag(name))
    }

    /// The parameters without those of this name.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let kept = self.0.iter().filter(|(key, _)| flag(key) != flag(name));
        Self(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    /// The parameters, and those of `other` in place of the same keys.
    #[must_use]
    pub fn overridden_by(&self, other: &Self) -> Self {
        let mut merged = self.0.clone();
        merged.extend(other.0.iter().map(|(key, value)| (key.clone(), value.clone())));
        Self(merged)
    }

    /// Adds one at the end.
    pub fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Names and texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.iter().map(|(key, value)| (key.as_str(), text(value)))
    }

    /// Names and texts, in order; of a name in both spellings the later.
    pub fn last_of_each(&self) -> impl Iterator<Item = (&str, String)> {
        let is_last =
            |at: usize, key: &str| !self.0.keys().skip(at + 1).any(|k| flag(k) == flag(key));
        let all = self.iter().enumerate().filter(move |(at, (key, _))| is_last(*at, key));
        all.map(|(_, pair)| pair)
    }

    /// Names that are there in both spellings, the one that counts second.
    pub fn spelled_twice(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.keys().enumerate().filter_map(|(at, key)| {
            let later = self.0.keys().skip(at + 1).find(|later| flag(later) == flag(key))?;
            Some((key.as_str(), later.as_str()))
        })
    }

    /// As a part of a command line, just as vLLM's script puts it together. A shell reads it.
    #[must_use]
    pub fn as_flags(&self) -> String {
        let flags = self.iter().map(|(name, text)| match text.as_str() {
            "" => flag(name),
            text => format!("{} {text}", flag(name)),
        });
        flags.collect::<Vec<_>>().join(" ")
    }

    /// As variables before a command.
    #[must_use]
    pub fn as_variables(&self) -> String {
        self.iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(" ")
    }

    /// Names and values of variables, as a program gets them.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let words = |text: String| shell::words(&text).join(" ");
        self.iter().map(|(name, text)| (name.to_owned(), words(text))).collect()
    }

    /// Values in which a shell would replace something; here nothing does.
    pub fn unexpanded(&self) -> impl Iterator<Item = String> {
        let is_special = |text: &str| text.contains('$') || text.contains('`');
        self.iter().filter(move |(_, text)| is_special(text)).map(|(name, _)| name.to_owned())
    }
}

/// The flag of a key.
#[must_use]
pub fn flag(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

/// A value as jq writes it into text.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parameters(value: &Value) -> Parameters {
        value.as_object().cloned().expect("an object").into()
    }

    #[test]
    fn keys_become_flags_and_an_empty_value_a_bare_one() {
        let read = parameters(&json!({
            "tensor_parallel_size": 2, "max-model-len": 2048, "disable_log_stats": "",
            "gpu_memory_utilization": 0.9, "compilation_config.use_inductor_graph_partition": true,
            "speculative_config": "'{\"method\": \"ngram\"}'",
        }));
        assert_eq!(
            read.as_flags(),
            "--tensor-parallel-size 2 --max-model-len 2048 --disable-log-stats \
             --gpu-memory-utilization 0.9 --compilation-config.use-inductor-graph-partition true \
             --speculative-config '{\"method\": \"ngram\"}'"
        );
    }

    #[test]
    fn of_both_spellings_the_later_counts() {
        let read = parameters(&json!({"num_prompts": 200, "num-prompts": 50}));
        assert_eq!(read.count("num_prompts"), Some(50));
        assert_eq!(read.without("num-prompts"), Parameters::default());
        assert!(read.has("num_prompts") && !read.has("model"));
        assert_eq!(read.spelled_twice().collect::<Vec<_>>(), [("num_prompts", "num-prompts")]);
        let last: Vec<_> = read.last_of_each().collect();
        assert_eq!(last, [("num-prompts", "50".to_owned())]);
    }

    #[test]
    fn what_a_test_says_takes_the_place_of_a_default() {
        let merged = parameters(&json!({"model": "a", "dtype": "bfloat16"}))
            .overridden_by(&parameters(&json!({"model": "b", "port": 1})));
        assert_eq!(merged.as_flags(), "--model b --dtype bfloat16 --port 1");
    }

    #[test]
    fn values_that_a_shell_would_expand_are_named() {
        let read = parameters(&json!({"a": "$HOME/x", "b": "`date`", "c": "plain"}));
        assert_eq!(read.unexpanded().collect::<Vec<_>>(), ["a", "b"]);
    }
}
