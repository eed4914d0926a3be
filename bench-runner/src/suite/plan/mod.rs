//! What a run of suites does: tests, and the points of each.
//!
//! In: files, settings, the machine. Out: each point with the name of its result and the commands that
//! vLLM's script would run; what is skipped, with its reason.

mod files;
mod filters;
mod script;
mod select;

use std::path::Path;

use serde::Serialize;

pub use files::{Chosen, choose};
pub use script::{ScriptCommands, metadata};

use super::{
    Rate, SuiteKind,
    file::{self, Fault, Test},
    machine::Machine,
    settings::Settings,
};

/// What is run, and what is not.
#[derive(Debug, Default)]
pub struct Plan {
    /// Tests, in order.
    pub tests: Vec<Planned>,
    /// Tests that do not run.
    pub skipped: Vec<Skipped>,
    /// What cannot be used of the files.
    pub faults: Vec<Fault>,
    /// What people should hear.
    pub notes: Vec<String>,
    /// Of filters that leave no test: which, and what there was to choose from.
    pub unmatched: Option<String>,
}

/// A test that runs.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The test.
    pub test: Test,
    /// What is measured of it, in order.
    pub points: Vec<Point>,
}

/// One measurement: one result file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Name of the result, without its ending.
    pub result: String,
    /// Its load, in serving tests.
    #[serde(flatten)]
    pub load: Option<LoadPoint>,
    /// What vLLM's script would run.
    pub script_commands: ScriptCommands,
}

/// A load of a server.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadPoint {
    /// Requests per second.
    pub request_rate: Rate,
    /// Requests at once, at most.
    pub max_concurrency: u64,
    /// Requests in all, where the settings say.
    pub num_prompts: Option<u64>,
}

/// A test that does not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// What it measures.
    pub suite: SuiteKind,
    /// Its name.
    pub test: String,
    /// Why.
    pub reason: String,
}

impl Plan {
    /// The plan of these files. Results go to `results`.
    #[must_use]
    pub fn of(chosen: &[Chosen], settings: &Settings, machine: &Machine, results: &Path) -> Self {
        let mut plan = Self::default();
        let mut all = Vec::new();
        for Chosen { kind, path } in chosen {
            let read = file::read(path, *kind);
            plan.faults.extend(read.faults);
            plan.notes.extend(read.notes);
            all.extend(read.tests);
        }
        plan.unmatched = filters::unmatched(&all, settings);
        for test in all {
            plan.add(test, settings, machine, results);
        }
        plan
    }

    fn add(&mut self, test: Test, settings: &Settings, machine: &Machine, results: &Path) {
        if let Some(reason) = select::why_skipped(&test, settings, machine) {
            self.skipped.push(Skipped { suite: test.kind, test: test.name, reason });
            return;
        }
        for name in test.engine.unexpanded().chain(test.client.unexpanded()) {
            self.notes.push(format!(
                "{}: {name} holds $ or `, which a shell would replace; it is passed on as it is",
                test.name
            ));
        }
        let points = points(&test, settings, results);
        self.tests.push(Planned { test, points });
    }
}

fn points(test: &Test, settings: &Settings, results: &Path) -> Vec<Point> {
    if test.kind != SuiteKind::Serving {
        let script_commands = script::offline(test, results);
        return vec![Point { result: test.name.clone(), load: None, script_commands }];
    }
    let loads =
        test.rates.iter().flat_map(|rate| test.concurrencies.iter().map(move |c| (rate, *c)));
    loads
        .map(|(rate, concurrency)| serving_point(test, settings, results, rate, concurrency))
        .collect()
}

/// The point of a serving test at a rate and a concurrency.
#[must_use]
pub fn serving_point(
    test: &Test,
    settings: &Settings,
    results: &Path,
    rate: &Rate,
    concurrency: u64,
) -> Point {
    let load = LoadPoint {
        request_rate: rate.clone(),
        max_concurrency: concurrency,
        num_prompts: settings.prompts.map(|prompts| prompts.at(concurrency)),
    };
    Point {
        result: format!("{}_qps_{rate}_concurrency_{concurrency}", test.name),
        script_commands: script::serving(test, &load, settings.remote.as_ref(), results),
        load: Some(load),
    }
}

#[cfg(test)]
mod tests;
