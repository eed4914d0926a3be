//! Spread of the samples behind a record's latency.

use serde::{Deserialize, Serialize};

use crate::stats;

/// Spread of the samples behind a record's latency, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// Number of samples.
    pub count: u64,
    /// Median.
    pub median: f64,
    /// Median absolute deviation from the median.
    pub mad: f64,
    /// Smallest sample.
    pub min: f64,
    /// Largest sample.
    pub max: f64,
}

impl Spread {
    /// That of the samples; `None` for none.
    #[must_use]
    pub fn of(samples: &[f64]) -> Option<Self> {
        Some(Self {
            count: samples.len() as u64,
            median: stats::median(samples)?,
            mad: stats::mad(samples)?,
            min: stats::min(samples)?,
            max: stats::max(samples)?,
        })
    }
}
