//! Findings of the policy `strict` in words, with the numbers that decided them.

use crate::{
    gate::{Finding, Gate, Limit, Outcome, static_limits},
    metric::MetricTable,
    scale::Scale,
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
            let median = Scale::of(&metric, finding.base).quantity(finding.base);
            format!(
                "{} was not measured, and the last {baseline_count} records have it (median {median})",
                finding.metric,
            )
        }
        Gate::Rolling => describe_change(finding, table),
    }
}

/// Such as `latency is 8.2 % worse: 30.300 s against a median of 28.000 s (limit 5.0 %)`.
pub(super) fn describe_change(finding: &Finding, table: &MetricTable) -> String {
    let metric = table.get_or_unjudged(&finding.metric);
    let by = finding.worsening.or(finding.worsening_absolute).unwrap_or_default();
    let word = if by < 0.0 { "better" } else { "worse" };
    let percent = finding.worsening.map(|change| format!("{:.1} % ", change.abs() * 100.0));
    let scale = Scale::of(&metric, finding.base.filter(|base| *base != 0.0).or(finding.current));
    let limit = finding.limit.map(|limit| limit_in_words(&limit, &metric.unit)).unwrap_or_default();
    let (current, base) = told_apart(&scale, finding.current, finding.base);
    format!(
        "{} is {percent}{word}: {} against a median of {} ({limit})",
        finding.metric,
        with_unit(current, &scale),
        with_unit(base, &scale),
        percent = percent.unwrap_or_default(),
    )
}

fn with_unit(number: String, scale: &Scale<'_>) -> String {
    if scale.unit().is_empty() { number } else { format!("{number} {}", scale.unit()) }
}

/// Both values with as many decimals as the metric has, and more until they differ: 2.6 and 3.1 where the
/// metric would show 3 twice.
fn told_apart(scale: &Scale<'_>, current: Option<f64>, base: Option<f64>) -> (String, String) {
    let with =
        |further: u8| (scale.format_with(current, further), scale.format_with(base, further));
    let differ = |(current, base): &(String, String)| current != base;
    (0..=MOST_FURTHER_DECIMALS).map(with).find(differ).unwrap_or_else(|| with(0))
}

fn limit_in_words(limit: &Limit, unit: &str) -> String {
    let percent = format!("limit {:.1} %", limit.fraction * 100.0);
    limit.absolute.map_or(percent.clone(), |floor| format!("{percent} and {floor} {unit}"))
}
