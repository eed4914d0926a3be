//! The kinds of suites.

use clap::ValueEnum;
use serde::Serialize;

/// What a suite measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SuiteKind {
    /// A server under load
    Serving,
    /// One batch at a time
    Latency,
    /// How long an engine takes to start
    Startup,
    /// All prompts at once
    Throughput,
}

impl SuiteKind {
    /// All kinds, in the order in which vLLM's script runs them.
    pub const ALL: [Self; 4] = [Self::Serving, Self::Latency, Self::Startup, Self::Throughput];

    /// Its word, with which the names of its tests begin.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Latency => "latency",
            Self::Startup => "startup",
            Self::Throughput => "throughput",
        }
    }

    /// The variable that names its file.
    #[must_use]
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Serving => "SERVING_JSON",
            Self::Latency => "LATENCY_JSON",
            Self::Startup => "STARTUP_JSON",
            Self::Throughput => "THROUGHPUT_JSON",
        }
    }
}
