//! A run as it is quoted: value, percentiles with their intervals, device, commit, command and address.
//!
//! In: a run and its trials. Out: a few lines of plain text.

use bench_records::{
    metric::MetricTable,
    naming::short_commit,
    series::{Point, Series},
    stats::{PercentileInterval, Summary},
};

use super::{model, statistics};
use crate::{
    dataset::{Row, words_of},
    format,
    metrics::noise,
    trials::Trials,
};

/// The lines; `address` is where the page is.
#[must_use]
pub fn citation(
    row: &Row,
    (series, point): (&Series, &Point),
    table: &MetricTable,
    trials: Option<&Trials>,
    address: &str,
) -> String {
    let primary = bench_records::levels::primary(series, table);
    let value = primary.map(|metric| {
        let value =
            format::quantity(&metric, series.value(point, &metric.key), noise(series, &metric.key));
        format!("{} {value}", metric.label)
    });
    let commit = match point.commit.is_empty() {
        true => String::new(),
        false => format!("commit {}", short_commit(&point.commit)),
    };
    let time = format!("{} UTC", format::minute(point.time));
    let head = words_of(&[&row.words(), &value.unwrap_or_default(), &commit, &time]);
    let summary = trials.and_then(|trials| Summary::of(&trials.clean_latencies_s()));
    let percentiles = summary.map(|summary| percentiles(&summary));
    let command = trials.map(|trials| model::command(&trials.header, &point.commit).join(" && "));
    let lines = [Some(head), percentiles, command, Some(address.to_owned())];
    lines.into_iter().flatten().filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

/// `P50 2.000 s [1.9, 2.1], P95 n too small: needs 59 (10 trials)`.
fn percentiles(summary: &Summary) -> String {
    let wanted = ["P50", "P95"];
    let lines = statistics::percentiles(summary).into_iter();
    let lines = lines.filter(|line| wanted.contains(&line.name)).map(|line| match line.interval {
        PercentileInterval::Known(bounds) => format!(
            "{} {} [{}, {}]",
            line.name,
            format::with_unit(line.value, "s", None),
            format::number(bounds.lower, None),
            format::number(bounds.upper, None)
        ),
        PercentileInterval::TooFewSamples { needed } => format!(
            "{} {}, an interval needs {needed} trials",
            line.name,
            format::with_unit(line.value, "s", None)
        ),
    });
    let trials = format::counted(summary.count, "trial", "trials");
    format!("{} ({trials})", lines.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        testing::{TRIALS, dataset_of, series_of},
        trials,
    };

    #[test]
    fn a_citation_has_value_percentiles_commit_command_and_address() {
        let dataset = dataset_of(&[("latency", &[2.0])]);
        let (row, series) = (&dataset.rows[0], series_of("latency", &[2.0]));
        let of = (&series, &series.points[0]);
        let read = trials::read(TRIALS);
        let text = citation(row, of, &dataset.table, Some(&read), "https://example.org/#/run/x");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "wan-0 · NVIDIA L40S · Latency 2.000\u{202f}s · commit 0000000 · 2023-11-14 22:13 UTC"
        );
        assert!(lines[1].starts_with("P50 ") && lines[1].ends_with("(2 trials)"), "{text}");
        assert!(lines[2].ends_with("bench-runner run --only=wan"), "{text}");
        assert_eq!(lines[3], "https://example.org/#/run/x");
        let without = citation(row, of, &dataset.table, None, "a");
        assert_eq!(without.lines().count(), 2);
    }
}
