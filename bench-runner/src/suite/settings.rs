//! Settings of a suite's run, which vLLM's script takes from variables.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Serialize;

use super::SuiteKind;

/// What to run, and where.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Files that are named, by kind.
    pub files: BTreeMap<SuiteKind, String>,
    /// The machine's processor runs the tests.
    pub target: Target,
    /// A server that is there already.
    pub remote: Option<Remote>,
    /// Which tests run, by name.
    pub selector: Option<Regex>,
    /// Which tests run, by model.
    pub model: Option<String>,
    /// Which tests run, by type of numbers.
    pub dtype: Option<String>,
    /// How many prompts a serving test sends.
    pub prompts: Option<PromptsPerConcurrency>,
    /// The search that follows the tests of a rate.
    pub adaptive: Option<Adaptive>,
}

/// What computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// Accelerators of the machine.
    #[default]
    Accelerators,
    /// Its processors, by memory node.
    Processors,
}

/// A server that somebody else started. It is never started or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remote {
    /// Name or address.
    pub host: String,
    /// Port, where one is named.
    pub port: Option<u16>,
}

/// Prompts by concurrency, in place of what a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PromptsPerConcurrency {
    /// Prompts for each concurrent request.
    pub each: u64,
    /// At least so many.
    pub min: u64,
    /// At most so many.
    pub max: u64,
}

impl PromptsPerConcurrency {
    /// The fewest and the most prompts where nothing is said.
    pub const BOUNDS: (u64, u64) = (1, 1_000_000);

    /// How many at this concurrency.
    #[must_use]
    pub fn at(self, concurrency: u64) -> u64 {
        concurrency.saturating_mul(self.each).max(self.min).min(self.max)
    }
}

/// Limits of the search for the highest concurrency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Adaptive {
    /// Time to the first token at the 99th percentile.
    pub sla_ttft_ms: f64,
    /// Time per further token at the 99th percentile.
    pub sla_tpot_ms: f64,
    /// Most further tests of a rate.
    pub max_probes: u64,
    /// Highest concurrency that is tried.
    pub max_concurrency: u64,
}

impl Default for Adaptive {
    fn default() -> Self {
        Self { sla_ttft_ms: 3000.0, sla_tpot_ms: 100.0, max_probes: 8, max_concurrency: 1024 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_follow_concurrency_within_their_bounds() {
        let prompts = PromptsPerConcurrency { each: 3, min: 10, max: 40 };
        assert_eq!([1, 8, 64].map(|concurrency| prompts.at(concurrency)), [10, 24, 40]);
    }
}
