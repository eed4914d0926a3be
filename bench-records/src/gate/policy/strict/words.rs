//! Findings of the policy `strict` in words, with the numbers that decided them.

use crate::{
    gate::{Finding, Gate, Limit, Outcome, static_limits::limit_name},
    metric::{Metric, MetricTable},
};

const MOST_FURTHER_DECIMALS: u8 = 4;

/// What a finding is told with.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Number of records in the baseline.
    pub baseline_count: usize,
    /// Entry of the benchmark's `thresholds` that its static limits are from, where that is known.
    pub limits_key: Option<&'a str>,
    /// Metrics of the dataset.
    pub table: &'a MetricTable,
}

impl Told<'_> {
    /// A failing finding, with the numbers that decided it and its limit.
    #[must_use]
    pub fn failure(&self, finding: &Finding) -> String {
        match finding.gate {
            Gate::Static => self.above_limit(finding),
            Gate::Rolling if finding.outcome == Outcome::Missing => self.missing(finding),
            Gate::Rolling => describe_change(finding, self.table),
        }
    }

    /// Such as `latency 1.210 s is above max_generation_time_s 1.000 s (default)`.
    fn above_limit(&self, finding: &Finding) -> String {
        let metric = self.table.get_or_unjudged(&finding.metric);
        let (current, limit) = told_apart(&metric, finding.current, finding.base);
        let key = self.limits_key.map(|key| format!(" ({key})")).unwrap_or_default();
        format!(
            "{} {current} {unit} is above {} {limit} {unit}{key}",
            finding.metric,
            limit_name(&finding.metric),
            unit = metric.unit,
        )
    }

    fn missing(&self, finding: &Finding) -> String {
        let metric = self.table.get_or_unjudged(&finding.metric);
        format!(
            "{} was not measured, and the last {} records have it (median {} {})",
            finding.metric,
            self.baseline_count,
            metric.format(finding.base),
            metric.unit
        )
    }
}

/// Such as `latency is 8.2 % worse: 30.300 s against a median of 28.000 s (limit 5.0 %)`.
pub(super) fn describe_change(finding: &Finding, table: &MetricTable) -> String {
    let metric = table.get_or_unjudged(&finding.metric);
    let change = finding.worsening.unwrap_or_default() * 100.0;
    let (percent, word) = if change < 0.0 { (-change, "better") } else { (change, "worse") };
    let limit = finding.limit.map(|limit| limit_in_words(&limit, &metric.unit)).unwrap_or_default();
    let (current, base) = told_apart(&metric, finding.current, finding.base);
    format!(
        "{} is {percent:.1} % {word}: {current} {unit} against a median of {base} {unit} ({limit})",
        finding.metric,
        unit = metric.unit,
    )
}

/// Both values with as many decimals as the metric has, and more until they differ: 0.0026 and 0.0031
/// where the metric would show 0.003 twice.
fn told_apart(metric: &Metric, current: Option<f64>, base: Option<f64>) -> (String, String) {
    let with = |further: u8| {
        let metric = Metric { decimals: metric.decimals + further, ..metric.clone() };
        (metric.format(current), metric.format(base))
    };
    let differ = |(current, base): &(String, String)| current != base;
    (0..=MOST_FURTHER_DECIMALS).map(with).find(differ).unwrap_or_else(|| with(0))
}

fn limit_in_words(limit: &Limit, unit: &str) -> String {
    let percent = format!("limit {:.1} %", limit.fraction * 100.0);
    limit.absolute.map_or(percent.clone(), |floor| format!("{percent} and {floor} {unit}"))
}
