//! Findings of the policy `strict` in words, with the numbers that decided them.

use crate::{
    gate::{Finding, Gate, Limit, Outcome, static_limits},
    metric::MetricTable,
};

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
            format!(
                "{} was not measured, and the last {baseline_count} records have it (median {} {})",
                finding.metric,
                metric.format(finding.base),
                metric.unit
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
    format!(
        "{} is {percent:.1} % {word}: {} {unit} against a median of {} {unit} ({limit})",
        finding.metric,
        metric.format(finding.current),
        metric.format(finding.base),
        unit = metric.unit,
    )
}

fn limit_in_words(limit: &Limit, unit: &str) -> String {
    let percent = format!("limit {:.1} %", limit.fraction * 100.0);
    limit.absolute.map_or(percent.clone(), |floor| format!("{percent} and {floor} {unit}"))
}
