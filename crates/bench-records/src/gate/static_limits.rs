//! The static gate: limits that a benchmark's configuration sets by hand for a GPU.
//!
//! In: the metrics of a record and its selected limits. Out: a finding for each limit.

use serde_json::{Map, Value};

use super::finding::{Finding, Gate, Outcome, Skip};
use crate::{
    config::{Bound, STATIC_LIMITS, StaticLimit},
    lenient,
    record::Metrics,
};

/// A finding for each limit that is set. A value equal to its limit passes; a metric that was not
/// measured is skipped.
#[must_use]
pub fn judge_static(metrics: &Metrics, limits: &Map<String, Value>) -> Vec<Finding> {
    judge_limits(metrics, |name| lenient::number(limits.get(name)?))
}

/// As [`judge_static`], of limits that are numbers already; a page that shows them reads no JSON values.
pub(super) fn judge_limits(metrics: &Metrics, limit: impl Fn(&str) -> Option<f64>) -> Vec<Finding> {
    let set = STATIC_LIMITS.iter().filter_map(|of| Some((of, limit(of.name)?)));
    set.map(|(of, limit)| finding(of, metrics.get(of.metric).copied(), limit)).collect()
}

fn finding(of: &'static StaticLimit, current: Option<f64>, limit: f64) -> Finding {
    let beyond = |current: f64| match of.bound {
        Bound::AtMost => current - limit,
        Bound::AtLeast => limit - current,
    };
    Finding {
        metric: of.metric.into(),
        gate: Gate::Static,
        current,
        base: Some(limit),
        base_count: 0,
        worsening: None,
        worsening_absolute: current.map(beyond),
        limit: None,
        outcome: match current {
            None => Outcome::Skipped(Skip::NotMeasured),
            Some(current) if of.bound.is_kept(current, limit) => Outcome::Pass,
            Some(_) => Outcome::Regression,
        },
    }
}

/// Name of a metric's limit in a configuration.
#[must_use]
pub fn limit_name(metric: &str) -> &str {
    StaticLimit::of_metric(metric).map_or(metric, |limit| limit.name)
}

/// Where a value that broke the limit of a metric is: `above` or `below`.
#[must_use]
pub fn broken_in_words(metric: &str) -> &'static str {
    StaticLimit::of_metric(metric).map_or("above", |limit| limit.bound.broken_in_words())
}

/// A failing static finding in the words of FastVideo's comparator.
#[must_use]
pub fn describe(model_id: &str, finding: &Finding) -> String {
    let limit = StaticLimit::of_metric(&finding.metric);
    let raw_key = limit.map_or(finding.metric.as_ref(), |limit| limit.raw_key);
    let current = finding.current.unwrap_or_default();
    let limit = finding.base.unwrap_or_default();
    format!(
        "{model_id} {raw_key} exceeded fixed threshold (current={current:.3}, threshold={limit:.3})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rate_below_its_least_value_fails_and_a_percentile_above_its_most_does() {
        let limits = json!({"max_ttft_p99_ms": 500.0, "min_goodput": 4.0, "min_success_rate": 1.0});
        let metrics = Metrics::from([
            ("ttft_p99_ms".into(), 500.5),
            ("goodput".into(), 3.5),
            ("success_rate".into(), 1.0),
        ]);
        let findings = judge_static(&metrics, limits.as_object().expect("an object"));
        let outcomes: Vec<_> = findings.iter().map(|each| (&*each.metric, each.outcome)).collect();
        let expected = [
            ("ttft_p99_ms", Outcome::Regression),
            ("success_rate", Outcome::Pass),
            ("goodput", Outcome::Regression),
        ];
        assert_eq!(outcomes, expected);
        assert_eq!(findings[2].worsening_absolute, Some(0.5));
        assert_eq!(["ttft_p99_ms", "goodput"].map(broken_in_words), ["above", "below"]);
    }

    #[test]
    fn at_the_limit_passes_above_fails_and_unmeasured_is_skipped() {
        let limits = json!({
            "max_generation_time_s": 34.0, "max_peak_memory_mb": "11000", "max_dit_time_s": 10.0
        });
        let metrics = Metrics::from([("latency".into(), 34.0), ("memory".into(), 11_000.5)]);
        let findings = judge_static(&metrics, limits.as_object().expect("an object"));
        let outcomes: Vec<_> = findings.iter().map(|finding| finding.outcome).collect();
        let skipped = Outcome::Skipped(Skip::NotMeasured);
        assert_eq!(outcomes, [Outcome::Pass, Outcome::Regression, skipped]);
        assert_eq!(
            describe("wan", &findings[1]),
            "wan max_peak_memory_mb exceeded fixed threshold (current=11000.500, threshold=11000.000)"
        );
    }
}
