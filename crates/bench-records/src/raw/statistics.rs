//! What the samples of a run come to, as its raw record says it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::Summary;

/// What the raw record says of the samples beside their metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statistics {
    /// Latency of the clean trials with confidence intervals.
    pub latency: Option<Summary>,
    /// Seconds of each stage of the instrumented trials.
    pub stages: BTreeMap<String, Summary>,
    /// The first denoise step of each instrumented trial.
    pub first_step: Option<Summary>,
    /// Every other denoise step.
    pub later_steps: Option<Summary>,
    /// How much longer instrumented trials take: median against median, as a fraction.
    pub instrumented_slowdown: Option<f64>,
    /// Latency that no stage accounts for: median over the instrumented trials.
    pub unaccounted_s: Option<f64>,
}
