//! One named value of a run, as benchmark tools print it.
//!
//! In: `{name, value, unit, range?, extra?}`. Out: a [`Bench`], or why it is none.

use std::collections::BTreeMap;

use bench_records::metric::{Better, Metric};
use serde_json::{Map, Value};

use super::super::{
    direction::stated_direction,
    error::Unusable,
    source::{measured, stated},
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
        let extra = entry.get("extra").and_then(Value::as_str).unwrap_or_default();
        bench.parameters = parameters_in(extra, &bench.name);
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

    /// The lines of `extra` that are `name: value` or `name=value`.
    pub fn lines_of_extra(&self) -> Vec<(&str, &str)> {
        let extra = self.notes.get("extra").and_then(Value::as_str).unwrap_or_default();
        pairs(extra).collect()
    }
}

/// Names in `extra` that say what was measured, and not how it came out. Tools write counts of
/// iterations, means and deviations there too, which change with every run.
const PARAMETERS: [&str; 26] = [
    "package",
    "pkg",
    "threads",
    "workers",
    "concurrency",
    "clients",
    "batch",
    "batch_size",
    "size",
    "length",
    "dataset",
    "dtype",
    "precision",
    "device",
    "backend",
    "compiler",
    "mode",
    "config",
    "configuration",
    "profile",
    "features",
    "target",
    "arch",
    "os",
    "model",
    "variant",
];

/// The parameters among the lines of `extra` that the name does not show.
pub fn parameters_in(extra: &str, name: &str) -> BTreeMap<String, String> {
    let known = pairs(extra).filter(|(key, value)| {
        let is_one_thread = *key == "threads" && *value == "1";
        let is_in_name = name.contains(&format!("{key}:{value}"));
        PARAMETERS.contains(key) && !is_one_thread && !is_in_name
    });
    let known = known.map(|(key, value)| (key.to_owned(), value.to_owned()));
    known.chain(procs_in(extra).map(|procs| (PROCS.to_owned(), procs.to_owned()))).collect()
}

/// Parameter that holds on how many processors Go ran a benchmark, where it says so: `go test -cpu
/// 1,2,4` measures each benchmark three times.
pub const PROCS: &str = "procs";

/// The number of processors in a line such as `8 procs`, which Go's benchmarks have in `extra`.
pub fn procs_in(extra: &str) -> Option<&str> {
    let numbers = extra.lines().filter_map(|line| line.trim().strip_suffix(" procs"));
    numbers.map(str::trim).find(|number| number.parse::<u32>().is_ok())
}

fn pairs(extra: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = extra.split(['\n', ',', ';']);
    let pairs = parts.filter_map(|part| part.split_once('=').or_else(|| part.split_once(':')));
    let pairs = pairs.map(|(key, value)| (key.trim(), value.trim()));
    pairs.filter(|(key, value)| !key.is_empty() && !value.is_empty() && !value.contains('{'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_in_extra_distinguish_and_statistics_do_not() {
        for (name, extra, expected) in [
            ("a", "mean: 850.2 msec\nrounds: 5", ""),
            ("a", "iterations: 100\ncpu: 3 ns\nthreads: 1", ""),
            ("a", "iterations: 100\ncpu: 3 ns\nthreads: 8", "threads=8"),
            ("a/threads:8", "threads: 8", ""),
            ("a", "5000 times\n8 procs", "procs=8"),
            ("a", "5000 times\nsome procs", ""),
            ("a", "dataset=wiki, size=1024", "dataset=wiki,size=1024"),
            ("a", "gctime=0\nmemory=48\nparams={\"batch\":4}", ""),
        ] {
            let found = parameters_in(extra, name);
            let found: Vec<_> =
                found.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(found.join(","), expected, "{extra}");
        }
    }

    #[test]
    fn an_object_of_parameters_is_part_of_what_was_measured() {
        let entry = json!({"name": "a", "value": 1, "unit": "ms", "params": {"n": 8}});
        let bench = Bench::read(&entry).expect("a bench");
        assert_eq!(bench.parameters.get("n").map(String::as_str), Some("8"));
    }
}
