//! The server of a load test.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

/// The server of a load test: `bench-runner serve` with the model of the file, a program that is started, or
/// a server that runs already.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadTarget {
    /// Further options of `bench-runner serve`, where that is the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serve_options: Vec<String>,
    /// A program that is started before the first measurement, and ended after the last one with all that it
    /// started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<LoadServer>,
    /// URL of a running server that the paths of its API follow, such as `http://10.0.0.7:8000/v1`. It is
    /// neither started nor ended, and is no part of the recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Name of the device that the server computes on; by this machine's when absent, and unknown of a
    /// running server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What computes, such as `vllm 0.11`, for the software profile; the name of the program when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}

/// A program that serves, and how it is known to be ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadServer {
    /// The program and its arguments; no shell reads them, and `{port}` in them becomes the port.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub argv: Vec<String>,
    /// Variables added to its environment. They are published with the recipe: no secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Where it listens; a free port for `{port}` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub port: Option<u16>,
    /// Path that answers with status 200 once the server is ready; `/v1/models` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
    /// Seconds until then; 1200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
    pub timeout_s: Option<f64>,
}

/// The place of the port in arguments.
pub(super) const PORT: &str = "{port}";

impl LoadServer {
    /// Seconds until a server is ready where the file does not say.
    pub const DEFAULT_TIMEOUT_S: f64 = 1200.0;

    /// Path of its list of models.
    pub const DEFAULT_READY: &'static str = "/v1/models";

    /// The words of its command line, with this port.
    #[must_use]
    pub fn words(&self, port: u16) -> Vec<String> {
        self.argv.iter().map(|word| word.replace(PORT, &port.to_string())).collect()
    }

    /// The path that says that it is ready.
    #[must_use]
    pub fn ready_path(&self) -> &str {
        self.ready.as_deref().unwrap_or(Self::DEFAULT_READY)
    }

    /// Longest time until it is ready.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s.unwrap_or(Self::DEFAULT_TIMEOUT_S))
    }
}
