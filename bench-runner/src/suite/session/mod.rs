//! A run of a plan: engines start, clients send, results are written as they come.
//!
//! In: a plan and an engine. Out: what became of each point. One that fails keeps none of the others
//! from running.

mod adaptive;
mod by_server;
mod client;
mod load_options;
mod offline;
mod serving;

use std::path::{Path, PathBuf};

use anyhow::Result;
use bench_engine::interrupt;
use serde::Serialize;
use serde_json::Value;

use super::{
    SuiteKind,
    engine::{Engine, Places},
    file::Test,
    machine::Machine,
    plan::{Planned, Point, ScriptCommands},
    results::{self, About},
    settings::Settings,
};

pub use client::ClientChoice;

/// What a run needs to know.
pub struct Session<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// What sends requests.
    pub client: ClientChoice,
    /// Settings.
    pub settings: &'a Settings,
    /// The machine.
    pub machine: &'a Machine,
    /// Where results go.
    pub results: &'a Path,
}

/// What became of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What was measured.
    pub suite: SuiteKind,
    /// Name of the result.
    pub result: String,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Hears what happens, a line each.
pub type Tell<'t> = &'t mut dyn FnMut(&str);

impl Session<'_> {
    /// Measures all points of these tests.
    pub fn run(&self, tests: &[Planned], tell: Tell<'_>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for planned in tests {
            if interrupt::is_requested() {
                break;
            }
            tell(&format!("{}: {}", planned.test.name, self.about_test(planned)));
            match planned.test.kind {
                SuiteKind::Serving => outcomes.extend(serving::run(self, planned, tell)),
                _ => outcomes.push(offline::run(self, planned, tell)),
            }
        }
        outcomes
    }

    /// What would be run for a point.
    ///
    /// # Errors
    /// Where the engine cannot run it.
    pub fn commands(&self, test: &Test, point: &Point) -> Result<ScriptCommands> {
        match &point.load {
            Some(load) => serving::commands(self, test, load, &point.result),
            None => offline::command(self, test),
        }
    }

    fn about_test(&self, planned: &Planned) -> String {
        let points = crate::words::counted(planned.points.len(), "result");
        match &self.settings.remote {
            Some(remote) => format!("{points}, of the server at {}", remote.host),
            None => format!("{points}, by {}", self.engine.name),
        }
    }

    /// Whether the server has a name of its own for its model.
    fn names_its_model(&self) -> bool {
        let server = self.engine.serve.as_ref().filter(|_| self.settings.remote.is_none());
        server.is_some_and(|server| server.takes_config)
    }

    /// The file of a result.
    fn output(&self, result: &str) -> PathBuf {
        self.results.join(format!("{result}.json"))
    }

    fn log(&self, name: &str) -> PathBuf {
        self.results.join(format!("{name}.log"))
    }

    /// Places that every command has.
    fn places(&self, result: &str) -> Places {
        let results = self.results.display().to_string();
        Places::default()
            .with("results", results)
            .with("output", self.output(result).display().to_string())
            .with("name", result)
    }

    /// Removes what an earlier run left for this point, which a failure must not be mistaken for.
    fn clear(&self, result: &str) {
        for ending in ["json", "commands", "pytorch.json"] {
            let _ = std::fs::remove_file(self.results.join(format!("{result}.{ending}")));
        }
    }

    /// Writes a result with what stands beside it.
    fn keep(
        &self,
        test: &Test,
        point: &Point,
        value: &Value,
        commands: &ScriptCommands,
    ) -> Result<()> {
        let about = About {
            machine: self.machine,
            engine: &self.engine.name,
            client: (test.kind == SuiteKind::Serving).then(|| self.client.name()),
            mark: self.mark(test, point),
        };
        results::write(self.results, &point.result, test, value, commands, &about)
    }

    /// What tells the measurement of a point from others of a commit.
    #[must_use]
    pub fn mark(&self, test: &Test, point: &Point) -> String {
        results::mark(&self.engine.name, self.client.name(), test, point)
    }

    fn outcome(
        &self,
        kind: SuiteKind,
        result: &str,
        measured: Result<()>,
        tell: Tell<'_>,
    ) -> Outcome {
        let failed = measured.err().map(|error| format!("{error:#}"));
        match &failed {
            None => tell(&format!("  {}", self.output(result).display())),
            Some(reason) => tell(&format!("  {result} failed: {reason}")),
        }
        Outcome { suite: kind, result: result.to_owned(), failed }
    }
}
