//! The limits of a benchmark, held against what was just measured.

use bench_records::{
    config::{RunPlan, StaticLimits},
    gate::{policy::Wording, static_limits::judge_static},
    metric::{MetricTable, built_in},
    record::Metrics,
};
use serde_json::Value;

/// Limits of metrics that the program does not state: their names may be misspelt.
pub(super) fn unmeasured(plan: &RunPlan, metrics: &Metrics) -> impl Iterator<Item = String> {
    let limited = plan.regression_thresholds.iter().flat_map(|limits| limits.keys());
    let unknown = limited.filter(|key| built_in(key).is_none() && !metrics.contains_key(*key));
    unknown.map(|key| {
        format!(
            "regression_thresholds.{key} limits what the program does not state; correct its name"
        )
    })
}

/// Static limits that the metrics break, in words.
pub(super) fn exceeded(
    plan: &RunPlan,
    metrics: &Metrics,
    limits: Option<(&str, &StaticLimits)>,
) -> Vec<String> {
    let Some((key, limits)) = limits else { return Vec::new() };
    let Ok(Value::Object(limits)) = serde_json::to_value(limits) else { return Vec::new() };
    let table = MetricTable::default();
    let told = Wording { baseline_count: 0, limits_key: Some(key), table: &table };
    let findings = judge_static(metrics, &limits);
    let failing = findings.iter().filter(|finding| finding.fails());
    failing.map(|finding| format!("{}: {}", plan.benchmark_id, told.failure(finding))).collect()
}
