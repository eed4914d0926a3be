//! Limits of single metrics, from what `regression_thresholds` says and what it leaves out.

use crate::{
    config::{LimitsInForce, MetricLimits},
    gate::Limit,
    metric::Gating,
};

impl From<LimitsInForce> for Limit {
    fn from(limits: LimitsInForce) -> Self {
        Self {
            fraction: limits.threshold_percent,
            absolute: Some(limits.threshold_absolute),
            gating: gating(limits.gated),
        }
    }
}

/// The limit of a metric that has no defaults of its own: `fraction` where nothing else is said,
/// and no floor.
pub(super) fn without_defaults(said: MetricLimits, fraction: f64) -> Limit {
    Limit {
        fraction: said.threshold_percent.unwrap_or(fraction),
        absolute: said.threshold_absolute,
        gating: gating(said.gated.unwrap_or(true)),
    }
}

fn gating(gated: bool) -> Gating {
    if gated { Gating::Gated } else { Gating::Reported }
}
