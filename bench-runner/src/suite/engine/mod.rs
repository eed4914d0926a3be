//! Engines: how one is started, how its tests are run, how their results are read.
//!
//! In: templates of commands, built in or of a file. Out: commands for a test. An engine that a file names
//! takes the place of a built-in one.

mod aliases;
mod command;
pub mod own_config;
pub mod process;
pub mod ready;
mod results;

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, anyhow};
use bench_records::{lenient, repeated::names_said_twice};
use serde::Deserialize;

use super::SuiteKind;

pub use aliases::{of_throughput, with_present_names};
#[cfg(feature = "load")]
pub use command::own_program;
pub use command::{Call, Places};
pub use results::{read_result, without_nan};

/// The engine that runs where none is named.
pub const DEFAULT: &str = "self";

/// The engine whose results need no further name: series of vLLM's own script go on.
pub const VLLM: &str = "vllm";

const BUILT_IN: &str = include_str!("builtin.json");

/// An engine.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Its name.
    #[serde(skip)]
    pub name: String,
    /// Its server.
    pub serve: Option<Server>,
    /// A client of its own.
    pub client: Option<Program>,
    /// Its latency tests.
    pub latency: Option<Program>,
    /// Its startup tests.
    pub startup: Option<Program>,
    /// Its throughput tests.
    pub throughput: Option<Program>,
}

/// A program and how parameters reach it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Words, with places such as `{model}` and `{args}`.
    pub command: Vec<String>,
    /// Options by the name that this program has for them; of several names each gets the value.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Options that it has no use for.
    #[serde(default)]
    pub drop: Vec<String>,
    /// Variables for it.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Fields of a result, and where this program writes them, `a + b` for a sum; without it, as vLLM writes
    /// them.
    #[serde(default)]
    pub read: BTreeMap<String, String>,
}

/// A server: a program, and how it is known to be ready.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// What is started.
    #[serde(flatten)]
    pub program: Program,
    /// Where it listens, unless a test says.
    pub port: u16,
    /// A path that answers with status 200 once requests are answered.
    #[serde(default = "ready_path")]
    pub ready: String,
    /// How long it may take until then.
    #[serde(default = "start_timeout_s")]
    pub timeout_s: f64,
    /// Whether it takes the file `{config}` in place of a model and options, as this program's own does. Its
    /// model has a name of its own then, which clients leave out.
    #[serde(default)]
    pub takes_config: bool,
}

fn ready_path() -> String {
    "/v1/models".to_owned()
}

const fn start_timeout_s() -> f64 {
    1200.0
}

impl Engine {
    /// The engine of this name, of a file or built in.
    ///
    /// # Errors
    /// Where the file cannot be used, and where no engine has the name.
    pub fn named(name: &str, file: Option<&Path>) -> Result<Self> {
        let mut engines = read("the built-in engines", BUILT_IN)?;
        if let Some(path) = file {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{shown} cannot be read; name a file of engines"))?;
            engines.extend(read(&shown, &text)?);
        }
        let names = engines.keys().cloned().collect::<Vec<_>>().join(", ");
        let found = engines.remove(name);
        let engine = found.ok_or_else(|| {
            anyhow!("no engine is called {name:?}; expected one of {names}, or one of a file that --engines names")
        })?;
        Ok(Self { name: name.to_owned(), ..engine })
    }

    /// The program of tests that need no server.
    #[must_use]
    pub fn offline(&self, kind: SuiteKind) -> Option<&Program> {
        match kind {
            SuiteKind::Latency => self.latency.as_ref(),
            SuiteKind::Startup => self.startup.as_ref(),
            SuiteKind::Throughput => self.throughput.as_ref(),
            SuiteKind::Serving => None,
        }
    }
}

fn read(file: &str, text: &str) -> Result<BTreeMap<String, Engine>> {
    if let Some(name) = names_said_twice(text).first() {
        return Err(anyhow!("{file}: {name} stands twice in one object; remove one of them"));
    }
    let engines: BTreeMap<String, Engine> = serde_json::from_str(text)
        .map_err(|error| anyhow!("{file}: {error}; correct it, docs/suites.md has the fields"))?;
    for (name, engine) in &engines {
        let commands = engine.serve.iter().map(|server| ("serve", &server.program.command));
        let others = [
            ("client", &engine.client),
            ("latency", &engine.latency),
            ("startup", &engine.startup),
            ("throughput", &engine.throughput),
        ];
        let others = others
            .into_iter()
            .filter_map(|(part, program)| Some((part, &program.as_ref()?.command)));
        for (part, command) in commands.chain(others) {
            command::check(command)
                .map_err(|reason| anyhow!("{file}: {name}.{part}.command {reason}"))?;
        }
        if engine.serve.as_ref().is_some_and(|server| !server.program.read.is_empty()) {
            return Err(anyhow!(
                "{file}: {name}.serve.read has no effect: its client writes results; remove it"
            ));
        }
        let timeout = engine.serve.as_ref().map_or(1.0, |server| server.timeout_s);
        if !(timeout.is_finite() && timeout > 0.0) {
            let shown = lenient::shorten(&timeout.to_string());
            return Err(anyhow!(
                "{file}: {name}.serve.timeout_s is {shown}, expected seconds above 0"
            ));
        }
    }
    Ok(engines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_engines_are_built_in() {
        for name in ["vllm", "sglang", "self"] {
            assert_eq!(Engine::named(name, None).expect("built in").name, name);
        }
        let error = Engine::named("x", None).expect_err("there is none").to_string();
        assert!(error.contains("expected one of self, sglang, vllm"), "{error}");
    }

    #[test]
    fn a_file_of_engines_is_checked_before_anything_runs() {
        for (text, expected) in [
            (r#"{"e": {"serv": {}}}"#, "e.json: unknown field `serv`"),
            (r#"{"e": 3}"#, "; correct it, docs/suites.md has the fields"),
            (r#"{"e": {}, "e": {}}"#, "e.json: e stands twice in one object"),
            (
                r#"{"e": {"latency": {"command": ["a"], "rename": {"x": "y", "x": "z"}}}}"#,
                "e.json: x stands twice",
            ),
            (r#"{"e": {"latency": {"command": []}}}"#, "e.latency.command is empty"),
            (
                r#"{"e": {"latency": {"command": ["a", "{modle}"]}}}"#,
                "e.latency.command has {modle}, expected one of",
            ),
            (
                r#"{"e": {"serve": {"command": ["a"], "port": 1, "timeout_s": 0}}}"#,
                "e.serve.timeout_s is 0",
            ),
            (
                r#"{"e": {"serve": {"command": ["a"], "port": 1, "read": {"a": "b"}}}}"#,
                "e.serve.read has no effect",
            ),
            (
                r#"{"e": {"serve": {"command": ["a"], "port": 1, "prot": 2}}}"#,
                "unknown field `prot`",
            ),
            (r#"{"e": {"serve": {"port": 1}}}"#, "missing field `command`"),
        ] {
            let error = read("e.json", text).expect_err("a fault").to_string();
            assert!(error.contains(expected), "{error} lacks {expected}");
        }
    }
}
