//! A finding in words, and all of them as a file.

use bench_records::series::Point;

use crate::{
    components::{export::Sheet, status::outcome_words},
    dataset::Dataset,
    format,
    judged::limit_words,
    metrics::noise,
};

use super::model::Entry;

/// A finding in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// Benchmark.
    pub benchmark: String,
    /// Device and variant.
    pub place: String,
    /// The metric's label.
    pub metric: String,
    /// Value of the record.
    pub current: String,
    /// What it was held against.
    pub baseline: String,
    /// Signed change of the value itself.
    pub change: String,
    /// The limit in force.
    pub limit: String,
    /// When it began, and for how many records it has lasted.
    pub since: String,
}

/// The text of a row.
#[must_use]
pub fn words(dataset: &Dataset, entry: &Entry) -> Words {
    let finding = &entry.finding;
    let metric = dataset.table.get_or_unjudged(&finding.metric);
    let noise = noise(&entry.row.recent, &finding.metric);
    // a narrow column breaks between the two, and not within
    let lasted = format::counted(entry.since.records, "record", "records").replace(' ', "\u{a0}");
    let or_earlier = if entry.may_be_older() { " or earlier" } else { "" };
    let since = format!("{}{or_earlier}, {lasted}", format::minute(entry.since_time()));
    Words {
        benchmark: entry.row.benchmark().to_owned(),
        place: entry.row.place(),
        metric: metric.label.to_string(),
        current: format::quantity(&metric, finding.current, noise),
        baseline: format::quantity(&metric, finding.base, noise),
        change: finding.change().map_or_else(|| "n/a".to_owned(), format::percent),
        limit: finding.limit.map_or_else(|| "n/a".to_owned(), |limit| limit_words(&metric, limit)),
        since,
    }
}

/// The table as a file, with values in full and why a finding is accepted.
#[must_use]
pub fn sheet(
    dataset: &Dataset,
    entries: &[Entry],
    acknowledged: impl Fn(&Entry, &Point) -> String,
) -> Sheet {
    let columns = [
        "benchmark",
        "device",
        "series",
        "metric",
        "unit",
        "outcome",
        "timestamp",
        "commit",
        "current",
        "baseline",
        "change",
        "limit_fraction",
        "limit_absolute",
        "since",
        "commit_before",
        "commit_since",
        "acknowledged",
    ];
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let row = |entry: &Entry| {
        let (finding, point) = (&entry.finding, &entry.row.recent.points[entry.index]);
        let (before, first) = entry.range();
        vec![
            entry.row.benchmark().to_owned(),
            entry.row.device().to_owned(),
            entry.row.key().to_string(),
            finding.metric.to_string(),
            dataset.table.get_or_unjudged(&finding.metric).unit.to_string(),
            outcome_words(finding.outcome).2.to_owned(),
            point.time.to_iso(),
            point.commit.to_string(),
            number(finding.current),
            number(finding.base),
            number(finding.change()),
            number(finding.limit.map(|limit| limit.fraction)),
            number(finding.limit.and_then(|limit| limit.absolute)),
            entry.since_time().to_iso(),
            before,
            first,
            acknowledged(entry, point),
        ]
    };
    Sheet { columns: columns.map(str::to_owned).to_vec(), rows: entries.iter().map(row).collect() }
}
