//! Why a record came out as it did, in a sentence.

use bench_records::{
    coverage::Coverage,
    gate::{Finding, Gate, Judgement, Outcome, static_limits::broken_in_words},
    metric::{Metric, MetricTable},
    series::Series,
    verdict::Verdict,
};

use super::limits::{limit_words, worse};
use crate::{format, metrics::noise};

/// Changes that differ by no more than this fraction are one movement.
const ALIKE: f64 = 0.005;

/// How much of a record was judged, as the overview counts it: of the metrics that can fail it.
#[must_use]
pub fn how_much(judgement: &Judgement) -> String {
    let coverage = Coverage::of([judgement], 0);
    format!("{} of {} gated metrics", coverage.metrics_judged, coverage.metrics)
}

/// Why a record came out as it did, with the numbers that decided it as they are printed elsewhere on
/// its page.
#[must_use]
pub fn reason(series: &Series, judgement: &Judgement, table: &MetricTable) -> String {
    let words: Vec<String> =
        deciding(judgement).map(|finding| words_of(series, judgement, table, finding)).collect();
    if words.is_empty() { judgement.reason.clone() } else { words.join("; ") }
}

/// The same on one line: the worst of several metrics, and how many there are.
#[must_use]
pub fn short_reason(series: &Series, judgement: &Judgement, table: &MetricTable) -> String {
    let size = |finding: &Finding| finding.severity().map_or(f64::INFINITY, f64::abs);
    // of metrics that moved together the first of the table
    let worst = deciding(judgement)
        .reduce(|worst, next| if size(next) > size(worst) + ALIKE { next } else { worst });
    let Some(worst) = worst else { return judgement.reason.clone() };
    let more = match deciding(judgement).count() {
        0 | 1 => String::new(),
        n => format!("; and {}", format::counted(n - 1, "more metric", "more metrics")),
    };
    words_of(series, judgement, table, worst) + &more
}

/// The findings that made a record come out as it did.
fn deciding(judgement: &Judgement) -> impl Iterator<Item = &Finding> {
    let improves = |finding: &Finding| finding.is_gated() && finding.outcome == Outcome::Improved;
    judgement.findings.iter().filter(move |finding| match judgement.verdict {
        Verdict::Improved => improves(finding),
        verdict => !verdict.passes() && finding.fails(),
    })
}

fn words_of(
    series: &Series,
    judgement: &Judgement,
    table: &MetricTable,
    finding: &Finding,
) -> String {
    let metric = table.get_or_unjudged(&finding.metric);
    decided(&metric, finding, judgement.baseline_count, noise(series, &finding.metric))
}

/// What the gate said of a record, in a word or two.
#[must_use]
pub fn gate_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regression | Verdict::MissingMetric => "failed",
        Verdict::Pass | Verdict::Improved => "passed",
        Verdict::Calibration => "no baseline yet",
        Verdict::RecipeMismatch | Verdict::InfraError => "not judged",
    }
}

fn decided(metric: &Metric, finding: &Finding, records: usize, noise: Option<f64>) -> String {
    let label = &metric.label;
    // values that differ by less than the noise supports have all their digits
    let text = |value, noise| format::quantity(metric, value, noise);
    let is_same = text(finding.current, noise) == text(finding.base, noise);
    let noise = if is_same { Some(f64::MIN_POSITIVE) } else { noise };
    let [current, base] = [finding.current, finding.base].map(|value| text(value, noise));
    match (finding.worsening, finding.limit) {
        _ if finding.gate == Gate::Static => {
            format!(
                "{label} {current} is {} its static limit of {base}",
                broken_in_words(&finding.metric)
            )
        }
        (Some(change), Some(limit)) => format!(
            "{label} is {}: {current} against a median of {base} (limit {})",
            worse(change),
            limit_words(metric, limit)
        ),
        (None, Some(limit)) if finding.outcome != Outcome::Missing => format!(
            "{label} is {}: {current} against a median of {base} (limit {})",
            if finding.fails() { "worse" } else { "better" },
            limit_words(metric, limit)
        ),
        _ => format!(
            "{label} was not measured, and the last {} have it (median {base})",
            format::counted(records, "record", "records")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{batch, series_of};
    use bench_records::gate::policy::SeriesJudge;

    #[test]
    fn a_reason_reads_the_same_from_the_index_and_from_the_whole_series() {
        let full = series_of("latency", &[96_000_000.0, 96_000_000.0, 116_001_153.0]);
        let mut rounded = full.clone();
        rounded.points[2].values = vec![Some(116_001_000.0)];
        let said = |series: &Series| {
            let batch = batch();
            let judge = SeriesJudge::new(series, &batch);
            reason(series, &judge.judge(2), &MetricTable::default())
        };
        assert_eq!(said(&full), said(&rounded));
        let expected = "Latency is 20.8\u{202f}% worse: 116\u{202f}001\u{202f}000\u{202f}s against a median of 96\u{202f}000\u{202f}000\u{202f}s (limit 5\u{202f}%)";
        assert_eq!(said(&full), expected);
    }

    #[test]
    fn a_short_reason_has_the_worst_metric_and_counts_the_others() {
        let mut series = series_of("latency", &[10.0, 10.0, 11.0]);
        series.metrics.push("memory".to_owned());
        for (point, memory) in series.points.iter_mut().zip([5.0, 5.0, 9.0]) {
            point.values.push(Some(memory));
        }
        let batch = batch();
        let judgement = SeriesJudge::new(&series, &batch).judge(2);
        let words = short_reason(&series, &judgement, &MetricTable::default());
        assert!(words.contains("80.0\u{202f}% worse"), "{words}");
        assert!(words.ends_with("; and 1 more metric") && !words.contains("Latency"), "{words}");
    }

    #[test]
    fn values_of_a_reason_that_would_read_alike_have_more_digits() {
        let (series, batch) = (series_of("latency", &[10.0, 11.0]), batch());
        let mut finding = SeriesJudge::new(&series, &batch).findings(1)[0].clone();
        (finding.current, finding.base) = (Some(10.0004), Some(10.0001));
        let words = decided(&MetricTable::default().get_or_unjudged("latency"), &finding, 5, None);
        assert!(words.contains("10.0004\u{202f}s against a median of 10.0001\u{202f}s"), "{words}");
    }

    #[test]
    fn only_metrics_that_can_fail_a_record_are_counted_as_judged() {
        let mut series = series_of("latency", &[10.0, 10.0]);
        series.metrics.push("latency_std_s".to_owned());
        series.points.iter_mut().for_each(|point| point.values.push(Some(0.1)));
        let batch = batch();
        let judgement = SeriesJudge::new(&series, &batch).judge(1);
        assert_eq!(how_much(&judgement), "1 of 1 gated metrics");
    }
}
