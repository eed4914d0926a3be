//! A series, judged at every point.
//!
//! In: a series' history. Out: for each metric the columns that its chart draws, and the ladder of
//! checks of any one point.

use std::sync::Arc;

use bench_records::{
    coverage::Coverage,
    gate::{Batch, Finding, Gate, Judgement, Limit, Outcome, policy::SeriesJudge},
    metric::{Better, Metric, MetricTable},
    series::{Flags, Point, Series},
    verdict::Verdict,
};

use crate::{
    chart::{Mark, Values},
    format,
    pages::overview::model::{change, noise},
};

/// A metric of a series with what its values were held against, a place a point in every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The metric.
    pub metric: Metric,
    /// Its values.
    pub values: Values,
    /// Median of the records before each.
    pub baseline: Values,
    /// Limit on the bad side of the baseline.
    pub limit: Values,
    /// The same distance on the good side.
    pub good_side: Values,
    /// What was found.
    pub marks: Arc<[Option<Mark>]>,
}

/// A metric of a series, judged at every point.
#[must_use]
pub fn track(series: &Series, key: &str, batch: &Batch) -> Track {
    let metric = batch.table.get_or_unjudged(key);
    let judge = SeriesJudge::new(series, batch);
    let [mut values, mut baseline, mut limit, mut good_side] =
        std::array::from_fn(|_| Vec::with_capacity(series.points.len()));
    let mut marks = Vec::with_capacity(series.points.len());
    judge.of_metric(key, |point, finding| {
        values.push(finding.current);
        baseline.push(finding.base);
        limit.push(edge(&metric, finding, 1.0));
        good_side.push(edge(&metric, finding, -1.0));
        marks.push(mark(point, finding));
    });
    let [values, baseline, limit, good_side] = [values, baseline, limit, good_side].map(Arc::from);
    Track { metric, values, baseline, limit, good_side, marks: marks.into() }
}

/// Where the limit stands: `sign` 1 for the bad side, −1 for the good one.
fn edge(metric: &Metric, finding: &Finding, sign: f64) -> Option<f64> {
    let (base, limit) = (finding.base?, finding.limit?);
    let room = (limit.fraction * base).max(limit.absolute.unwrap_or(0.0));
    match metric.better {
        Better::Lower => Some(base + sign * room),
        Better::Higher => Some(base - sign * room),
        Better::Neither => None,
    }
}

fn mark(point: &Point, finding: &Finding) -> Option<Mark> {
    match finding.outcome {
        Outcome::Regression | Outcome::Exceeded => Some(Mark::Regression),
        Outcome::Improved => Some(Mark::Improved),
        _ if point.flags.any(Flags::EXCLUDED) => Some(Mark::Excluded),
        _ if !flag_words(point.flags).is_empty() => Some(Mark::Flagged),
        _ => None,
    }
}

/// What sets a point apart: its flag, the word for it, and why it enters no baseline.
const FLAGS: [(Flags, &str, &str); 6] = [
    (Flags::EXCLUDED, "excluded", "excluded by hand"),
    (Flags::FAILED, "failed", "its run failed a gate"),
    (Flags::PULL_REQUEST, "pull request", "run of a pull request"),
    (Flags::OTHER_BRANCH, "other branch", "run of a branch that is not main"),
    (Flags::INELIGIBLE, "not eligible", "marked as not eligible for baselines"),
    (Flags::UNDATED, "undated", "its timestamp is no time"),
];

/// Why a point enters no baseline; empty where it does.
#[must_use]
pub fn flag_words(flags: Flags) -> Vec<&'static str> {
    FLAGS.into_iter().filter(|(flag, ..)| flags.any(*flag)).map(|(.., why)| why).collect()
}

