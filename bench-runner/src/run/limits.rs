//! The limits of a benchmark, held against what was just measured.

use bench_records::{
    config::{RunPlan, StaticLimits},
    gate::{
        policy::Wording,
        static_limits::{judge_static, limit_name},
    },
    metric::{CAPACITY, MetricTable, built_in},
    record::Metrics,
    requests::FAILED_REQUESTS,
};
use serde_json::Value;

use crate::words::counted;

/// Limits of metrics that were not measured: their names may be misspelt, or what they limit is not asked for.
pub(super) fn unmeasured(plan: &RunPlan, metrics: &Metrics) -> Vec<String> {
    unstated(plan, metrics).chain(without_value(plan, metrics)).collect()
}

/// Static limits of requests whose metric no measurement has.
fn without_value(plan: &RunPlan, metrics: &Metrics) -> impl Iterator<Item = String> {
    let set = plan.thresholds.iter().flat_map(|(key, limits)| {
        let set = limits.entries().filter(|(of, value)| of.is_of_requests && value.is_some());
        set.map(move |(of, _)| (key, of))
    });
    let lacking =
        set.filter(|(_, of)| !metrics.contains_key(of.metric) && !is_infinite(of.metric, metrics));
    lacking.map(|(key, of)| {
        let remedy = match of.metric {
            _ if plan.load.is_none() => "remove it".to_owned(),
            CAPACITY => "add load.search, or remove it".to_owned(),
            "goodput" => "add load.goodput, or remove it".to_owned(),
            metric => match percentile(metric) {
                Some(percent) => format!("add {percent} to load.metric_percentiles, or remove it"),
                None => "remove it".to_owned(),
            },
        };
        format!(
            "thresholds.{key}.{} limits {}, which was not measured; {remedy}",
            of.name, of.metric
        )
    })
}

/// The percentile that a metric is, such as 95 of `ttft_p95_ms`.
fn percentile(metric: &str) -> Option<&str> {
    let number = metric.split('_').find_map(|part| part.strip_prefix('p'))?;
    number.parse::<f64>().is_ok().then_some(number)
}

/// Whether a percentile has no value because requests that failed count as infinitely slow.
fn is_infinite(metric: &str, metrics: &Metrics) -> bool {
    let has_failed = metrics.get(FAILED_REQUESTS).is_some_and(|failed| *failed > 0.0);
    let quantity = metric.split('_').next().unwrap_or_default();
    let mut others = metrics.keys().filter(|key| percentile(key).is_some());
    has_failed
        && percentile(metric).is_some()
        && !metrics.contains_key(metric)
        && others.any(|key| key.split('_').next() == Some(quantity))
}

/// Limits of metrics that the program does not state.
fn unstated(plan: &RunPlan, metrics: &Metrics) -> impl Iterator<Item = String> {
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
    let wording = Wording { baseline_count: 0, limits_key: Some(key), table: &table };
    let findings = judge_static(metrics, &limits);
    let failing = findings.iter().filter(|finding| finding.fails());
    let failing = failing.map(|finding| wording.failure(finding));
    let endless = findings.iter().filter(|finding| is_infinite(&finding.metric, metrics));
    let endless = endless.map(|finding| {
        let failed = metrics.get(FAILED_REQUESTS).copied().unwrap_or_default();
        let failed = counted(failed as usize, "request");
        format!(
            "{} is infinite, because {failed} failed, and so above {} ({key})",
            finding.metric,
            limit_name(&finding.metric),
        )
    });
    failing.chain(endless).map(|words| format!("{}: {words}", plan.benchmark_id)).collect()
}
