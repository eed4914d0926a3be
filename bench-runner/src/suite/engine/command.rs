//! Commands of a template.
//!
//! In: words with places, and what to put there. Out: the words of a program's command line, and the same as
//! text. `{args}` and `{load}` become several words, everything else stays within its word.

use std::collections::BTreeMap;

use super::{
    super::{Parameters, shell},
    Program,
};

/// Places that a command can have.
const PLACES: [&str; 10] =
    ["self", "model", "config", "args", "load", "port", "host", "results", "output", "name"];

/// Places that become several words.
const LISTS: [&str; 2] = ["args", "load"];

/// What is put into places.
#[derive(Debug, Clone, Default)]
pub struct Places(BTreeMap<&'static str, String>);

impl Places {
    /// The same, with this in a place.
    #[must_use]
    pub fn with(mut self, place: &'static str, text: impl Into<String>) -> Self {
        debug_assert!(PLACES.contains(&place), "{place} is no place");
        self.0.insert(place, text.into());
        self
    }

    fn get(&self, place: &str) -> &str {
        self.0.get(place).map_or("", String::as_str)
    }
}

/// A command that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Variables for it.
    pub variables: Vec<(String, String)>,
    /// The same for people, as a shell reads it.
    pub text: String,
    /// Options that the program has no use for.
    pub dropped: Vec<String>,
}

impl Call {
    /// The command of a program for these parameters, whose flags come where `{args}` is.
    #[must_use]
    pub fn of(
        program: &Program,
        parameters: &Parameters,
        variables: &Parameters,
        places: Places,
    ) -> Self {
        let (parameters, dropped) = adapted(program, parameters);
        let places = places.with("args", parameters.as_flags());
        let mut words = Vec::new();
        let mut texts = Vec::new();
        for word in &program.command {
            match LISTS.iter().find(|list| *word == format!("{{{list}}}")) {
                Some(list) => {
                    let text = places.get(list);
                    words.extend(shell::words(text));
                    texts.extend(Some(text.to_owned()).filter(|text| !text.is_empty()));
                }
                None if word == "{self}" => {
                    words.push(own_program());
                    texts.push("bench-runner".to_owned());
                }
                None => {
                    let word = filled(word, &places);
                    texts.push(shell::quoted(&word));
                    words.push(word);
                }
            }
        }
        let own = program.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
        let variables: Vec<_> = own.chain(variables.variables()).collect();
        let said = variables.iter().map(|(name, value)| format!("{name}={}", shell::quoted(value)));
        let text = said.chain(texts).collect::<Vec<_>>().join(" ");
        Self { words, variables, text, dropped }
    }
}

/// The path of this program.
#[must_use]
pub fn own_program() -> String {
    let path = std::env::current_exe().ok();
    path.map_or_else(|| "bench-runner".to_owned(), |path| path.display().to_string())
}

/// Parameters by the names that a program has for them, and those that it has no use for.
fn adapted(program: &Program, parameters: &Parameters) -> (Parameters, Vec<String>) {
    let (mut kept, mut dropped) = (Parameters::default(), Vec::new());
    // of both spellings programs may refuse the second
    for (name, text) in parameters.last_of_each() {
        let plain = name.replace('-', "_");
        if program.drop.iter().any(|drop| drop.replace('-', "_") == plain) {
            dropped.push(name.to_owned());
            continue;
        }
        let renamed = program.rename.iter().find(|(from, _)| from.replace('-', "_") == plain);
        for name in renamed.map_or(name, |(_, to)| to).split_whitespace() {
            kept.push(name, text.clone());
        }
    }
    (kept, dropped)
}

fn filled(word: &str, places: &Places) -> String {
    let place =
        |text: String, place: &&str| text.replace(&format!("{{{place}}}"), places.get(place));
    PLACES.iter().fold(word.to_owned(), place)
}

/// Holds that a template has words, and no place that nothing is put into.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(command: &[String]) -> Result<(), String> {
    if command.is_empty() {
        return Err("is empty; name a program".to_owned());
    }
    let known: Vec<String> = PLACES.iter().map(|place| format!("{{{place}}}")).collect();
    for word in command {
        let rest = known.iter().fold(word.clone(), |text, place| text.replace(place, ""));
        let is_place =
            |inner: &str| !inner.is_empty() && inner.chars().all(|c| c.is_ascii_lowercase());
        let inner = rest.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
        if let Some((inner, _)) = inner.filter(|(inner, _)| is_place(inner)) {
            return Err(format!("has {{{inner}}}, expected one of {}", known.join(", ")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parameters(value: &Value) -> Parameters {
        value.as_object().cloned().expect("an object").into()
    }

    #[test]
    fn a_template_becomes_words_and_the_same_text() {
        let program: Program = serde_json::from_value(json!({
            "command": ["run", "{model}", "--out={output}", "{args}"],
            "rename": {"tensor_parallel_size": "tp-size", "output_len": "random-output-len sharegpt-output-len"}, "drop": ["disable-log-stats"],
            "variables": {"A": "b c"},
        }))
        .expect("a program");
        let said = parameters(&json!({
            "tensor-parallel-size": 1, "tensor_parallel_size": 2, "disable_log_stats": "",
            "config": "'{\"a\": 1}'", "output_len": 7,
        }));
        let places = Places::default().with("model", "m/L").with("output", "r/x.json");
        let call = Call::of(&program, &said, &parameters(&json!({"B": 1})), places);
        assert_eq!(
            call.words,
            [
                "run",
                "m/L",
                "--out=r/x.json",
                "--tp-size",
                "2",
                "--config",
                "{\"a\": 1}",
                "--random-output-len",
                "7",
                "--sharegpt-output-len",
                "7"
            ]
        );
        assert_eq!(
            call.text,
            "A='b c' B=1 run m/L --out=r/x.json --tp-size 2 --config '{\"a\": 1}' \
             --random-output-len 7 --sharegpt-output-len 7"
        );
        assert_eq!((call.variables.len(), call.dropped), (2, vec!["disable_log_stats".to_owned()]));
    }
}