/// The same as a word or two each, with the reason in full.
#[must_use]
pub fn flag_notes(point: &Point) -> Vec<(String, &'static str)> {
    let set = FLAGS.into_iter().filter(|(flag, ..)| point.flags.any(*flag));
    set.map(|(flag, word, why)| match (flag, point.pr) {
        (Flags::PULL_REQUEST, 1..) => (format!("PR #{}", point.pr), why),
        _ => (word.to_owned(), why),
    })
    .collect()
}

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
    let number = |value: f64| format::number(value, noise);
    let base = format::quantity(metric, finding.base, noise);
    let listed: Vec<String> = values.iter().map(|value| number(*value)).collect();
    let change = match (change(finding), finding.current.zip(finding.base)) {
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
        values: listed.join(", "),
        change,
        limit: finding.limit.map_or("n/a".to_owned(), |limit| limit_words(metric, limit)),
        outcome: finding.outcome,
        why: why(metric, finding),
    }
}

/// A limit in words: both parts must be exceeded where there are two.
#[must_use]
pub fn limit_words(metric: &Metric, limit: Limit) -> String {
    let percent = (limit.fraction * 1e4).round() / 1e2;
    let fraction = format!("{percent}\u{202f}%");
    match limit.absolute {
        Some(floor) => format!("{fraction} and {}", format::quantity(metric, Some(floor), None)),
        None => fraction,
    }
}

/// How much of a record was judged, as the overview counts it: of the metrics that can fail it.
#[must_use]
pub fn judged(judgement: &Judgement) -> String {
    let coverage = Coverage::of([judgement], 0);
    format!("{} of {} gated metrics", coverage.metrics_judged, coverage.metrics)
}

/// Why a record came out as it did, with the numbers that decided it as they are printed elsewhere on
/// its page.
#[must_use]
pub fn reason(series: &Series, judgement: &Judgement, table: &MetricTable) -> String {
    let improves = |finding: &Finding| finding.is_gated() && finding.outcome == Outcome::Improved;
    let decides = |finding: &&Finding| match judgement.verdict {
        Verdict::Improved => improves(finding),
        verdict => !verdict.passes() && finding.fails(),
    };
    let words = judgement.findings.iter().filter(decides).map(|finding| {
        let metric = table.get_or_unjudged(&finding.metric);
        let noise = noise(series, &finding.metric);
        decided(&metric, finding, judgement.baseline_count, noise)
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { judgement.reason.clone() } else { words.join("; ") }
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
            format!("{label} {current} is above its static limit of {base}")
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

/// `8.2 % worse`.
fn worse(change: f64) -> String {
    let direction = if change > 0.0 { "worse" } else { "better" };
    format!("{} {direction}", format::percent(change.abs()).trim_start_matches('+'))
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
        _ if finding.gate == Gate::Static => "above the limit that its benchmark set".to_owned(),
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
    use crate::testing::series_of;
    use bench_records::time::Micros;

    fn batch() -> Batch {
        Batch { now: Micros(i64::MAX / 2), ..Batch::default() }
    }

    #[test]
    fn a_track_has_a_place_for_every_point_in_every_column() {
        let series = series_of("latency", &[10.0, 10.0, 10.0, 10.0, 10.0, 12.0]);
        let track = track(&series, "latency", &batch());
        assert_eq!(track.values.len(), 6);
        assert_eq!(track.baseline[0], None);
        assert_eq!(track.baseline[5], Some(10.0));
        assert_eq!(track.limit[5], Some(10.5));
        assert_eq!(track.good_side[5], Some(9.5));
        assert_eq!(track.marks[5], Some(Mark::Regression));
        assert_eq!(track.marks[4], None);
    }

    #[test]
    fn for_throughput_the_limit_is_below_the_baseline() {
        let series = series_of("throughput", &[10.0, 10.0]);
        assert_eq!(track(&series, "throughput", &batch()).limit[1], Some(9.5));
    }

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
        assert_eq!(judged(&judgement), "1 of 1 gated metrics");
    }

    #[test]
    fn the_ladder_names_the_numbers_that_decided() {
        let series = series_of("latency", &[10.0, 11.0, 10.0, 10.4]);
        let rungs = ladder(&series, 3, &batch());
        assert_eq!(rungs[0].values, "10.00, 11.00, 10.00");
        assert_eq!(rungs[0].outcome, Outcome::Pass);
        assert_eq!(rungs[0].why, "4.0\u{202f}% worse is within 5\u{202f}%");
    }
}
