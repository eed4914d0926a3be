//! Suite files.
//!
//! In: a file of vLLM's, an array of tests or `{defaults, tests}`. Out: its tests with defaults filled in.
//! What cannot be used is a fault that names file, line or test, and reason; the other tests go on.

mod check;
mod notes;
mod serving;

use std::{fmt, path::Path};

use bench_records::lenient;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Parameters, Rate, SuiteKind};

/// A test.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// What it measures.
    pub kind: SuiteKind,
    /// Variables of the engine.
    pub variables: Parameters,
    /// Parameters of the engine.
    pub engine: Parameters,
    /// Parameters of the client, in serving tests.
    pub client: Parameters,
    /// Request rates, in serving tests.
    pub rates: Vec<Rate>,
    /// Numbers of requests that may run at once, in serving tests.
    pub concurrencies: Vec<u64>,
}

impl Test {
    /// Its model.
    #[must_use]
    pub fn model(&self) -> Option<String> {
        // SGLang's suites name it by its own option
        let named = self.engine.text("model").or_else(|| self.engine.text("model_path"));
        named.filter(|model| !model.is_empty())
    }
}

/// What cannot be used of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, where the file is no JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))?;
        self.test.as_ref().map_or(Ok(()), |test| write!(f, ": {test}"))?;
        write!(f, ": {}", self.reason)
    }
}

/// What a file comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SuiteFile {
    /// Its tests.
    pub tests: Vec<Test>,
    /// What cannot be used.
    pub faults: Vec<Fault>,
    /// What people should hear, a line each.
    pub notes: Vec<String>,
}

/// Reads a file of tests of this kind.
#[must_use]
pub fn read(path: &Path, kind: SuiteKind) -> SuiteFile {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&file, kind, &text),
        Err(error) => whole(&file, None, format!("cannot be read: {error}; name another one")),
    }
}

/// Reads the text of a file.
#[must_use]
pub fn parse(file: &str, kind: SuiteKind, text: &str) -> SuiteFile {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return whole(file, None, "is empty; write its tests, or remove it".to_owned());
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
            let reason = format!(
                "column {}: not valid JSON: {message}; correct it, no test of this file runs",
                error.column()
            );
            return whole(file, Some(error.line()), reason);
        }
    };
    let root = match Root::of(value) {
        Ok(root) => root,
        Err(reason) => return whole(file, None, reason),
    };
    let notes = notes::of_file(kind, text, &root).map(|note| format!("{file}: {note}"));
    let mut read = SuiteFile { notes: notes.collect(), ..SuiteFile::default() };
    for (index, test) in root.tests.iter().enumerate() {
        let name = test.get("test_name").and_then(Value::as_str);
        let place = name.map_or_else(|| format!("test {}", index + 1), str::to_owned);
        let known = read.tests.iter().any(|known| Some(known.name.as_str()) == name);
        match one(kind, &root.defaults, test) {
            Ok(_) if known => read.fault(file, place, REPEATED.to_owned()),
            Ok(one) => {
                let notes = notes::of_test(kind, test);
                read.notes.extend(notes.map(|note| format!("{file}: {place}: {note}")));
                read.tests.push(one);
            }
            Err(reason) => read.fault(file, place, reason),
        }
    }
    read
}

/// What a file holds.
struct Root {
    defaults: Map<String, Value>,
    tests: Vec<Value>,
    /// Fields beside them.
    unknown: Vec<String>,
}

impl Root {
    fn of(value: Value) -> Result<Self, String> {
        match value {
            Value::Array(tests) => Ok(Self { defaults: Map::new(), tests, unknown: Vec::new() }),
            Value::Object(mut root) => {
                let tests = root.shift_remove("tests");
                let Some(Value::Array(tests)) = tests else { return Err(NO_SUITE.to_owned()) };
                let defaults = match root.shift_remove("defaults") {
                    None | Some(Value::Null) => Map::new(),
                    Some(Value::Object(defaults)) => defaults,
                    Some(_) => return Err("defaults is no object; expected one".to_owned()),
                };
                let unknown = root.into_iter().map(|(field, _)| field).collect();
                Ok(Self { defaults, tests, unknown })
            }
            _ => Err(NO_SUITE.to_owned()),
        }
    }
}

const NO_SUITE: &str = "expected an array of tests, or an object with tests";

/// The results of two tests of one name would have one file.
const REPEATED: &str =
    "a test of this name comes before it, whose results it would replace; rename it";

impl SuiteFile {
    fn fault(&mut self, file: &str, test: String, reason: String) {
        self.faults.push(Fault { file: file.to_owned(), line: None, test: Some(test), reason });
    }
}

fn whole(file: &str, line: Option<usize>, reason: String) -> SuiteFile {
    let fault = Fault { file: file.to_owned(), line, test: None, reason };
    SuiteFile { faults: vec![fault], ..SuiteFile::default() }
}

/// A test of a file.
fn one(kind: SuiteKind, defaults: &Map<String, Value>, test: &Value) -> Result<Test, String> {
    let test = test.as_object().ok_or("is no object; expected one with test_name")?;
    if let Some((field, remedy)) = OTHER_SUITES.iter().find(|(field, _)| test.contains_key(*field))
    {
        return Err(format!("has {field}, which {remedy}"));
    }
    let name = match test.get("test_name") {
        Some(Value::String(name)) if !name.trim().is_empty() => name,
        found => return Err(bad("test_name", found, "a name")),
    };
    let beginning = format!("{}_", kind.word());
    if !name.starts_with(&beginning) || name.contains(['/', '\\']) {
        let expected = format!("a name without / that starts with {beginning}");
        return Err(bad("test_name", test.get("test_name"), &expected));
    }
    let test = match kind {
        SuiteKind::Serving => serving::test(name, defaults, test),
        _ => offline(name, kind, test),
    }?;
    check::values(&test)?;
    Ok(test)
}

/// Fields by which suites of other tools are told.
const OTHER_SUITES: [(&str, &str); 2] = [
    (
        "common_parameters",
        "only suites have that vLLM no longer runs; write server_parameters and client_parameters",
    ),
    ("benchmark_params", "suites of vLLM-Omni have; they are not run"),
];

fn offline(name: &str, kind: SuiteKind, test: &Map<String, Value>) -> Result<Test, String> {
    let engine = object(test, "parameters")?;
    if engine.text("model").is_none_or(|model| model.is_empty()) {
        return Err("parameters.model is missing; name the model".to_owned());
    }
    let variables = object(test, "environment_variables")?;
    let (client, rates, concurrencies) = (Parameters::default(), Vec::new(), Vec::new());
    Ok(Test { name: name.to_owned(), kind, variables, engine, client, rates, concurrencies })
}

/// An object of a test; none where it is absent.
fn object(test: &Map<String, Value>, field: &str) -> Result<Parameters, String> {
    match test.get(field) {
        None | Some(Value::Null) => Ok(Parameters::default()),
        Some(Value::Object(map)) => Ok(map.clone().into()),
        found => Err(bad(field, found, "an object")),
    }
}

fn bad(field: &str, found: Option<&Value>, expected: &str) -> String {
    match found {
        None => format!("{field} is missing; expected {expected}"),
        Some(found) => {
            format!("{field} is {}, expected {expected}", lenient::shorten(&found.to_string()))
        }
    }
}

#[cfg(test)]
mod tests;
