//! Coverage: how much of a comparison was judged, so that a green report is not an empty one.

use serde::{Deserialize, Serialize};

use crate::gate::{Gate, Judgement};

/// Counts of one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Benchmarks with at least one metric held against a baseline.
    pub benchmarks_judged: usize,
    /// Benchmarks in the comparison, skipped and unreadable ones included.
    pub benchmarks: usize,
    /// Gated metrics held against a baseline.
    pub metrics_judged: usize,
    /// Gated metrics that a run or its baseline has.
    pub metrics: usize,
}

impl Coverage {
    /// Counts over the judgements of a comparison and the benchmarks that have none.
    #[must_use]
    pub fn of<'a>(
        judgements: impl IntoIterator<Item = &'a Judgement>,
        without_result: usize,
    ) -> Self {
        let mut coverage = Self { benchmarks: without_result, ..Self::default() };
        for judgement in judgements {
            let gated = || {
                judgement.of_gate(Gate::Rolling).filter(|finding| {
                    finding.is_gated() && (finding.current.is_some() || finding.base.is_some())
                })
            };
            let judged = gated().filter(|finding| finding.is_judged()).count();
            coverage.benchmarks += 1;
            coverage.benchmarks_judged += usize::from(judged > 0);
            coverage.metrics += gated().count();
            coverage.metrics_judged += judged;
        }
        coverage
    }
}

impl std::fmt::Display for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "judged {} of {} metrics in {} of {} benchmarks",
            self.metrics_judged, self.metrics, self.benchmarks_judged, self.benchmarks
        )
    }
}
