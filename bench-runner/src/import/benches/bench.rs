//! One named value of a run, as benchmark tools print it.
//!
//! In: `{name, value, unit, range?, extra?}`. Out: a [`Bench`], or why it is none.

use std::collections::BTreeMap;

use bench_records::metric::{Better, Metric};
use serde_json::{Map, Value};

use super::{
    super::{
        direction::stated_direction,
        error::Unusable,
        source::{measured, stated},
    },
    Extra, ExtraRule, Guesses, Lines,
};

/// One named value.
#[derive(Debug, Clone, Default)]
pub struct Bench {
    /// Name of the benchmark.
    pub name: String,
    /// The value, in `unit`.
    pub value: f64,
    /// Its unit, as the file has it.
    pub unit: String,
    /// Which way it is better, where a field says.
    pub better: Option<Better>,
    /// What distinguishes it from others of its name.
    pub parameters: BTreeMap<String, String>,
    /// Samples behind the value, in `unit`; empty where there are none.
    pub samples: Vec<f64>,
    /// Further values of the same benchmark.
    pub further: Vec<Further>,
    /// What is kept as it is.
    pub notes: Map<String, Value>,
    /// What was guessed of its `extra`.
    pub guesses: Guesses,
}

/// A further value of a benchmark.
#[derive(Debug, Clone)]
pub enum Further {
    /// In a unit that names it.
    Valued {
        /// The value.
        value: f64,
        /// Its unit.
        unit: String,
    },
    /// Of a quantity that the user of the tool named, such as a counter.
    Named {
        /// Its name.
        name: String,
        /// The value.
        value: f64,
    },
    /// Of a metric that the tool names.
    Measured {
        /// The metric.
        metric: Metric,
        /// The value.
        value: f64,
    },
}

impl Bench {
    /// A value with nothing but a name and unit.
    pub fn new(name: impl Into<String>, value: f64, unit: impl Into<String>) -> Self {
        Self { name: name.into(), value, unit: unit.into(), ..Self::default() }
    }

    /// Reads an entry of a list of benches.
    pub fn read(entry: &Value) -> Result<Self, Unusable> {
        let name = stated(entry.get("name"));
        let name = name
            .ok_or_else(|| Unusable::field("name", entry.get("name"), "the name of a benchmark"))?;
        let found = entry.get("value");
        let value = found.and_then(measured);
        let value = value.ok_or_else(|| Unusable::field("value", found, "a finite number"))?;
        let mut bench = Self::new(name, value, stated(entry.get("unit")).unwrap_or_default());
        bench.better = stated_direction(entry);
        for field in ["range", "extra"] {
            bench.note(field, stated(entry.get(field)));
        }
        for field in ["parameters", "params"] {
            bench.add_parameters(entry.get(field));
        }
        Ok(bench)
    }

    /// Keeps a text, where there is one.
    pub fn note(&mut self, field: &str, text: Option<String>) {
        if let Some(text) = text {
            self.notes.insert(field.to_owned(), text.into());
        }
    }

    /// Adds the fields of an object of parameters.
    pub fn add_parameters(&mut self, found: Option<&Value>) {
        for (name, value) in found.and_then(Value::as_object).into_iter().flatten() {
            if let Some(value) = stated(Some(value)) {
                self.parameters.entry(name.clone()).or_insert(value);
            }
        }
    }

    /// Takes the parameters out of `extra`; those that a field states count before. What lines there
    /// are is handed back.
    pub fn read_extra(&mut self, rules: &[ExtraRule]) -> Lines {
        let extra = self.notes.get("extra").and_then(Value::as_str).unwrap_or_default();
        let Extra { parameters, guesses, lines } = Extra::read(extra, &self.name, rules);
        for (name, value) in parameters {
            self.parameters.entry(name).or_insert(value);
        }
        self.guesses = guesses;
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_of_parameters_is_part_of_what_was_measured() {
        let entry = json!({"name": "a", "value": 1, "unit": "ms", "params": {"n": 8}});
        let bench = Bench::read(&entry).expect("a bench");
        assert_eq!(bench.parameters.get("n").map(String::as_str), Some("8"));
    }
}
