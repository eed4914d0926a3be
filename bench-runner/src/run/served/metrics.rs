//! Metrics of requests in one shape. Latency counts from the arrival, waiting included.

use std::collections::BTreeMap;

use bench_engine::OutputKind;
use bench_records::{
    record::Metrics,
    requests::{FAILED_REQUESTS, Requests, SUCCESS_RATE},
    stage::stage_key,
    stats,
};
use bench_serve::Ended;

use super::group::Group;
use crate::measure::summary::latency_metrics;

/// Metrics by record key. Requests that clients gave up, or that the end of the server cut short, count neither
/// as completed nor as failed.
pub(super) fn of(group: &Group<'_>) -> Metrics {
    let completed: Vec<_> = group.ended(Ended::Completed).collect();
    let latencies: Vec<f64> = completed.iter().map(|r| r.latency.as_secs_f64()).collect();
    let mut metrics = latency_metrics(&latencies);
    let mut put = |key: &str, value: Option<f64>| {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            metrics.insert(key.to_owned(), value);
        }
    };
    let mut stages: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, seconds) in completed.iter().filter_map(|r| r.made.as_ref()).flat_map(|m| &m.stages)
    {
        stages.entry(name).or_default().push(*seconds);
    }
    for (name, seconds) in stages {
        put(&stage_key(name), stats::mean(&seconds));
    }
    let requests =
        Requests { completed: completed.len() as u64, failed: group.count(Ended::Failed) as u64 };
    put(SUCCESS_RATE, requests.success_rate());
    put(FAILED_REQUESTS, Some(requests.failed as f64));
    let rate = group.span_s().filter(|span| *span > 0.0).map(|span| completed.len() as f64 / span);
    put("requests_per_s", rate);
    if let (Some((kind, count)), Some(rate)) = (group.made(), rate) {
        let key = match kind {
            OutputKind::Video { .. } => Some("throughput"),
            OutputKind::Images => Some("images_per_s"),
            OutputKind::Texts | OutputKind::Uncounted => None,
        };
        if let Some(key) = key {
            put(key, Some(rate * count as f64));
        }
    }
    metrics
}
