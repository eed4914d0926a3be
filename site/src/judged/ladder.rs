//! Every check of one record, with the numbers that decided it.

use bench_records::{
    gate::{Batch, Finding, Gate, Outcome, policy::SeriesJudge, static_limits::broken_in_words},
    metric::Metric,
    scale::Scale,
    series::Series,
};

use super::limits::{limit_words, worse};
use crate::{format, metrics::noise};

/// One rung of the ladder: a metric of one point with every number that decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// The metric's label.
    pub label: String,
    /// `12.3 s`.
    pub current: String,
    /// `12.0 s, median of 5`.
    pub baseline: String,
    /// The values behind the median, oldest first.
    pub values: String,
    /// `+2.5 %, +0.30 s`.
    pub change: String,
    /// `5.0 %`, `8.0 % and 0.50 s`.
    pub limit: String,
    /// How it came out.
    pub outcome: Outcome,
    /// The outcome in words, with the comparison that decided it.
    pub why: String,
}

/// The ladder of the point at `index`.
#[must_use]
pub fn ladder(series: &Series, index: usize, batch: &Batch) -> Vec<Rung> {
    let judge = SeriesJudge::new(series, batch);
    let baseline = judge.baseline(index);
    let findings = judge.findings(index);
    let known = |finding: &&Finding| finding.current.is_some() || finding.base.is_some();
    findings
        .iter()
        .filter(known)
        .map(|finding| {
            let metric = batch.table.get_or_unjudged(&finding.metric);
            rung(
                &metric,
                finding,
                &baseline.values(&finding.metric),
                noise(series, &finding.metric),
            )
        })
        .collect()
}

fn rung(metric: &Metric, finding: &Finding, values: &[f64], noise: Option<f64>) -> Rung {
    let scale = Scale::of(metric, finding.base.or(finding.current));
    let number =
        |value: f64| format::number(scale.in_unit(value), noise.map(|noise| scale.in_unit(noise)));
    let base = format::quantity(metric, finding.base, noise);
    let listed: Vec<String> = values.iter().map(|value| number(*value)).collect();
    let change = match (finding.change(), finding.current.zip(finding.base)) {
        (Some(fraction), Some((current, base))) => {
            let absolute = format::quantity(metric, Some(current - base), noise);
            format!("{}, {absolute}", format::percent(fraction))
        }
        _ => "n/a".to_owned(),
    };
    Rung {
        label: metric.label.to_string(),
        current: format::quantity(metric, finding.current, noise),
        baseline: match finding.base {
            Some(_) if finding.gate == Gate::Static => format!("{base}, static limit"),
            Some(_) => format!("{base}, median of {}", finding.base_count),
            None => "n/a".to_owned(),
        },
        values: words_of_values(&listed, scale.unit()),
        change,
        limit: finding.limit.map_or("n/a".to_owned(), |limit| limit_words(metric, limit)),
        outcome: finding.outcome,
        why: why(metric, finding),
    }
}

/// Values with their unit: `2.21, 2.23, 2.20 µs`.
fn words_of_values(listed: &[String], unit: &str) -> String {
    let listed = listed.join(", ");
    let is_plain = listed.is_empty() || unit.is_empty();
    if is_plain { listed } else { format!("{listed}\u{202f}{unit}") }
}

fn why(metric: &Metric, finding: &Finding) -> String {
    let (change, limit) = match (finding.worsening, finding.limit) {
        (Some(change), Some(limit)) => (worse(change), limit_words(metric, limit)),
        (None, Some(limit)) => {
            (finding.change_in_words().unwrap_or_default(), limit_words(metric, limit))
        }
        _ => (String::new(), String::new()),
    };
    match finding.outcome {
        _ if finding.gate == Gate::Static => {
            format!("{} the limit that its benchmark set", broken_in_words(&finding.metric))
        }
        Outcome::Pass => format!("{change} is within {limit}"),
        Outcome::Improved => format!("{change} is beyond {limit}, on the good side"),
        Outcome::Regression => format!("{change} is beyond {limit}"),
        Outcome::Exceeded => format!("{change} is beyond {limit}, and this metric fails no gate"),
        Outcome::Missing => "its baseline has it, this run does not".to_owned(),
        Outcome::Skipped(skip) => skip.reason().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{batch, series_of};

    #[test]
    fn the_ladder_names_the_numbers_that_decided() {
        let series = series_of("latency", &[10.0, 11.0, 10.0, 10.4]);
        let rungs = ladder(&series, 3, &batch());
        assert_eq!(rungs[0].values, "10.00, 11.00, 10.00\u{202f}s");
        assert_eq!(rungs[0].outcome, Outcome::Pass);
        assert_eq!(rungs[0].why, "4.0\u{202f}% worse is within 5\u{202f}%");
    }

    #[test]
    fn the_values_behind_a_median_are_in_its_unit() {
        let series = series_of("latency", &[0.000_002_208, 0.000_002_31, 0.000_002_2, 0.000_002_3]);
        let rungs = ladder(&series, 3, &batch());
        assert_eq!(rungs[0].values, "2.208, 2.310, 2.200\u{202f}µs");
        assert!(rungs[0].baseline.starts_with("2.208\u{202f}µs"), "{}", rungs[0].baseline);
    }
}
