//! Findings of the policy `strict` in words, with the numbers that decided them.

use crate::{
    decimal::{fixed, shortest},
    gate::{
        Finding, Gate, Limit, Outcome,
        static_limits::{broken_in_words, limit_name},
    },
    metric::MetricTable,
    scale::Scale,
};

const MOST_FURTHER_DECIMALS: u8 = 4;

/// What a finding is told with.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// Number of records in the baseline.
    pub baseline_count: usize,
    /// Entry of the benchmark's `thresholds` that its static limits are from, where that is known.
    pub limits_key: Option<&'a str>,
    /// Metrics of the dataset.
    pub table: &'a MetricTable,
}

impl Wording<'_> {
    /// A failing finding, with the numbers that decided it and its limit.
    #[must_use]
    pub fn failure(&self, finding: &Finding) -> String {
        match finding.gate {
            Gate::Static => self.beyond_limit(finding),
            Gate::Rolling if finding.outcome == Outcome::Missing => self.missing(finding),
            Gate::Rolling => describe_change(finding, self.table),
        }
    }

    /// From the baseline to this run, such as `28.000 s → 30.300 s`.
    #[must_use]
    pub fn from_to(&self, finding: &Finding) -> String {
        let metric = self.table.get_or_unjudged(&finding.metric);
        let scale =
            Scale::of(&metric, finding.base.filter(|base| *base != 0.0).or(finding.current));
        let (current, base) = told_apart(&scale, finding.current, finding.base);
        format!("{} → {}", with_unit(base, &scale), with_unit(current, &scale))
    }

    /// Such as `latency 1.210 s is above max_generation_time_s 1.000 s (default)`.
    fn beyond_limit(&self, finding: &Finding) -> String {
        let metric = self.table.get_or_unjudged(&finding.metric);
        let scale = Scale::of(&metric, finding.base);
        let (current, limit) = told_apart(&scale, finding.current, finding.base);
        let key = self.limits_key.map(|key| format!(" ({key})")).unwrap_or_default();
        format!(
            "{} {} is {} {} {}{key}",
            finding.metric,
            with_unit(current, &scale),
            broken_in_words(&finding.metric),
            limit_name(&finding.metric),
            with_unit(limit, &scale),
        )
    }

    fn missing(&self, finding: &Finding) -> String {
        let metric = self.table.get_or_unjudged(&finding.metric);
        format!(
            "{} was not measured, and the last {} records have it (median {})",
            finding.metric,
            self.baseline_count,
            Scale::of(&metric, finding.base).quantity(finding.base),
        )
    }
}

/// Such as `latency is 8.2 % worse: 30.300 s against a median of 28.000 s (limit 5.0 %)`.
pub(super) fn describe_change(finding: &Finding, table: &MetricTable) -> String {
    let metric = table.get_or_unjudged(&finding.metric);
    let by = finding.worsening.or(finding.worsening_absolute).unwrap_or_default();
    let word = if by < 0.0 { "better" } else { "worse" };
    let percent = finding.worsening.map(|change| format!("{} % ", fixed(change.abs() * 100.0, 1)));
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

/// Such as `limit 5.0 %`, or `limit 5.0 % and 0.2 s` where a change must exceed both.
#[must_use]
pub fn limit_in_words(limit: &Limit, unit: &str) -> String {
    let percent = format!("limit {} %", fixed(limit.fraction * 100.0, 1));
    limit
        .absolute
        .map_or(percent.clone(), |floor| format!("{percent} and {} {unit}", shortest(floor)))
}
