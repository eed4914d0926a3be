//! Findings of the policy `strict` in words, with the numbers that decided them.

use crate::{
    gate::{Finding, Gate, Limit, Outcome, static_limits},
    metric::{Metric, MetricTable},
};

const MOST_FURTHER_DECIMALS: u8 = 4;

/// A failing finding.
pub(super) fn describe(
    model: &str,
    finding: &Finding,
    baseline_count: usize,
    table: &MetricTable,
) -> String {
    match finding.gate {
        Gate::Static => static_limits::describe(model, finding),
        Gate::Rolling if finding.outcome == Outcome::Missing => {
            let metric = table.get_or_unjudged(&finding.metric);
            let median = format!("{} {}", metric.format(finding.base), metric.unit);
            format!(
                "{} was not measured, and the last {baseline_count} records have it (median {})",
                finding.metric,
                median.trim_end()
            )
        }
        Gate::Rolling => describe_change(finding, table),
    }
}

/// Such as `latency is 8.2 % worse: 30.300 s against a median of 28.000 s (limit 5.0 %)`.
pub(super) fn describe_change(finding: &Finding, table: &MetricTable) -> String {
    let metric = table.get_or_unjudged(&finding.metric);
    let change = finding.worsening.unwrap_or_default() * 100.0;
    let (percent, word) = if change < 0.0 { (-change, "better") } else { (change, "worse") };
    let limit = finding.limit.map(|limit| limit_in_words(&limit, &metric.unit)).unwrap_or_default();
    let (current, base) = told_apart(&metric, finding.current, finding.base);
    let unit = if metric.unit.is_empty() { String::new() } else { format!(" {}", metric.unit) };
    format!(
        "{} is {percent:.1} % {word}: {current}{unit} against a median of {base}{unit} ({limit})",
        finding.metric,
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
