//! From the findings of a judgement to the static limits that a record keeps as broken, and back.

use std::collections::BTreeMap;

use super::{
    finding::{Finding, Gate},
    static_limits::{judge_limits, limit_name},
};
use crate::{broken_limits::BrokenLimits, record::Metrics};

/// Those of a judgement; `None` where it broke none.
#[must_use]
pub fn broken_limits(findings: &[Finding], entry: Option<&str>) -> Option<BrokenLimits> {
    let failing = findings.iter().filter(|each| each.gate == Gate::Static && each.fails());
    let limit = |each: &Finding| Some((limit_name(&each.metric).to_owned(), each.base?));
    let limits: BTreeMap<String, f64> = failing.filter_map(limit).collect();
    (!limits.is_empty()).then(|| BrokenLimits { entry: entry.map(str::to_owned), limits })
}

/// A finding for each, against the metrics of its record.
#[must_use]
pub fn findings_of(broken: &BrokenLimits, metrics: &Metrics) -> Vec<Finding> {
    judge_limits(metrics, |name| broken.limits.get(name).copied())
}
