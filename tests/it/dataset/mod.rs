//! Stores in a dataset, against a stand-in for the Hub.

mod compact;
mod hostile;
mod official;
mod persist;
mod retries;
mod sync;
mod tokens;
mod writers;

use hub_double::{Behaviour, Hub, Logged};
use serde_json::Value;

use crate::support::workspace::{Finished, Workspace};

pub const DATASET: &str = "tester/perf";
pub const STORE: &str = "hf://datasets/tester/perf";
pub const TOKEN: &str = "hf_PlantedSecretOfTheTests";

/// A stand-in with an empty dataset, and a folder to work in.
pub struct Setting {
    pub hub: Hub,
    pub workspace: Workspace,
}

impl Setting {
    pub fn new() -> Self {
        Self::behaving(Behaviour::default())
    }

    pub fn behaving(mut behaviour: Behaviour) -> Self {
        TOKEN.clone_into(&mut behaviour.token);
        let hub = Hub::start(behaviour, 7).unwrap();
        hub.create(DATASET);
        Self { hub, workspace: Workspace::new() }
    }

    /// Variables of a job that may write.
    pub fn variables(&self) -> Vec<(String, String)> {
        let root = self.workspace.path("copy").display().to_string();
        [
            ("HF_ENDPOINT", self.hub.endpoint()),
            ("HF_TOKEN", TOKEN.to_owned()),
            ("PERFORMANCE_TRACKING_ROOT", root),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The binary with these variables and some more.
    pub fn run_with(&self, args: &[&str], more: &[(&str, &str)]) -> Finished {
        let own = self.variables();
        let own = own.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let variables: Vec<(&str, &str)> = own.chain(more.iter().copied()).collect();
        self.workspace.run_with(args, &variables)
    }

    /// The binary on the dataset.
    pub fn run(&self, args: &[&str]) -> Finished {
        self.run_with(&[args, &["--store", STORE]].concat(), &[])
    }

    /// `compare` of these results, stored.
    pub fn store(&self, results: &[Value]) -> Finished {
        self.workspace.put_results(results);
        self.run(&["compare", "--persist", "always"])
    }

    /// Paths of the dataset's records, in order.
    pub fn records(&self) -> Vec<String> {
        let files = self.hub.files(DATASET).into_keys();
        files.filter(|path| path.ends_with(".json")).collect()
    }

    /// Puts a record where FastVideo's tools would.
    pub fn put(&self, path: &str, record: &Value) {
        self.hub.put(DATASET, &[(path, record.to_string().as_bytes())]);
    }

    /// Requests since the last call.
    pub fn requests(&self) -> Vec<Logged> {
        self.hub.take_log()
    }

    /// What the copy's history has, as `history --json` lists it.
    pub fn listed(&self) -> Value {
        let args = ["history", "--json", "--store", STORE];
        let now = [("PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS", "0")];
        self.run_with(&args, &now).expect(0).json()
    }
}
